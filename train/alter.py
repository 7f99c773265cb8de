"""A sentence with one thing in it changed: a figure, a date, a name, a negation, the one who said it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from rag.dates import find_dates

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,])\d+(?:\.\d+)?(?![\w,.]*\d)")
_NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}")
_MONTHS = "January February March April May June July August September October November December".split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|may|might|should|must|does|did|do)\b(?! not\b)")
_NOT = re.compile(r"\b(?:not|never)\s+|n't\b")
OPPOSITES = dict(
    pair
    for a, b in (
        ("more", "fewer"), ("higher", "lower"), ("increase", "decrease"), ("increased", "decreased"), ("rose", "fell"), ("first", "last"),
        ("before", "after"), ("won", "lost"), ("win", "lose"), ("approved", "rejected"), ("accept", "refuse"), ("accepted", "refused"),
        ("best", "worst"), ("largest", "smallest"), ("most", "least"), ("above", "below"), ("always", "never"), ("all", "none"),
        ("support", "oppose"), ("supported", "opposed"), ("allowed", "banned"), ("allow", "forbid"), ("began", "ended"), ("start", "end"),
        ("opened", "closed"), ("gained", "lost"), ("up", "down"), ("early", "late"), ("old", "new"), ("agreed", "refused"),
        ("include", "exclude"), ("including", "excluding"), ("with", "without"), ("men", "women"), ("high", "low"), ("many", "few"),
    )
    for pair in ((a, b), (b, a))
)  # fmt: skip
KINDS = ("figure", "date", "name", "negation", "word", "attribution")


@dataclass(frozen=True)
class Altered:
    """The changed sentence, where in it the change is, and of which kind."""

    text: str
    start: int
    end: int
    kind: str


def _put(sentence: str, start: int, end: int, new: str, kind: str) -> Altered:
    return Altered(sentence[:start] + new + sentence[end:], start, start + len(new), kind)


def _figure(sentence: str, text: str, rng: random.Random) -> Altered | None:
    dates = [(d.start, d.end) for d in find_dates(sentence)]
    found = [m for m in _NUMBER.finditer(sentence) if not any(a <= m.start() < b for a, b in dates)]
    words = list(re.finditer(r"\b(?:" + "|".join(_WORDS) + r")\b", sentence))
    if found and (not words or rng.random() < 0.8):
        match = rng.choice(found)
        digits = match.group().replace(",", "")
        value = float(digits)
        others = [
            m.group() for m in _NUMBER.finditer(text) if m.group() != match.group() and len(m.group()) == len(match.group())
        ]
        if others and rng.random() < 0.4:
            new = rng.choice(others)
        elif "." in digits:
            new = f"{value + rng.choice((-1, 1)) * rng.uniform(0.1, 1) * max(1, value / 2):.{len(digits.split('.')[1])}f}".lstrip(
                "-"
            )
        else:
            moved = int(value) + rng.choice((-1, 1)) * max(1, int(value * rng.uniform(0.05, 0.6)))
            new = f"{abs(moved) or int(value) + 2:,}" if "," in match.group() else str(abs(moved) or int(value) + 2)
        return None if new == match.group() else _put(sentence, match.start(), match.end(), new, "figure")
    if words:
        match = rng.choice(words)
        return _put(sentence, match.start(), match.end(), rng.choice([w for w in _WORDS if w != match.group()]), "figure")
    return None


def _date(sentence: str, text: str, rng: random.Random) -> Altered | None:  # noqa: ARG001
    places = []
    for names in (_MONTHS, _WEEKDAYS):
        for match in re.finditer(r"\b(?:" + "|".join(names) + r")\b", sentence):
            if match.group() != "May" or re.match(r" \d", sentence[match.end() : match.end() + 2]):
                places.append((match, rng.choice([n for n in names if n != match.group()])))
    for match in re.finditer(r"\b(?:19|20)\d\d\b", sentence):
        places.append((match, str(int(match.group()) + rng.choice((-3, -2, -1, 1, 2, 3)))))
    for match in re.finditer(r"\b\d{1,2}(?= (?:" + "|".join(_MONTHS) + r")\b)", sentence):
        places.append((match, str(rng.choice([d for d in range(1, 29) if str(d) != match.group()]))))
    if not places:
        return None
    match, new = rng.choice(places)
    return _put(sentence, match.start(), match.end(), new, "date")


def _name(sentence: str, text: str, rng: random.Random) -> Altered | None:
    known = set(_MONTHS) | set(_WEEKDAYS) | {"I", "The", "A", "In", "On", "At", "It"}
    found = [m for m in _NAME.finditer(sentence) if m.group() not in known]
    if not found:
        return None
    match = rng.choice(found)
    others = sorted({m.group() for m in _NAME.finditer(text)} - known)
    others = [o for o in others if o not in sentence and match.group() not in o and o.count(" ") == match.group().count(" ")]
    if not others:
        return None
    return _put(sentence, match.start(), match.end(), rng.choice(others), "name")


def _negation(sentence: str, text: str, rng: random.Random) -> Altered | None:  # noqa: ARG001
    there = list(_NOT.finditer(sentence))
    if there:
        match = rng.choice(there)
        cut = sentence[: match.start()] + sentence[match.end() :]
        around = max(0, match.start() - 6)
        return Altered(cut, around, min(len(cut), match.start() + 8), "negation")
    places = list(_AUXILIARY.finditer(sentence))
    if not places:
        return None
    match = rng.choice(places)
    return _put(sentence, match.start(), match.end(), f"{match.group()} not", "negation")


def _word(sentence: str, text: str, rng: random.Random) -> Altered | None:  # noqa: ARG001
    places = [m for m in re.finditer(r"\b[a-z]+\b", sentence) if m.group() in OPPOSITES]
    if not places:
        return None
    match = rng.choice(places)
    return _put(sentence, match.start(), match.end(), OPPOSITES[match.group()], "word")


def _attribution(sentence: str, text: str, rng: random.Random) -> Altered | None:
    """Another one said it: the name beside a verb of saying is swapped."""
    match = re.search(r"\b([A-Z][\w-]+(?: [A-Z][\w-]+)*) (?:said|says|reported|told|wrote|announced|claimed)\b", sentence)
    match = match or re.search(r"\b(?:said|according to|told) ([A-Z][\w-]+(?: [A-Z][\w-]+)*)", sentence)
    if not match:
        return None
    others = sorted({m.group() for m in _NAME.finditer(text)})
    others = [o for o in others if o not in sentence and match.group(1) not in o]
    return _put(sentence, match.start(1), match.end(1), rng.choice(others), "attribution") if others else None


_CHANGES = {"figure": _figure, "date": _date, "name": _name, "negation": _negation, "word": _word, "attribution": _attribution}


def alter(sentence: str, text: str, rng: random.Random, kind: str = "") -> Altered | None:
    """`sentence` with one thing changed so that `text`, which holds it, no longer bears it out; None when nothing in it can be.

    Names come from elsewhere in `text`, so a model cannot just look whether each word stands there.
    """
    kinds = [kind] if kind else rng.sample(KINDS, len(KINDS))
    for one in kinds:
        changed = _CHANGES[one](sentence, text, rng)
        if changed is not None and changed.text != sentence:
            return changed
    return None
