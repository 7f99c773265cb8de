"""Accounts that differ: which sentences must stand side by side, because outlets give different figures, dates or words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from rag.compose.features import Candidate, holds
from rag.corroborate import name_of, named
from rag.dates import find_dates
from rag.figures import find_figures
from rag.question import Asks, asks
from rag.types import Article, Form

_CONTRAST = re.compile(
    r"\b(?:whereas|while|but|differ\w*|disagree\w*|conflict\w*|contradict\w*|against|instead|though|however)\b", re.I
)
_SAME_MATTER = 0.6  # cosine of two sentences of different stories that tell of one matter
_LIKELY = 0.4  # of the best sentence's chance, which a differing account needs
_SAME_TIME = 60  # days between two articles that tell of one matter: the next contract has another turnout
_LIKELY_ASKED = 0.15  # the same where the question asks for differing accounts


def accounts(question: str, form: Form, sentences: Sequence[Candidate], chances: np.ndarray) -> list[int]:
    """Places in `sentences` of accounts that differ, the likeliest first; none when one account is all there is."""
    if not len(sentences):
        return []
    kind, best = asks(question), float(chances.max())
    order = [int(i) for i in np.argsort(-chances, kind="stable")]
    asked = _outlets_asked(question, [sentence.hit.article for sentence in sentences])
    if len(asked) > 1:
        return _of_each(asked, order, sentences, chances, best, kind, question)
    if form is Form.DIFFER:
        told = [i for i in order if chances[i] >= _LIKELY_ASKED * best and _gives_two(sentences[i].text, kind)]
        if told:
            return [order[0], told[0]] if told[0] != order[0] else [told[0], *_second(told, sentences)]
    return _conflict(order, sentences, chances, best, kind, question)


def _second(told: list[int], sentences: Sequence[Candidate]) -> list[int]:
    return [i for i in told[1:2] if sentences[i].hit.article.id == sentences[told[0]].hit.article.id]


def _outlets_asked(question: str, articles: Sequence[Article]) -> tuple[str, ...]:
    """Outlets that the question names, of the articles found and of the sources they rely on."""
    seen: dict[str, Article] = {article.id: article for article in articles}
    out: list[str] = []
    for article in seen.values():
        out += named(article, question)
        if article.outlet and re.search(rf"(?<!\w){re.escape(article.outlet)}(?!\w)", question):
            out.append(article.outlet)
    return tuple(dict.fromkeys(out))


def _of_each(
    asked: Sequence[str],
    order: Sequence[int],
    sentences: Sequence[Candidate],
    chances: np.ndarray,
    best: float,
    kind: Asks,
    question: str,
) -> list[int]:
    """For each outlet asked for its likeliest sentence, first of all one with what is asked for."""
    out: dict[int, None] = {}
    for outlet in asked:
        of_it = [i for i in order if _is_of(outlet, sentences[i]) and chances[i] >= _LIKELY_ASKED * best]
        telling = [i for i in of_it if kind is Asks.OTHER or holds(kind, sentences[i].text, question)]
        out |= dict.fromkeys((telling or of_it)[:1])
    return list(out)


def _is_of(outlet: str, sentence: Candidate) -> bool:
    article = sentence.hit.article
    return outlet in named(article, sentence.text) or (name_of(article.outlet) == outlet and not article.sources)


def _gives_two(text: str, kind: Asks) -> bool:
    """Whether `text` sets two things of the kind asked for against each other."""
    if kind is Asks.FIGURE:
        return len({(figure.value, figure.unit) for figure in find_figures(text)}) > 1
    if kind is Asks.DATE:
        return len({(date.year, date.month, date.day) for date in find_dates(text)}) > 1
    return bool(_CONTRAST.search(text))


def _conflict(
    order: Sequence[int],
    sentences: Sequence[Candidate],
    chances: np.ndarray,
    best: float,
    kind: Asks,
    question: str,
) -> list[int]:
    """The best sentence and one of another story that gives another figure or date for the same matter."""
    if kind not in {Asks.FIGURE, Asks.DATE}:
        return []
    first = sentences[order[0]]
    if not holds(kind, first.text, question):
        return []
    for i in order[1:]:
        other = sentences[i]
        if chances[i] < _LIKELY * best:
            break
        apart = (first.hit.article.story or first.hit.article.id) != (other.hit.article.story or other.hit.article.id)
        same_matter = float(first.vector @ other.vector) >= _SAME_MATTER
        if (
            apart
            and same_matter
            and _same_time(first.hit.article, other.hit.article)
            and holds(kind, other.text, question)
            and _contradict(first.text, other.text, kind)
        ):
            return [order[0], i]
    return []


def _same_time(one: Article, other: Article) -> bool:
    if one.published is None or other.published is None:
        return False
    return abs((one.published - other.published).days) <= _SAME_TIME


def _contradict(one: str, other: str, kind: Asks) -> bool:
    """Whether they share no value, and have values of one unit."""
    if kind is Asks.DATE:
        ours, theirs = ([d for d in find_dates(text) if d.month] for text in (one, other))
        return bool(ours) and bool(theirs) and not any(a.agrees(b) for a in ours for b in theirs)
    a, b = list(find_figures(one)), list(find_figures(other))
    return bool({x.unit for x in a} & {x.unit for x in b}) and not any(x.same_amount(y) for x in a for y in b)
