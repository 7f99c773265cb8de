"""Words that say the same: abbreviations of the field, numbers in words and digits, what a news desk would exchange."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from rag.question.wordings import same_wordings
from rag.store.words import stems

_SHORT = {
    "AI": ("artificial intelligence",),
    "GenAI": ("generative AI", "generative artificial intelligence"),
    "LLM": ("large language model", "language model"),
    "SAG": ("SAG-AFTRA", "Screen Actors Guild"),
    "SAG-AFTRA": ("Screen Actors Guild",),
    "WGA": ("Writers Guild", "Writers Guild of America"),
    "DGA": ("Directors Guild", "Directors Guild of America"),
    "PGA": ("Producers Guild",),
    "AMPTP": ("Alliance of Motion Picture and Television Producers",),
    "IATSE": ("International Alliance of Theatrical Stage Employees",),
    "MPA": ("Motion Picture Association",),
    "RIAA": ("Recording Industry Association of America",),
    "UMG": ("Universal Music Group",),
    "WMG": ("Warner Music Group",),
    "WBD": ("Warner Bros. Discovery",),
    "VFX": ("visual effects",),
    "CGI": ("computer-generated imagery",),
    "TV": ("television",),
    "EU": ("European Union",),
    "UK": ("United Kingdom", "Britain"),
    "US": ("United States", "U.S."),
    "FTC": ("Federal Trade Commission",),
    "SEC": ("Securities and Exchange Commission",),
    "CEO": ("chief executive",),
    "IP": ("intellectual property",),
    "NIL": ("name, image and likeness",),
}
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


@lru_cache
def _exchanged() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Stems of a wording → stems of those that a news desk would exchange for it."""
    same: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for wording, others in same_wordings().items():
        one = tuple(stems(wording))
        instead = [other for other in (tuple(stems(other)) for other in others) if other and other != one]
        if one and instead:
            same.setdefault(one, {}).update(dict.fromkeys(instead))
    return {wording: tuple(sorted(others)) for wording, others in same.items()}


@lru_cache
def _table() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Stems of a wording → stems of the other wordings. Not symmetric where the longer word says more."""
    same: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)

    def both(a: str, b: str) -> None:
        one, other = tuple(stems(a)), tuple(stems(b))
        if one and other and one != other:
            same[one].add(other)
            same[other].add(one)

    for short, longs in _SHORT.items():
        for long in longs:
            both(short, long)
    for number, word in [*enumerate(_NUMBERS), *((n, w) for w, n in _TENS.items())]:
        both(str(number), word)
    for number, word in enumerate(_ORDINALS, 1):
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
        both(f"{number}{ending}", word)
    return {wording: tuple(sorted(others)) for wording, others in same.items()}


def exchanged(asked: list[str]) -> dict[int, tuple[tuple[str, ...], ...]]:
    """`same_as` for the words and phrases that a news desk would exchange (`rag.question.wordings`): more often than not they say the same.

    >>> exchanged(["delet", "song"])[1][:2]
    (('ditti',), ('number',))
    """
    return _others(asked, _exchanged())


def same_as(asked: list[str]) -> dict[int, tuple[tuple[str, ...], ...]]:
    """For the place of each stem in `asked` that belongs to a known wording: the stems of its other wordings.

    >>> same_as(["sag", "strike"])[0]
    (('sag', 'aftra'), ('screen', 'actor', 'guild'))
    """
    return _others(asked, _table())


def _others(
    asked: list[str], table: dict[tuple[str, ...], tuple[tuple[str, ...], ...]]
) -> dict[int, tuple[tuple[str, ...], ...]]:
    """For the place of each stem in `asked` that belongs to a wording of `table`, the longest there: the others that `table` has for it."""
    longest = max(map(len, table))
    out: dict[int, tuple[tuple[str, ...], ...]] = {}
    at = 0
    while at < len(asked):
        for length in range(min(longest, len(asked) - at), 0, -1):
            others = table.get(tuple(asked[at : at + length]))
            if others:
                out |= dict.fromkeys(range(at, at + length), others)
                at += length - 1
                break
        at += 1
    return out
