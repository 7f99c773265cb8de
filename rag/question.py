"""What a question asks for, read from its words alone: outlets, dates, 'latest', and the kind of answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from enum import Enum

from rag.dates import find_dates
from rag.types import Understood

_LATEST = re.compile(r"\b(latest|newest|most recent(?:ly)?|so far|currently|nowadays|these days|up to date)\b", re.I)
_BEFORE = re.compile(r"\b(?:before|until|till|up to|by)\s+(?:the\s+)?(?:end\s+of\s+)?$", re.I)
_AFTER = re.compile(r"\b(?:after|since|from)\s+(?:the\s+)?(?:end\s+of\s+)?$", re.I)


class Asks(str, Enum):
    """The kind of thing that would answer."""

    DATE = "date"
    FIGURE = "figure"
    NAME = "name"
    OTHER = "other"


_ASKS = (
    (
        Asks.DATE,
        re.compile(
            r"\b(when|what date|which (?:day|date|month|year)|what (?:day|month|year)|dates?\s*\??$|how long ago)\b", re.I
        ),
    ),
    (
        Asks.FIGURE,
        re.compile(
            r"\b(how (?:much|many|long|big|large|old|high|far)|what (?:share|percentage|percent|proportion|number|sum|price|salary|fee|rate"
            r"|figure|amount|budget|turnout)|percentage|price|salary|budget|amount|figures?|cost)\b",
            re.I,
        ),
    ),
    (
        Asks.NAME,
        re.compile(
            r"\b(who|whom|whose|which (?:company|firm|studio|outlet|union|actor|actress|singer|director|judge|label|person|state"
            r"|platform|service|group|paper|organi[sz]ation|publisher|developer|film|game|song|show|series)|name)\b",
            re.I,
        ),
    ),
)


def asks(question: str) -> Asks:
    """The kind of answer that `question` wants; OTHER when its words do not tell."""
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), Asks.OTHER)


def _outlets(question: str, known: Sequence[str]) -> tuple[str, ...]:
    """Those of `known` that `question` names, with or without their 'The'."""
    folded = question.casefold()
    found = []
    for outlet in known:
        name = outlet.casefold().removeprefix("the ")
        if len(name) > 2 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded):
            found.append(outlet)
    return tuple(found)


def understand(question: str, outlets: Sequence[str] = ()) -> Understood:
    """Read `question`; `outlets` are the names the library knows. What is inferred here steers the ranking, it hides nothing."""
    since: dt.date | None = None
    until: dt.date | None = None
    for date in find_dates(question):
        span = date.span()
        if span is None:
            continue
        lead = question[: date.start]
        if _BEFORE.search(lead):
            until = min(span[0], until or span[0])
        elif _AFTER.search(lead):
            since = max(span[0], since or span[0])
        else:
            since = min(span[0], since or span[0])
            until = max(span[1], until or span[1])
    return Understood(question, _outlets(question, outlets), since, until, bool(_LATEST.search(question)))
