"""Dates as English prose writes them: '24 March 2026', 'March 24', '2026-03', 'late July 2023', '2024'.

Only what is written is read: a day without a year keeps `year=None`, so that a caller can complete it from
context or treat it as matching any year. Numeric day/month forms (3/4/2025) are ambiguous and left alone.
"""

from __future__ import annotations

import calendar
import contextlib
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


@dataclass(frozen=True)
class Period:
    """First and last day that characters `start` to `end` of a text mean."""

    since: dt.date
    until: dt.date
    start: int = 0
    end: int = 0


_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|few|couple of)"
_COUNTS = {w: n for n, w in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)} | {
    "a": 1, "an": 1, "few": 3, "couple of": 2,
}  # fmt: skip
_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # their first month, in the north
_SEASON = "|".join(_SEASONS)
_RELATIVE = re.compile(
    rf"\b(?:(?P<day>today|yesterday)"
    rf"|(?:the\s+)?(?:last|past|previous)\s+(?:{_COUNT}\s+)(?P<unit>day|week|month|quarter|year)s?"
    rf"|(?P<ago>\d{{1,3}}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(?P<agounit>day|week|month|year)s?\s+ago"
    rf"|(?P<which>this|last|past|previous)\s+(?P<one>week|month|quarter|year|{_SEASON})"
    rf"|(?:the\s+)?(?P<season>{_SEASON})\s+(?:of\s+)?(?P<seasonyear>(?:19|20)\d\d)"
    rf"|(?P<part>early|mid|late|first half of|second half of)[\s-]+(?P<partyear>(?:19|20)\d\d)"
    rf"|(?:Q(?P<quarter>[1-4])\s*(?:of\s+)?(?P<quarteryear>(?:19|20)\d\d)))(?!\w)",
    re.IGNORECASE,
)
_PARTS = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "first half of": (1, 6), "second half of": (7, 12)}


def _months(year: int, first: int, last: int) -> tuple[dt.date, dt.date]:
    """Whole months `first` to `last` of `year`; a month above 12 is in the next year."""
    start = dt.date(year + (first - 1) // 12, (first - 1) % 12 + 1, 1)
    after = dt.date(year + last // 12, last % 12 + 1, 1)
    return start, after - dt.timedelta(days=1)


def _relative(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.date]:
    said = {name: value.lower() for name, value in match.groupdict().items() if value}
    if "day" in said:
        day = today - dt.timedelta(days=said["day"] == "yesterday")
        return day, day
    if "unit" in said:
        count = int(said["count"]) if said["count"].isdigit() else _COUNTS[said["count"]]
        return today - dt.timedelta(days=count * _UNITS[said["unit"]]), today
    if "ago" in said:
        count = int(said["ago"]) if said["ago"].isdigit() else _COUNTS[said["ago"]]
        width = _UNITS[said["agounit"]]
        middle = today - dt.timedelta(days=count * width)
        return middle - dt.timedelta(days=width // 2), middle + dt.timedelta(days=width // 2)
    if "season" in said:
        first = _SEASONS[said["season"]]
        return _months(int(said["seasonyear"]), first, first + 2)
    if "part" in said:
        return _months(int(said["partyear"]), *_PARTS[said["part"]])
    if "quarter" in said:
        first = 3 * int(said["quarter"]) - 2
        return _months(int(said["quarteryear"]), first, first + 2)
    back, one = said["which"] != "this", said["one"]
    if one == "year":
        return _months(today.year - back, 1, 12)
    if one == "month":
        return _months(today.year - 1, today.month + 12 - back, today.month + 12 - back)
    if one == "quarter":
        first = (today.month - 1) // 3 * 3 + 1 + 12 - 3 * back
        return _months(today.year - 1, first, first + 2)
    if one == "week":
        monday = today - dt.timedelta(days=today.weekday() + 7 * back)
        return monday, monday + dt.timedelta(days=6)
    first = _SEASONS[one]
    span = _months(today.year, first, first + 2)
    if span[0] > today or (back and span[1] >= today):
        span = _months(today.year - 1, first, first + 2)
    return span


def find_periods(text: str, today: dt.date) -> Iterator[Period]:
    """What days `text` speaks of, in order: dates as written, and 'last summer', 'three weeks ago' as seen from `today`.

    A date without its year is taken for the last such one up to `today`.
    """
    found: list[Period] = []
    for match in _RELATIVE.finditer(text):
        # A span beyond what a calendar holds names no day ('100 years ago' is fine, year 0 is not).
        with contextlib.suppress(OverflowError, ValueError):
            found.append(Period(*_relative(match, today), match.start(), match.end()))
    for date in find_dates(text):
        if any(period.start < date.end and date.start < period.end for period in found):
            continue
        span = date.span() or _last_before(date, today)
        if span:
            found.append(Period(*span, date.start, date.end))
    yield from sorted(found, key=lambda period: period.start)


def _last_before(date: PartialDate, today: dt.date) -> tuple[dt.date, dt.date] | None:
    for year in (today.year, today.year - 1):
        span = PartialDate(year, date.month, date.day).span()
        if span and span[0] <= today:
            return span
    return None


def written(date: dt.date) -> str:
    """'24 March 2026': how Slugline writes a date, the same on every platform."""
    return f"{date.day} {calendar.month_name[date.month]} {date.year}"


def written_as_known(date: PartialDate) -> str:
    """'24 March 2026', 'March 2026', '2026' or '24 March': no more than is known."""
    month = calendar.month_name[date.month] if date.month else ""
    return " ".join(str(part) for part in (date.day, month, date.year) if part)
