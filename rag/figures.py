"""Figures in prose, in one normal form: '$1.5bn' and '1.5 billion dollars' are the same amount.

Used wherever a number must be *the same number*: checking a sentence against its passage, telling that outlets
differ, scoring an answer. Dates are not figures; `rag.dates` reads those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rag.dates import find_dates

_SCALES = {
    "k": 3, "thousand": 3, "lakh": 5, "m": 6, "mn": 6, "million": 6, "crore": 7, "b": 9, "bn": 9, "billion": 9,
    "tn": 12, "trillion": 12,
}  # fmt: skip
_CURRENCIES = {
    "$": "$", "us$": "$", "dollar": "$", "usd": "$", "€": "€", "euro": "€", "eur": "€", "£": "£", "pound": "£",
    "gbp": "£", "¥": "¥", "yen": "¥", "yuan": "yuan", "₹": "₹", "rs": "₹", "rupee": "₹", "inr": "₹",
}  # fmt: skip
_ONES = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_WORD_NUMBER = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine)\s+hundred(?:\s+and)?(?:[\s-]+))?"
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen)\b"
    r"|(?:a|one|two|three|four|five|six|seven|eight|nine)\s+hundred\b|half\s+a(?=\s+(?:million|billion))"
)
_PATTERN = re.compile(
    r"(?P<before>US\$|[$€£¥₹]|\bRs\.?\s?)?\s?"
    r"(?P<number>(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.,])\d+(?:\.\d+)?|\b(?:" + _WORD_NUMBER + r"))"
    r"(?:st|nd|rd|th)?"
    r"(?:[\s-]?(?P<scale>thousand|lakh|million|crore|billion|trillion|mn|bn|tn|k|m|b)\b)?"
    r"(?:[\s-]?(?P<after>%|per\s?cent\b|percent\b|percentage\s+points?\b|(?:US\s+)?dollars?\b|USD\b|euros?\b|pounds?\b"
    r"|rupees?\b|yuan\b|yen\b))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Figure:
    """An amount: `value` in full, `unit` one of '', '%', a currency sign or 'yuan'. Offsets are characters."""

    value: Decimal
    unit: str
    start: int = 0
    end: int = 0

    def same_amount(self, other: Figure) -> bool:
        """Equal values whose units do not contradict each other: '900,000' may stand for '$900,000'."""
        return self.value == other.value and (self.unit == other.unit or not self.unit or not other.unit)


def _value(words: str) -> Decimal:
    if words[0].isdigit():
        return Decimal(words.replace(",", ""))
    total = 0
    parts = re.split(r"[\s-]+", words.lower())
    if parts[0] == "half":
        return Decimal("0.5")
    for part in parts:
        if part == "hundred":
            total = (total or 1) * 100
        elif part not in {"and", "a"}:
            total += _ONES.get(part, _TENS.get(part, 0))
    return Decimal(total)


def _unit(before: str | None, after: str | None) -> str:
    if after:
        after = after.lower()
        if after == "%" or after.startswith("per"):
            return "%"
        return _CURRENCIES[after.removeprefix("us").strip().rstrip("s")]
    return _CURRENCIES.get((before or "").strip().rstrip(".").lower(), "")


def find_figures(text: str) -> Iterator[Figure]:
    """Every amount in `text`, in order, numbers in words included, the parts of dates left out."""
    taken = [(date.start, date.end) for date in find_dates(text)]
    for match in _PATTERN.finditer(text):
        start = match.start("before") if match.group("before") else match.start("number")
        if any(a <= match.start("number") < b for a, b in taken):
            continue
        scale = match.group("scale")
        value = _value(match.group("number")) * Decimal(10) ** (_SCALES[scale.lower()] if scale else 0)
        yield Figure(value.normalize(), _unit(match.group("before"), match.group("after")), start, match.end())


def amounts(text: str) -> set[tuple[Decimal, str]]:
    """The distinct (value, unit) pairs in `text`."""
    return {(figure.value, figure.unit) for figure in find_figures(text)}
