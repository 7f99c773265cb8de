"""A passage as ranking compares it: the stems of its head and of each of its sentences, and its vectors. Kept in the ledger.

Taking a passage apart costs 0.15 ms, and a long question looks at hundreds: so it is done once, when the passage is written. A stem
stands for itself by a number made from its letters alone, so that no list of stems has to be kept, merged or swept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from rag.store.words import stems
from rag.types import Article, Passage

IN_HEAD = -1


@dataclass(frozen=True)
class Page:
    """`stems` are numbers of `stem_number`, int64, the head's first; `at` tells the sentence of each, IN_HEAD for the head's.

    `vector` and `sentences` are float16, shapes (dimension,) and (sentences, dimension). `day` is a proleptic ordinal, 0 if unknown.
    """

    number: int
    article_id: str
    story: str  # the article's id where no other article tells the same
    outlet: str
    day: int
    stems: np.ndarray
    at: np.ndarray
    vector: np.ndarray
    sentences: np.ndarray


@lru_cache(maxsize=100_000)
def stem_number(stem: str) -> int:
    """64 bits: among a million stems two share a number with a chance of 1 in 30 million."""
    return int.from_bytes(blake2b(stem.encode(), digest_size=8).digest(), "little", signed=True)


def packed(head: str, article: Article, passage: Passage) -> bytes:
    """What stands in `passage` and in the `head` in front of it, in little-endian int64: how many groups there are (the head, then each
    sentence), how many stems each has, then their numbers."""
    groups = [stems(head)]
    groups += [stems(article.text[span.start : span.end]) for span in passage.sentences] or [stems(passage.text)]
    numbers = [stem_number(stem) for group in groups for stem in group]
    return np.array([len(groups), *map(len, groups), *numbers], dtype="<i8").tobytes()


def unpacked(blob: bytes) -> tuple[np.ndarray, np.ndarray]:
    """`Page.stems` and `Page.at` of what `packed` made."""
    held = np.frombuffer(blob, dtype="<i8")
    groups = int(held[0])
    return held[1 + groups :], np.repeat(np.arange(IN_HEAD, groups - 1, dtype=np.int32), held[1 : 1 + groups])


def places(wanted: Iterable[str], numbers: np.ndarray) -> np.ndarray:
    """For each of `numbers` the place in `wanted`, different stems, of the stem that has it; -1 for one that is not wanted."""
    asked = np.fromiter(map(stem_number, wanted), dtype=np.int64)
    out = np.full(len(numbers), -1, dtype=np.int64)
    if not len(asked):
        return out
    # Few of a passage's words are asked for: their last 16 bits tell most of the others apart in one look.
    low = np.zeros(1 << 16, dtype=bool)
    low[asked & 0xFFFF] = True
    maybe = np.flatnonzero(low[numbers & 0xFFFF])
    order = np.argsort(asked)
    at = np.minimum(np.searchsorted(asked[order], numbers[maybe]), len(asked) - 1)
    found = order[at]
    out[maybe] = np.where(asked[found] == numbers[maybe], found, -1)
    return out
