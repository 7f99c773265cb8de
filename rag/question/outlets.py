"""Outlets that a question names, found among those the library holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# What follows these in a feed's name is its section or its slogan: 'The Independent - Sports', 'CNBC | World Business News'.
_TAILS = (" | ", " - ", ": ")
_DOMAIN = re.compile(r"\.(?:com|org|net|co\.uk)$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# A shorter word alone names too much else: 'Age' without its 'The', 'variety' in a question typed without capitals.
_BARE = 5
_BARE_UNCAPPED = 8


@dataclass(frozen=True)
class Mention:
    """Characters `start` to `end` of a question name `outlets`: several when they share a name ('Fox News')."""

    start: int
    end: int
    outlets: tuple[str, ...]


@dataclass(frozen=True)
class _Names:
    pattern: re.Pattern[str]
    outlets: dict[str, tuple[str, ...]]  # by case-folded name


def names_of(outlet: str) -> set[str]:
    """The ways in which people write an outlet's name.

    >>> sorted(names_of("The Independent - Sports"))
    ['Independent', 'Independent - Sports', 'The Independent', 'The Independent - Sports']
    >>> sorted(names_of("CBSSports.com"))
    ['CBS Sports', 'CBSSports', 'CBSSports.com']
    """
    names = {outlet} | {outlet.split(tail)[0] for tail in _TAILS if tail in outlet}
    for name in list(names):
        if _DOMAIN.search(name):
            bare = _DOMAIN.sub("", name)
            names |= {bare, _CAMEL.sub(" ", bare)}
        short = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
        if len(short) >= _BARE:
            names.add(short)
    return {name for name in names if len(name) > 2}


@lru_cache(maxsize=8)
def _compiled(known: tuple[str, ...]) -> _Names:
    outlets: dict[str, tuple[str, ...]] = {}
    for outlet in known:
        for name in names_of(outlet):
            outlets[name.casefold()] = (*outlets.get(name.casefold(), ()), outlet)
    longest_first = sorted(outlets, key=len, reverse=True)
    alternatives = "|".join(re.escape(name) for name in longest_first) or r"(?!)"
    return _Names(re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE), outlets)


def find_outlets(question: str, known: Sequence[str]) -> Iterator[Mention]:
    """Each place where `question` names one of `known`, in order. A name needs a capital, unless the question has none at all."""
    names = _compiled(tuple(known))
    capitals = any(letter.isupper() for letter in question[1:])
    for match in names.pattern.finditer(question):
        text = match.group()
        if not any(letter.isupper() for letter in text) and (capitals or (" " not in text and len(text) < _BARE_UNCAPPED)):
            continue
        yield Mention(match.start(), match.end(), names.outlets[text.casefold()])
