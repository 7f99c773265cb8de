"""Questions that the library answers: made from its articles' people, organisations and titles, each asked before it is shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from rag.types import Answer, Article

SAID = re.compile(r"\b(said|told|called|argued|wrote|warned|asked|praised|criticised|criticized|described|announced)\b")
MENTIONS = 4  # of a name from which an article tells about it
LONGEST = 90  # characters of a question that fits on a button


class Asks(Protocol):
    """What answers: the engine."""

    def ask(self, question: str, *, patient: bool) -> Answer: ...


def _last_name(name: str) -> str:
    return name.split()[-1] if name.split() else name


def candidates(article: Article) -> Iterator[str]:
    """Questions about one article, the most telling first; whether it answers them is not known yet."""
    sentences = re.split(r"(?<=[.!?])\s+", article.text)
    for person in article.people:
        if any(_last_name(person) in sentence and SAID.search(sentence) for sentence in sentences):
            yield f"What did {person} say about AI?"
    for name in (*article.organisations, *article.people):
        if name in article.title or article.text.count(name) >= MENTIONS:
            yield f"What is known about {name} and AI?"
    if not article.people and not article.organisations and article.title:
        yield f"What is reported about {article.title.rstrip('.!?')}?"


def answers(engine: Asks, question: str, article: Article) -> bool:
    """Whether `question` is answered, with a sentence from the article that it was made from."""
    answer = engine.ask(question, patient=True)  # nobody waits for it as for an answer
    return not answer.abstained and any(citation.hit.article.id == article.id for citation in answer.citations)


def checked(
    engine: Asks, articles: Sequence[Article], count: int, without: Collection[str] = (), most: int = 12
) -> tuple[str, ...]:
    """Up to `count` questions that are answered, of different articles; at most `most` are tried."""
    found: list[str] = []
    told: set[str] = {question.casefold() for question in without}
    tried = 0
    for article in articles:
        last = found[-1].split()[:2] if found else []
        for question in sorted(candidates(article), key=lambda question: question.split()[:2] == last):  # not all of one kind
            if len(found) >= count or tried >= most:
                return tuple(found)
            if question.casefold() in told or len(question) > LONGEST:
                continue
            told.add(question.casefold())
            tried += 1
            if answers(engine, question, article):
                found.append(question)
                break
    return tuple(found)


def spread(articles: Sequence[Article]) -> list[Article]:
    """`articles` (newest first) reordered so that the first few are of different topics, newest of each topic first."""
    first: list[Article] = []
    seen: set[str] = set()
    for article in articles:
        if not set(article.topics) & seen or not article.topics:
            first.append(article)
            seen |= set(article.topics)
    chosen = {article.id for article in first}
    return first + [article for article in articles if article.id not in chosen]


def follow_ups(engine: Asks, answer: Answer, asked: Collection[str], count: int = 3) -> tuple[str, ...]:
    """Questions to go on with after `answer`: about its sources, then about what was found near; each is answered."""
    hits = [citation.hit for citation in answer.citations] + list(answer.nearest)
    articles = list({hit.article.id: hit.article for hit in hits}.values())
    return checked(engine, [article for article in articles for _ in range(count)], count, asked, most=6)
