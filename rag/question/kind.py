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
            r"\b(when|what date|which (?:day|date|month|year)|what (?:day|month|year)|dates?\s*\??$|^dates?\b|which (?:two )?dates|how long ago)\b",
            re.I,
        ),
    ),
    (
        Asks.FIGURE,
        re.compile(
            r"\b(how (?:much|many|long|big|large|old|high|far|few|fast|wide|heavy|tall)|what (?:share|percentage|percent|proportion|number|sum|price|salary|fee|rate"
            r"|figure|amount|budget|turnout|margin|slice|cut|valuation|score|mark|tally|total|fine)|percentage|price|salary|budget|amount|figures?|cost|turnout|number of|maximum|minimum|fine under"
            r"|what (?:did|does|do|will|would|must|has|have)\b.{1,80}\b(?:spend|spent|pay|paid|earn(?:ed)?|charged?|fetch(?:ed)?|costs?))\b",
            re.I,
        ),
    ),
    (
        Asks.NAME,
        re.compile(
            # 'The actor who sold it' asks for no name.
            r"(?:^|[,;:?.]\s+|\b(?:and|or|by|to|for|with|from|of|in)\s+)who(?:m|se)?\b|\b(?:through which|(?:which|what) (?:[\w'-]+ ){0,3}?(?:company|companies|firms?|studios?|outlets?|unions?|actors?|actress(?:es)?"
            r"|singers?|directors?|judges?|labels?|persons?|people|states?|platforms?|services?|groups?|papers?|organi[sz]ations?|publishers?"
            r"|developers?|films?|games?|songs?|shows?|series|spokes\w+|lawyers?|outfits?|arms?|creators?|hero|agents?|agenc(?:y|ies)|stars?|authors?"
            r"|writers?|producers?|leaders?|bod(?:y|ies)|rappers?|musicians?|bands?|acts?|city|cities|countr(?:y|ies)|court|tool|model|app)\b(?! of)|name)\b",
            re.I,
        ),
    ),
)


class Unit(str, Enum):
    """What the figure asked for counts."""

    MONEY = "money"
    SHARE = "share"
    TIME = "time"
    NUMBER = "number"
    ANY = "any"


_UNITS = (
    (
        Unit.TIME,
        re.compile(
            r"\bhow (?:long|old|many (?:days|weeks|months|years|hours|minutes|seconds|seasons))\b|\b(?:running time|length|duration)\b",
            re.I,
        ),
    ),
    (Unit.NUMBER, re.compile(r"\bhow (?:many|few)\b|\bnumber of\b|\bheadcount\b", re.I)),
    (
        Unit.SHARE,
        re.compile(
            r"\b(?:share|percent(?:age)?|per cent|proportion|slice|turnout|margin|fraction|rate of|how big a (?:part|cut|stake|piece))\b",
            re.I,
        ),
    ),
    (
        Unit.MONEY,
        re.compile(
            r"\b(?:prices?|priced|fees?|costs?|spend|spent|pay|paid|pays|salary|salaries|budget|wages?|earn(?:s|ed)?|charged?|fetch(?:ed)?|fines?"
            r"|damages|compensation|worth|sum|raised?|how much (?:money|did|does|do|is|was|will|would|must))\b",
            re.I,
        ),
    ),
)


_CHANGE = re.compile(r"\bby how much\b", re.I)  # in money, in per cent, in days


def unit(question: str) -> Unit:
    """What the figure that `question` wants counts; ANY when its words do not tell.

    >>> unit("What turnout did the vote have?"), unit("What did the chain spend on it?"), unit("How far did it get?")
    (<Unit.SHARE: 'share'>, <Unit.MONEY: 'money'>, <Unit.ANY: 'any'>)
    """
    if _CHANGE.search(question):
        return Unit.ANY
    return next((kind for kind, pattern in _UNITS if pattern.search(question)), Unit.ANY)


def asks(question: str) -> Asks:
    """The kind of answer that `question` wants, by the words that say so first; OTHER when none do.

    >>> asks("How big was the audience when he warned it?"), asks("When did he warn how many?")
    (<Asks.FIGURE: 'figure'>, <Asks.DATE: 'date'>)
    """
    found = [(match.start(), at) for at, (_, pattern) in enumerate(_ASKS) if (match := pattern.search(question))]
    return _ASKS[min(found)[1]][0] if found else Asks.OTHER
