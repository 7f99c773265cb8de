"""Proposes questions from the articles of a library: sentences with a figure, a date or a name asked for, and some that the library
does not tell, made by putting another name in. A language model, where there is one, writes better ones.

Whatever proposes them, they are marked as not reviewed, and `slugline eval own` leaves them out until a person has set that right.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.own import as_row
from eval.questions import Question
from rag.dates import find_dates
from rag.figures import find_figures
from rag.store.library import Library
from rag.types import Article, Passage

if TYPE_CHECKING:
    from eval.llm import EndpointLLM

_SHORTEST, _LONGEST = 50, 220  # characters of a sentence that stands by itself
_LEANS = re.compile(r"^(?:He|She|It|They|This|That|These|Those|But|And|So|Its|His|Her|Their|There|Both|Such)\b")
_UNTOLD = 0.25  # share of the questions that the library must not tell
_NAME = re.compile(r"\b[A-Z][\w'&-]+(?: [A-Z][\w'&-]+)+")
_IN_NAME = re.compile(r"^[-’']|^\s[A-Z]")  # noqa: RUF001  # what follows a number that is part of a name or a word
_REPORTS = re.compile(r"\s(?:and\s[\w' ]{1,40}\s)?(?:also\s)?(?:said|says|reported|noted|added|wrote|found)\b")
_PROMPT = (
    "Below is a passage of a news article. Write one question that a reporter might ask and that this passage answers, without "
    "mentioning the passage. Then give the shortest answer, copied word for word from the passage.\n"
    "Write exactly two lines:\nQUESTION: ...\nANSWER: ...\n\nPassage:\n{passage}\n"
)


@dataclass(frozen=True)
class _Sentence:
    text: str
    article: Article


def propose(library: Library, count: int, seed: int = 0, llm: EndpointLLM | None = None) -> list[dict[str, Any]]:
    """At most `count` questions as rows of a question file, none of them reviewed; the same for a library and seed, where no language
    model writes them.

    Raises:
        httpx.HTTPError: the language model cannot be reached.
    """
    chance = random.Random(seed)  # noqa: S311
    passages = _passages(library, chance)
    found: list[Question] = []
    told = count - round(count * _UNTOLD)
    sentences = [sentence for passage, article in passages for sentence in _sentences(passage, article)]
    if llm is not None:
        written = (_written(llm, passage, article) for passage, article in passages)
        found += _first((question for question in written if question), told)
    else:
        chance.shuffle(sentences)
        found += _first((question for sentence in sentences if (question := _cloze(sentence, chance))), told)
    articles = list({article.id: article for _, article in passages}.values())
    untold = (swapped for sentence in sentences if (swapped := _swapped(sentence, articles, chance)))
    found += _first(untold, count - len(found))
    return [as_row(_numbered(question, n), False, _NOTES[question.answerable]) for n, question in enumerate(found, 1)]


_NOTES = {
    True: "check that the question can be understood alone and has this answer only; then set reviewed to true",
    False: "check that no article tells this; then set reviewed to true",
}


def _first(questions: Iterator[Question], most: int) -> list[Question]:
    """The first `most` different ones, at most three about one article."""
    taken: dict[str, Question] = {}
    per_article: dict[tuple[str, ...], int] = {}
    for question in questions:
        if len(taken) >= most:
            break
        if question.text not in taken and per_article.get(question.articles, 0) < 3:
            taken[question.text] = question
            if question.articles:
                per_article[question.articles] = per_article.get(question.articles, 0) + 1
    return list(taken.values())


def _numbered(question: Question, number: int) -> Question:
    fields = {name: getattr(question, name) for name in ("articles", "required", "evidence")}
    return Question(f"made{number:03d}", question.type, question.text, False, question.answerable, **fields)


def _passages(library: Library, chance: random.Random) -> list[tuple[Passage, Article]]:
    """Passages of the library in an order drawn by chance; of a large library some 4,000."""
    numbers = sorted(library.ledger.numbers(library.ledger.generation))
    drawn = chance.sample(numbers, min(len(numbers), 4000))
    read = library.read(drawn)
    return [(read[number][0], read[number][1]) for number in drawn if number in read]


def _sentences(passage: Passage, article: Article) -> Iterator[_Sentence]:
    for span in passage.sentences:
        text = " ".join(article.text[span.start : span.end].split())
        if _SHORTEST <= len(text) <= _LONGEST and text[0].isupper() and text[-1] == "." and not _LEANS.match(text):
            yield _Sentence(text, article)


def _cloze(sentence: _Sentence, chance: random.Random) -> Question | None:
    """The sentence as a question for one of its dates, figures or names."""
    text = sentence.text
    targets = [("date", d.start, d.end, "what date") for d in find_dates(text) if d.day]
    targets += [("figure", f.start, f.end, _how(f.unit)) for f in find_figures(text) if not _IN_NAME.search(text[f.end :])]
    targets += [("who", name.start(), name.end(), "who or what") for name in _NAME.finditer(text) if name.start() > 0]
    targets = [target for target in targets if _asked_for(text, *target[:3])]
    if not targets:
        return None
    kind, start, end, asked = chance.choice(targets)
    answer = text[start:end].strip(" ,.")
    lead, rest = text[:start].rstrip(), text[end:].rstrip(". ")
    if not answer or answer.casefold() in (lead + rest).casefold():
        return None
    question = f"{lead} {asked}{'' if rest[:1] in ',;:' else ' '}{rest.lstrip()}?".replace("  ", " ").strip()
    return Question("", kind, question, False, True, (sentence.article.id,), ((answer,),), evidence=(text,))


def _asked_for(text: str, kind: str, start: int, end: int) -> bool:
    """Whether a question for these characters makes sense: not for a number within a name, nor for who reported it all."""
    if kind == "figure":
        before = text[:start].split()
        return text[start:end].strip().lower() not in ("a", "one") and not (len(before) > 1 and before[-1][0].isupper())
    return kind == "date" or not (_REPORTS.match(text[end:]) or re.search(r"(?:\b[Tt]he|:)\s$", text[:start]))


def _how(unit: str) -> str:
    return "what share" if unit == "%" else "what sum" if unit else "how many"


def _swapped(sentence: _Sentence, articles: Sequence[Article], chance: random.Random) -> Question | None:
    """The sentence's question with its first name replaced by one of another article, when no article holds that name together with
    another name of the sentence."""
    asked = _cloze(sentence, chance)
    inside = _NAME.findall(sentence.text)
    if asked is None or len(inside) < 2:
        return None
    gone, others = inside[0], inside[1:]
    if gone not in asked.text or not any(other in asked.text for other in others):
        return None
    donor = chance.choice(articles)
    known = [name for name in _NAME.findall(donor.text) if name not in sentence.article.text]
    if not known or donor.id == sentence.article.id:
        return None
    put = chance.choice(known)
    if any(put in article.text and any(other in article.text for other in others) for article in articles):
        return None
    return Question("", "unanswerable", asked.text.replace(gone, put), False, False, (), ())


def _written(llm: EndpointLLM, passage: Passage, article: Article) -> Question | None:
    """A question that the model wrote, when its answer does stand in the passage."""
    said = str(llm.complete(_PROMPT.format(passage=passage.text)))
    found = re.search(r"QUESTION:\s*(.+?)\s*\n\s*ANSWER:\s*(.+)", said)
    if not found:
        return None
    question, answer = found.group(1), found.group(2).strip().strip("\"'.")
    at = passage.text.find(answer)
    if not answer or at < 0 or answer.casefold() in question.casefold():
        return None
    place = passage.start + at
    evidence = next((article.text[s.start : s.end] for s in passage.sentences if s.start <= place < s.end), answer)
    return Question("", "fact", question, False, True, (article.id,), ((answer,),), evidence=(evidence,))
