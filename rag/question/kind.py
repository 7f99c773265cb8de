"""The kind of thing that would answer a question: a date, a figure, a name."""

from __future__ import annotations

import re
from enum import Enum


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
