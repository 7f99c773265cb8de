"""How the page and the services ask the engine: filters as people type them, and a conversation's history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from rag.dates import find_dates
from rag.engine import DROPPABLE, Engine
from rag.errors import SluglineError
from rag.types import Answer, Filters

LONGEST_QUESTION = 2000  # characters


def day(written: str, end: bool) -> dt.date | None:
    """'2026-03-24', '2026-03' or '2026' as a day: the first, or with `end` the last of the month or year; None for nothing.

    Raises:
        SluglineError: it is no date.
    """
    if not written.strip():
        return None
    found = list(find_dates(written))
    span = found[0].span() if len(found) == 1 else None
    if span is None:
        raise SluglineError(f"{written.strip()[:40]!r} is not a date. Write 2026-03-24, 2026-03 or 2026.")
    return span[1] if end else span[0]


def filters(outlets: Sequence[str] = (), topics: Sequence[str] = (), since: str = "", until: str = "") -> Filters:
    """The limits set.

    Raises:
        SluglineError: a date is none.
    """
    return Filters(tuple(outlets or ()), tuple(topics or ()), day(since or "", end=False), day(until or "", end=True))


def check_length(question: str) -> None:
    """Raises:
    SluglineError: the question is too long.
    """
    if len(question) > LONGEST_QUESTION:
        raise SluglineError(f"The question has {len(question)} characters; at most {LONGEST_QUESTION} are read. Shorten it.")


def stream(
    engine: Engine, question: str, limits: Filters, history: Sequence[Answer] = (), dropped: Collection[str] = ()
) -> Iterator[Answer]:
    """The growing answer.

    Raises:
        SluglineError: the question is too long.
    """
    check_length(question)
    return engine.stream(question, limits, history=tuple(history), dropped=DROPPABLE & frozenset(dropped))


def whole(engine: Engine, question: str, limits: Filters = Filters(), history: Sequence[Answer] = ()) -> Answer:
    """The last of `stream`."""
    answer = Answer(question)
    for answer in stream(engine, question, limits, history):  # noqa: B007
        pass
    return answer
