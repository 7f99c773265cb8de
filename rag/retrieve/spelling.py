"""Words that the library does not know, put right by those it does: 'Narativ' → 'Narrativ'."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.store.library import Library
from rag.store.words import stems

_WORD = re.compile(r"[^\W\d_]{4,}")
_LONG = 8  # letters from which on two slips are allowed
_SAME_START = 1  # letters: few slips are made in the first


def correct(question: str, library: Library) -> tuple[tuple[str, str], ...]:
    """(word of `question`, the known one to search for instead), for each whose stem no passage has and a known one resembles."""
    out = []
    words = {word: found[0] for word in _WORD.findall(question) if len(found := stems(word)) == 1}
    for (word, stem), rarity in zip(words.items(), library.idfs(words.values()), strict=True):
        if rarity:
            continue
        known = _nearest(stem, library.stems)
        if known:
            out.append((word, _written(known, library) or known))
    return tuple(out)


def apply(question: str, corrected: Sequence[tuple[str, str]]) -> str:
    """`question` with the corrections made."""
    for word, known in corrected:
        question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", known, question)
    return question


def _nearest(stem: str, known: Callable[[str], list[tuple[str, int]]]) -> str | None:
    """The known stem fewest slips away, the most frequent of several; None when all are too far."""
    most = 2 if len(stem) >= _LONG else 1
    best: tuple[int, int, str] | None = None
    for other, count in known(stem[:_SAME_START]):
        if abs(len(other) - len(stem)) <= most and len(other) >= 4:
            slips = distance(stem, other, most)
            if slips <= most and (best is None or (slips, -count) < best[:2]):
                best = (slips, -count, other)
    return best[2] if best else None


def distance(a: str, b: str, most: int) -> int:
    """Letters to insert, drop, replace or swap with their neighbour to make `b` of `a` (optimal string alignment; Damerau, 1964).

    Counting stops above `most`.

    >>> distance("narativ", "narrativ", 2), distance("teh", "the", 2), distance("abc", "xyz", 1)
    (1, 1, 2)
    """
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


def _written(stem: str, library: Library) -> str | None:
    """A word with `stem` as a passage writes it: the embedder knows words, not stems."""
    # A stem is itself stemmed when searched for: 'tennesse' would not be found, 'tennessee' is.
    forms = " ".join(stem + ending for ending in ("", "e", "s", "y"))
    for passage, article, _, _ in library.read(library.candidates([(forms, None)], 3)).values():
        for word in _WORD.findall(f"{article.title} {article.outlet} {passage.text}"):
            if stems(word) == [stem]:
                return str(word)
    return None
