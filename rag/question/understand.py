"""Question → Understood: outlets, periods, names, sides. Inferred from its words alone; it steers the ranking, it hides nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from rag.dates import Period, find_periods
from rag.question.outlets import Mention, find_outlets
from rag.question.sides import sides
from rag.types import Side, Span, Understood

_LATEST = re.compile(r"\b(latest|newest|most recent(?:ly)?|so far|currently|nowadays|these days|up to date)\b", re.I)
_BEFORE = re.compile(r"\b(?:before|until|till|up to|by)\s+(?:the\s+)?(?:end\s+of\s+)?$", re.I)
_AFTER = re.compile(r"\b(?:after|since|from)\s+(?:the\s+)?(?:end\s+of\s+)?$", re.I)
# Words with a capital or a digit, the question's first word apart, name something.
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b(?:[A-Z][\w'&-]*|\w*\d[\w-]*)(?:\s+(?:[A-Z][\w'&-]*|\w*\d[\w-]*))*")


def names(text: str) -> tuple[str, ...]:
    """Runs of words in `text` that name people, organisations, works, numbers, in order, each once; none where all is in capitals."""
    if not any(letter.islower() for letter in text):
        return ()
    return tuple(dict.fromkeys(match.group() for match in _NAME.finditer(text)))


def understand(question: str, outlets: Sequence[str] = (), today: dt.date | None = None) -> Understood:
    """Read `question`; `outlets` are the names the library knows; 'last summer' is told from `today` (by default, today)."""
    mentions = list(find_outlets(question, outlets))
    periods = list(find_periods(question, today or dt.date.today()))  # noqa: DTZ011  # the user's own calendar
    since, until = _limits(question, periods)
    return Understood(
        question,
        tuple(dict.fromkeys(outlet for mention in mentions for outlet in mention.outlets)),
        since,
        until,
        bool(_LATEST.search(question)),
        tuple(dict.fromkeys(mention.outlets for mention in mentions)),
        _sides(question, mentions, periods),
        names(question),
    )


def _limits(question: str, periods: Sequence[Period]) -> tuple[dt.date | None, dt.date | None]:
    """The days that all of the question's periods span, 'before' and 'after' heeded."""
    since: dt.date | None = None
    until: dt.date | None = None
    for period in periods:
        lead = question[: period.start]
        if _BEFORE.search(lead):
            until = min(period.since, until or period.since)
        elif _AFTER.search(lead):
            since = max(period.since, since or period.since)
        else:
            since = min(period.since, since or period.since)
            until = max(period.until, until or period.until)
    return since, until


def _sides(question: str, mentions: Sequence[Mention], periods: Sequence[Period]) -> tuple[Side, ...]:
    whole = [*(Span(m.start, m.end) for m in mentions), *(Span(p.start, p.end) for p in periods)]
    cut = sides(question, whole)
    return tuple(
        Side(
            span,
            question[span.start : span.end].strip(" ,;:\n") if len(cut) > 1 else question,
            tuple(dict.fromkeys(o for m in mentions if span.start <= m.start and m.end <= span.end for o in m.outlets)),
            tuple((p.since, p.until) for p in periods if span.start <= p.start and p.end <= span.end),
        )
        for span in cut
    )
