"""What happened when, on a topic: dated, cited events in order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.dates import PartialDate, find_dates, written_as_known
from rag.store.words import stems
from rag.types import Citation, Filters, Hit, Sentence, Understood

if TYPE_CHECKING:
    from rag.engine import Engine

PASSAGES = 40  # read for a timeline
EVENTS = 30  # most in one
_NEAR = 0.35  # cosine of topic and sentence under which a dated sentence is about something else
_SAME = 0.5  # shared stems over all stems of two events on one day that are the same event


@dataclass(frozen=True)
class Event:
    """What happened on `date` (of a month or year the first day), in the words of the passage cited."""

    date: dt.date
    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Timeline:
    """Events oldest first, none when nothing dated is found on the topic: `notice` then says so."""

    topic: str
    events: tuple[Event, ...] = ()
    notice: str = ""
    understood: Understood | None = None


def timeline(engine: Engine, topic: str, filters: Filters = Filters()) -> Timeline:
    """The dated sentences of the coverage on `topic`, oldest first, at most EVENTS of the nearest.

    `filters.since` and `filters.until` limit when the articles were published.
    """
    found = engine.retriever.search(topic, PASSAGES, filters, rerank=False)
    dated: list[tuple[float, PartialDate, Hit, str]] = []
    for hit, vectors in zip(found.hits, found.sentences, strict=True):
        for span, vector in zip(hit.passage.sentences, vectors, strict=True):
            text, near = hit.article.text[span.start : span.end], float(vector @ found.question)
            known = next((date for date in find_dates(text) if date.year and date.month), None)
            if known and near >= _NEAR:
                dated.append((near, known, hit, text))
    chosen: list[tuple[dt.date, PartialDate, Hit, str]] = []
    for _, known, hit, text in sorted(dated, key=lambda one: -one[0]):
        days = known.span()
        if days and len(chosen) < EVENTS and not any(days[0] == day and _alike(other, text) for day, _, _, other in chosen):
            chosen.append((days[0], known, hit, text))
    events = []
    for n, (day, known, hit, text) in enumerate(sorted(chosen, key=lambda one: one[0]), 1):
        sentence = Sentence(text, (n,), date=day, when=written_as_known(known))
        events.append(Event(day, sentence, (Citation(n, hit, text),)))
    notice = "" if events else f"The coverage here holds nothing dated on {topic}."
    return Timeline(topic, tuple(events), notice, found.understood)


def _alike(a: str, b: str) -> bool:
    one, other = set(stems(a)), set(stems(b))
    return len(one & other) / max(1, len(one | other)) > _SAME
