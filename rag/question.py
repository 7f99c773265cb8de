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


_JOINT = re.compile(r",?\s+(?:and|or|vs\.?|versus|compared (?:with|to)|than)\s+|;\s+|,\s+(?=[A-Z])")
_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
# A run of words with capitals, the question's first word and months apart: something that a title could hold.
_NAME = re.compile(rf"(?<!^)\b(?!(?:{_MONTH_NAMES})\b)[A-Z][\w'&.-]*(?:\s+(?:of the\s+|of\s+|the\s+)?[A-Z][\w'&.-]*)*")
_ASKS_AGAIN = re.compile(r"^(?:in|at|on|by|for|to)?\s*(?:who|whom|whose|when|where|what|which|why|how)\b", re.IGNORECASE)
MOST_PARTS = 3


def parts(question: str) -> tuple[str, ...]:
    """The questions that `question` joins, each made whole; `question` itself as the only one when it joins none.

    >>> parts("When did Tennessee's ELVIS Act and California's replica laws take effect?")
    ("When did Tennessee's ELVIS Act replica laws take effect?", "When did California's replica laws take effect?")
    >>> parts("Where is Replica based, and how much did Narrativ raise?")
    ('Where is Replica based', 'how much did Narrativ raise?')
    >>> parts("Who sued and why?")
    ('Who sued and why?',)
    """
    cut, start = [], 0
    for joint in _JOINT.finditer(question):
        left, right = question[start : joint.start()], question[joint.end() :]
        if _NAME.search(left) and (_NAME.search(" " + right) or _ASKS_AGAIN.match(right)):
            cut.append(left)
            start = joint.end()
            if len(cut) == MOST_PARTS - 1:
                break
    cut.append(question[start:])
    if len(cut) == 1:
        return (question,)
    # What stands before the first thing and after the last is said once and meant for all.
    before = cut[0][: [name.start() for name in _NAME.finditer(cut[0])][-1]]
    names_at_end = list(_NAME.finditer(" " + cut[-1]))
    after = (" " + cut[-1])[names_at_end[-1].end() :] if names_at_end and not _ASKS_AGAIN.match(cut[-1]) else ""
    whole = [cut[0] + after if not _ASKS_AGAIN.match(cut[1]) else cut[0]]
    for part in cut[1:]:
        whole.append(part if _ASKS_AGAIN.match(part) else before + part + (after if part is not cut[-1] else ""))
    return tuple(whole)
