"""The composer that needs no LLM: whole sentences of the passages, word for word, the most direct first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.compose.announced import announces
from rag.compose.brackets import bracketed
from rag.compose.choose import choose
from rag.compose.features import Candidate, candidates, holds, rows, says_it_all, tells
from rag.compose.further import Further, Rated
from rag.compose.weights import load_weights
from rag.dates import find_dates, written, written_as_known
from rag.question import Asks, asks
from rag.question.form import asks_news, form_of
from rag.reader import Reader
from rag.retrieve import Retrieved
from rag.types import Form, Span

# A sentence that opens so cannot be read without the one before it.
_LEANS = re.compile(
    r"^[\"']?(?:It|Its|He|His|She|Her|They|Their|Them|This|That|These|Those|Both|Such|The (?:company|firm|union|studio|deal|bill|suit|judge"
    r"|pair|group|film|song|series|show|statement|agreement|contract|latter|former|move|decision|two|three))\b"
)
_SAID = 0.75  # the least confidence in an answer whose sentence says all of the question
_HALF = 0.5  # of the leading sentence's chance, which one with the date or figure asked for needs to come before it


@dataclass(frozen=True)
class Draft:
    """A sentence chosen for the answer: where it stands, how likely it is to answer, how it reads there, and the date before it.

    `text` is the sentence word for word, except that a name in square brackets may stand for its first pronoun.
    """

    candidate: Candidate
    probability: float
    text: str = ""
    date: dt.date | None = None
    when: str = ""

    def __post_init__(self) -> None:
        if not self.text:
            object.__setattr__(self, "text", self.candidate.text)


@dataclass(frozen=True)
class Extract:
    """Sentences in the order in which they are said, the form they are said in, and the confidence (0 to 1) that they tell."""

    drafts: list[Draft]
    form: Form
    confidence: float


def _before(candidate: Candidate) -> Candidate | None:
    """The sentence before, when `candidate` cannot be read without it."""
    if not candidate.order or not _LEANS.match(candidate.text):
        return None
    span = candidate.hit.passage.sentences[candidate.order - 1]
    text = candidate.hit.article.text
    if "\n\n" in text[span.end : candidate.span.start]:
        return None
    return replace(candidate, span=span, order=candidate.order - 1, text=text[span.start : span.end])


def _behind(candidate: Candidate) -> Candidate | None:
    """The sentence behind, where it stands in the passage."""
    sentences = candidate.hit.passage.sentences
    if candidate.order + 1 == len(sentences):
        return None
    span = sentences[candidate.order + 1]
    behind = replace(candidate, span=span, order=candidate.order + 1, text=candidate.hit.article.text[span.start : span.end])
    return behind if _whole(behind) else None


def _whole(candidate: Candidate) -> bool:
    """Whether the sentence starts and ends within its passage: a cut one would misquote."""
    text, span = candidate.hit.article.text, candidate.span
    before = text[: span.start].rstrip(" ")
    return not before or (before[-1] in ".!?\"'”’)\n" and not text[span.start].islower())  # noqa: RUF001


def whole_sentences(found: Retrieved, reader: Reader) -> list[Candidate]:
    """Every sentence of the passages that are read, but for those that a passage cuts in two."""
    return [candidate for candidate in candidates(found, reader) if _whole(candidate)]


@dataclass(frozen=True)
class _Judged(Rated):
    """With the `rows` of the sentences, and whether one of them says all of the question: no other answers more directly then."""

    x: np.ndarray
    says_it_all: bool


def _judge(found: Retrieved, reader: Reader, idf: Callable[[str], float]) -> _Judged:
    sentences = whole_sentences(found, reader)
    x = rows(found, sentences, idf)
    chances = load_weights().answers.probability(x)
    told = says_it_all(x, found.understood.text)
    if told.any():
        chances[told] = np.maximum(chances[told], np.nextafter(chances.max(), 1.0))
    return _Judged(sentences, chances, x, bool(told.any()))


def _confidence(whole: _Judged, parts: Sequence[_Judged]) -> float:
    """That what was found tells."""
    chance = float(load_weights().tells.probability(tells(whole.x, [part.x for part in parts])))
    return max(chance, _SAID) if whole.says_it_all else chance


def extract(found: Retrieved, reader: Reader, idf: Callable[[str], float], most: int) -> Extract:
    """At most `most` sentences, the most direct first; a timeline has them by date, and accounts that differ come together.

    A question that joins others ('A and B') gets the best sentence for each, then what answers the whole.
    """
    question = found.understood.text
    form = form_of(question)
    whole = _judge(found, reader, idf)
    of_parts = [_judge(part, reader, idf) for part in found.parts]
    if not whole.sentences:
        return Extract([], form, 0.0)
    confidence = _confidence(whole, of_parts)
    further = Further(question, whole, of_parts, idf)
    places, beside = choose(question, whole, of_parts, further, load_weights().adds, most)
    chosen = [Draft(further.sentences[i], float(further.chances[i])) for i in places]
    if form is Form.TIMELINE:
        return Extract(in_time([_dated(draft) for draft in chosen], newest_first=asks_news(question)), form, confidence)
    if beside > 1:
        form = Form.DIFFER
    elif form is Form.DIFFER or len(chosen) < 2:
        form = Form.PROSE
    kind = asks(question)
    return Extract(_answered_first(_readable(chosen), kind, question) if not of_parts else _readable(chosen), form, confidence)


def _dated(draft: Draft) -> Draft:
    """With the date that it speaks of before it, or else the day on which its article was published."""
    known = next((date for date in find_dates(draft.candidate.text) if date.year and date.month), None)
    days = known.span() if known else None
    if known and days:
        return replace(draft, date=days[0], when=written_as_known(known))
    published = draft.candidate.hit.article.published
    return replace(draft, date=published, when=written(published)) if published else draft


def in_time(drafts: list[Draft], newest_first: bool) -> list[Draft]:
    """`drafts` by date, oldest first or newest first; what has no date comes last."""
    dated = [draft for draft in drafts if draft.date]
    ordered = sorted(dated, key=lambda draft: draft.date or dt.date.min, reverse=newest_first)
    return ordered + [draft for draft in drafts if not draft.date]


def _answered_first(drafts: list[Draft], kind: Asks, question: str) -> list[Draft]:
    """For a question after a date or a figure: what holds one first, when it is not much less likely to answer; a date stands before it."""
    if kind not in {Asks.DATE, Asks.FIGURE} or not drafts:
        return drafts
    leading = drafts[0]
    best = next(
        (
            draft
            for draft in drafts
            if draft.probability >= _HALF * leading.probability and holds(kind, draft.candidate.text, question)
        ),
        None,
    )
    if best is None:
        return drafts
    if kind is Asks.DATE:
        asked = list(find_dates(question))
        told = {
            written_as_known(date): date
            for date in find_dates(best.candidate.text)
            if date.year and date.month and date not in asked
        }
        if len(told) == 1:  # of several it is not known which is meant
            [(when, date)] = told.items()
            days = date.span()
            drafts = [replace(draft, when=when, date=days[0]) if draft is best and days else draft for draft in drafts]
            best = next(draft for draft in drafts if draft.when)
    lead = [best]
    at = drafts.index(best)
    if at and best.candidate.order:
        before = drafts[at - 1].candidate
        behind_it = before.span == best.candidate.hit.passage.sentences[best.candidate.order - 1]
        if behind_it and (_before(best.candidate) or announces(before.text)):
            lead = drafts[at - 1 : at + 1]  # it cannot be read without the one before
    return lead + [draft for draft in drafts if draft not in lead]


def _readable(chosen: list[Draft]) -> list[Draft]:
    """The same sentences; one that leans on the sentence before has the name meant in brackets, or else that sentence before it, and one that only
    announces that accounts differ has the sentence behind it that gives them."""
    have: set[tuple[str, Span]] = set()
    out: list[Draft] = []
    for draft in chosen:
        before = _before(draft.candidate)
        named = bracketed(draft.candidate.text, before.text, draft.candidate.hit.article) if before else ""
        if named:
            before, draft = None, replace(draft, text=named)
        behind = _behind(draft.candidate) if announces(draft.candidate.text) else None
        for one in [
            *([Draft(before, draft.probability)] if before else []),
            draft,
            *([Draft(behind, draft.probability)] if behind else []),
        ]:
            key = (one.candidate.hit.article.id, one.candidate.span)
            if key not in have:
                have.add(key)
                out.append(one)
    return out
