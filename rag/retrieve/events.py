"""'Before the strike ended': the day that the library gives to what a question names as an event."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from rag.dates import PartialDate, find_dates
from rag.question.same import same_as
from rag.store.words import stems
from rag.types import Article, Hit, Span

# 'How long before' and 'two months after' ask for the time between, and what tells it need not be older or newer.
_UNIT = re.compile(r"\b(?:days?|weeks?|months?|years?|hours?|long|soon|shortly|just|right|immediately)$", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?P<how>(?i:before|after|since|until|till|by the time))\s+(?P<what>(?:the|its|their|his|her|[A-Z])[^,;?!]*?)"
    r"(?=\s*(?:[,;?!]|\.(?:\s|$)|$)|\s+(?:what|which|who|whom|where|why|how|did|does|do)\b)"
)
# What happens is told by a verb in the past or by a noun for something that happens; 'before the camera' is neither.
_HAPPENS = re.compile(
    r"\b(?:\w{3,}ed|began|broke|came|died|fell|left|lost|made|met|rose|sold|bought|struck|took|won|went|"
    r"strikes?|walkouts?|deals?|agreements?|contracts?|settlements?|rulings?|verdicts?|judgments?|votes?|ratification|launch|release|"
    r"debut|premiere|merger|takeover|acquisition|lawsuits?|suits?|trials?|hearings?|election|law|act|ban|announcement|takedown|removal|"
    r"demo|death|report|guidelines|rollout|pilot)\b",
    re.IGNORECASE,
)
# What one writer calls the end another calls 'over' or 'lifted'.
_ALIKE = tuple(
    frozenset(stems(group))
    for group in (
        "ended end ending lifted over concluded finished",
        "began begin started start launched launch released release debuted opened unveiled introduced",
        "ratified ratification approved voted vote signed agreed",
        "sued suit lawsuit filed",
        "removed removal pulled takedown deleted",
        "ruled ruling verdict judgment decided",
    )
)
_LEAST_STEMS = 2  # 'the deal' alone could be any
_DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_DAY = re.compile(rf"\b(today|yesterday|{'|'.join(_DAYS)})\b", re.IGNORECASE)
_FIRST_SENTENCES = 3  # of an article: where it tells what is new
READ = 8  # passages looked at


def named(question: str, taken: Iterable[Span] = ()) -> list[tuple[str, Span]]:
    """('before' or 'after', where the event's words stand) for each event that limits when what is asked for took place.

    `taken` are outlets and dates, which are limits already: a clause that holds one is none.
    """
    found = []
    for match in _EVENT.finditer(question):
        what = Span(*match.span("what"))
        words = match.group("what")
        if any(what.start < span.end and span.start < what.end for span in taken):
            continue
        if _UNIT.search(question[: match.start()].rstrip()) or not _HAPPENS.search(words) or len(stems(words)) < _LEAST_STEMS:
            continue
        found.append(("after" if match.group("how").lower() in {"after", "since"} else "before", what))
    return found


def date_of(words: str, hits: Sequence[Hit], sentences: Sequence[np.ndarray], vector: np.ndarray) -> tuple[dt.date, Hit] | None:
    """The day that the nearest sentence which has all of `words` gives, and the passage it stands in; None when none does.

    `sentences[i]` are the sentence vectors of `hits[i]`; the nearest is the one nearest to `vector`.
    """
    wanted = stems(words)
    happens = stems((_HAPPENS.findall(words) or [words])[-1])
    happening = frozenset(happens).union(*(group for group in _ALIKE if group & set(happens)))
    same = same_as(wanted)
    best: tuple[float, dt.date, Hit] | None = None
    for hit, vectors in zip(hits, sentences, strict=True):
        for at, (span, own) in enumerate(zip(hit.passage.sentences, vectors, strict=True)):
            text = hit.article.text[span.start : span.end]
            if not _says(stems(text), wanted, same):
                continue
            early = hit.passage.ordinal == 0 and at < _FIRST_SENTENCES
            day, near = _day_in(text, happening, hit.article, early), float(own @ vector)
            if day and (best is None or near > best[0]):
                best = near, day, hit
    return best and best[1:]


def _says(has: Sequence[str], wanted: Sequence[str], same: dict[int, tuple[tuple[str, ...], ...]]) -> bool:
    here = set(has)
    return all(
        stem in here
        or any(set(other) <= here for other in same.get(at, ()))
        or any(stem in group and group & here for group in _ALIKE)
        for at, stem in enumerate(wanted)
    )


def _day_in(text: str, happening: frozenset[str], article: Article, early: bool) -> dt.date | None:
    """The day that `text` gives to what one of the stems `happening` tells."""
    dates = [date for date in find_dates(text) if date.month]
    if dates:
        return _first(min(dates, key=lambda date: _distance(text, date, happening)), article.published)
    word = _DAY.search(text) if early and article.published else None
    if word is None or article.published is None:
        return None
    name = word.group().lower()
    back = {"today": 0, "yesterday": 1}.get(name)
    if back is None:
        back = (article.published.weekday() - _DAYS[name]) % 7
    return article.published - dt.timedelta(days=back)


def _distance(text: str, date: PartialDate, happening: frozenset[str]) -> int:
    """Characters between a date and the nearest word of `happening`."""
    words = [match.span() for match in re.finditer(r"\w+", text) if happening & set(stems(match.group()))]
    return min((max(date.start - end, start - date.end, 0) for start, end in words), default=len(text))


def _first(date: PartialDate, published: dt.date | None) -> dt.date | None:
    """The first day that `date` means; without its year the last such one up to when it was published."""
    if date.year:
        span = date.span()
        return span[0] if span else None
    for year in (published.year, published.year - 1) if published else ():
        span = replace(date, year=year).span()
        if span and published and span[0] <= published:
            return span[0]
    return None
