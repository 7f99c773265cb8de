"""Dates as English prose writes them: '24 March 2026', 'March 24', '2026-03', 'late July 2023', '2024'.

Only what is written is read: a day without a year keeps `year=None`, so that a caller can complete it from
context or treat it as matching any year. Numeric day/month forms (3/4/2025) are ambiguous and left alone.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_SHORT = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}

# Short names need their capital, so that the verb 'may' and 'mar' in a word are not months; 'May' is checked below.
_MONTH = (
    r"(?P<{m}>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?P<{d}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<{y}>(?:19|20)\d\d)"
_MORE_DAYS = r"(?:\s*(?:-|–|to|and|or)\s*(?P<{e}>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?)?"  # noqa: RUF001


def _part(template: str, **names: str) -> str:
    for key, value in names.items():
        template = template.replace("{" + key + "}", value)
    return template


_PATTERN = re.compile(
    "|".join(
        (
            r"\b(?P<y0>(?:19|20)\d\d)-(?P<m0>0[1-9]|1[0-2])(?:-(?P<d0>[0-2]\d|3[01]))?(?![\d-])",
            r"\b"
            + _part(_DAY + _MORE_DAYS, d="d1", e="e1")
            + r"\s+(?:of\s+)?"
            + _part(_MONTH, m="m1")
            + r"(?:,?\s+"
            + _part(_YEAR, y="y1")
            + r")?(?!\w)",
            r"\b"
            + _part(_MONTH, m="m2")
            + r"\s+"
            + _part(_DAY + _MORE_DAYS, d="d2", e="e2")
            + r"(?!\d|,\d|%)(?:,?\s+"
            + _part(_YEAR, y="y2")
            + r")?(?!\w)",
            r"\b" + _part(_MONTH, m="m3") + r"(?:\s+of)?,?\s+" + _part(_YEAR, y="y3") + r"(?!\w)",
            r"(?<![\w$€£.,-])" + _part(_YEAR, y="y4") + r"(?![\w%]|[.,]\d|-\d)",
            r"\b" + _part(_MONTH, m="m5") + r"(?!\w)",
        )
    )
)


@dataclass(frozen=True)
class PartialDate:
    """A date as far as a text gives it. `start` and `end` are character offsets of the words that say it."""

    year: int | None
    month: int | None
    day: int | None
    start: int = 0
    end: int = 0

    def agrees(self, other: PartialDate) -> bool:
        """Whether no part that both give differs, and both give at least one same part."""
        pairs = [
            (a, b)
            for a, b in ((self.year, other.year), (self.month, other.month), (self.day, other.day))
            if a is not None and b is not None
        ]
        return bool(pairs) and all(a == b for a, b in pairs)

    def span(self) -> tuple[dt.date, dt.date] | None:
        """First and last day meant; None when the year is not given."""
        if self.year is None:
            return None
        if self.month is None:
            return dt.date(self.year, 1, 1), dt.date(self.year, 12, 31)
        last = calendar.monthrange(self.year, self.month)[1]
        if self.day is None:
            return dt.date(self.year, self.month, 1), dt.date(self.year, self.month, last)
        day = dt.date(self.year, self.month, min(self.day, last))
        return day, day


def _month(word: str) -> int:
    word = word.rstrip(".").lower()
    return MONTHS.get(word) or _SHORT[word]


def _is_month_word(text: str, match: re.Match[str]) -> bool:
    """A bare month must not be the verb 'May' opening a sentence or the name 'April'/'June' of a person."""
    word = match.group()
    if word.rstrip(".") not in {"May", "March", "April", "June", "August"} and word.rstrip(".").lower() in MONTHS:
        return True
    before = text[max(0, match.start() - 14) : match.start()].lower()
    return bool(re.search(r"\b(in|since|until|by|of|from|to|during|last|this|next|early|mid|late|before|after)[ -]$", before))


def find_dates(text: str) -> Iterator[PartialDate]:
    """Every date in `text`, in order; a range of days ('26-31 July 2023') gives its first and its last day."""
    for match in _PATTERN.finditer(text):
        groups = match.groupdict()
        for form in "012345":
            if groups.get(f"m{form}") or groups.get(f"y{form}"):
                break
        if form == "5" and not _is_month_word(text, match):
            continue
        year, month, day = groups.get(f"y{form}"), groups.get(f"m{form}"), groups.get(f"d{form}")
        number = None if month is None else int(month) if month.isdigit() else _month(month)
        where = {"start": match.start(), "end": match.end()}
        year_number = int(year) if year else None
        yield PartialDate(year_number, number, int(day) if day else None, **where)
        if groups.get(f"e{form}"):
            yield PartialDate(year_number, number, int(groups[f"e{form}"]), **where)


def written(date: dt.date) -> str:
    """'24 March 2026': how Slugline writes a date, the same on every platform."""
    return f"{date.day} {calendar.month_name[date.month]} {date.year}"
