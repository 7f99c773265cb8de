"""Words and phrases that a news desk would exchange without changing what is meant: 'songs' and 'tracks', 'helmed' and 'directed'.

The search counts them (`rag.question.same`), and the reader is asked in each passage's own, for it takes the 'songs' of a question for
another thing than the 'tracks' that a passage counts. `wordings.txt` holds a group a line; the words of a phrase are joined by hyphens.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from rag.store.words import stems

WORDINGS = Path(__file__).with_name("wordings.txt")

_PART = re.compile(r"\w+")  # 'don't' has two
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")  # noqa: RUF001


@lru_cache
def same_wordings() -> dict[str, tuple[str, ...]]:
    """Each wording, with spaces: the others of its groups."""
    same: dict[str, dict[str, None]] = {}
    for line in WORDINGS.read_text("utf-8").splitlines():
        group = [wording.replace("-", " ") for wording in line.split()]
        for wording in group:
            same.setdefault(wording, {}).update(dict.fromkeys(other for other in group if other != wording))
    return {wording: tuple(others) for wording, others in same.items()}


@lru_cache
def _longest() -> int:
    """Parts of the longest wording."""
    return max(len(_PART.findall(wording)) for wording in same_wordings())


@lru_cache(maxsize=64)
def _places(question: str) -> tuple[tuple[int, int], ...]:
    """Where wordings of the table stand in `question`, the longest that stands at a place; 'take-down' is 'take down'. Looked for once, for it is asked
    of several passages."""
    parts = [match.span() for match in _PART.finditer(question)]
    places: list[tuple[int, int]] = []
    for first, (start, _) in enumerate(parts):
        if (places and start < places[-1][1]) or question[start - 1 : start] == "-":
            continue
        ends = [end for _, end in parts[first : first + _longest()] if question[end : end + 1] != "-"]
        found = (end for end in reversed(ends) if _plain(question[start:end]) in same_wordings())
        if (end := next(found, None)) is not None:
            places.append((start, end))
    return tuple(places)


def _plain(words: str) -> str:
    """As the table has it."""
    return words.casefold().replace("-", " ")


def in_words_of(question: str, passage: str) -> str:
    """`question` with each wording that `passage` lacks put as the passage puts it, where the table has another that the passage holds.

    >>> in_words_of("How many songs has the service deleted?", "It had taken down 75 million tracks.")
    'How many tracks has the service taken down?'
    """
    held = frozenset(stems(passage))
    said = f" {' '.join(_WORD.findall(passage.casefold().replace('-', ' ')))} "
    for start, end in reversed(_places(question)):
        wording = _plain(question[start:end])
        named = start > 0 and question[start].isupper()  # 'Harborlight Pictures' are no films
        if not named and not held.issuperset(stems(wording)):
            put = next((other for other in same_wordings()[wording] if f" {other} " in said), question[start:end])
            question = question[:start] + put + question[end:]
    return question
