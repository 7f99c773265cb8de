"""The names that a question describes: what is said of them is nearest to it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from rag.product import product
from rag.store.words import stems
from rag.weights import load_weights

# One JSON object a line: "name", "also" (its other forms), "about" (what it is, whose, known for what), written from general knowledge without
# sight of the bundled articles or questions.
ENTRIES = Path(__file__).with_name("entries.jsonl")
VECTORS = Path(__file__).with_name("vectors")  # made by train/whoswho.py
REMEDY = "reinstall Slugline, or make it again with train/whoswho.py"

# On the bundled development questions, with the first 1,980 names and each floor's best weight: hit@1 is 0.896 without, 0.914 with 4 names, 0.913 with 2,
# 0.908 with 6; with a floor of 0.25 0.913, of 0.35 0.912.
MOST = 4
FLOOR = 0.3
_LOOKED_AT = 60  # of the nearest, until MOST are found that the library has


@dataclass(frozen=True)
class Described:
    """A name that a question describes. `wordings` are the stems of its forms, `worth` how much passages that have it gain: the cosine of question and
    description above FLOOR, times how rare the name is (0 to 1)."""

    name: str
    wordings: tuple[tuple[str, ...], ...]
    worth: float


@dataclass(frozen=True)
class Entry:
    """`clauses`: what is said of it, whole and clause by clause, for a question takes up one of them."""

    name: str
    wordings: tuple[tuple[str, ...], ...]
    clauses: tuple[str, ...]


def entries(path: Path = ENTRIES) -> list[Entry]:
    """The table, in order."""
    out = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        wordings = tuple(dict.fromkeys(tuple(stems(form)) for form in (row["name"], *row["also"])))
        clauses = (part.strip() for part in re.split(r"[,;]", row["about"]))
        several = tuple(dict.fromkeys((row["about"], *(clause for clause in clauses if " " in clause))))
        out.append(Entry(row["name"], tuple(wording for wording in wordings if wording), several))
    return out


def fingerprint(path: Path = ENTRIES) -> np.ndarray:
    """Of the table that vectors are made of, kept with them: shape (8,), float32, whole numbers below 2^8."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    return np.frombuffer(digest[:8], dtype=np.uint8).astype(np.float32)


class WhosWho:
    """The table with its vectors. Loads on first use."""

    def __init__(self, path: Path = ENTRIES, vectors: Path = VECTORS) -> None:
        self._path = path
        self._folder = vectors

    @cached_property
    def _loaded(self) -> tuple[list[Entry], np.ndarray, np.ndarray]:
        """Entries, the vector of each clause, and where those of each entry begin.

        Raises:
            ModelDamaged: the vectors are not the ones that were shipped.
            ValueError: they were made of another table.
        """
        known = entries(self._path)
        stored = load_weights(self._folder, REMEDY)
        if not np.array_equal(stored["fingerprint"].numpy(), fingerprint(self._path)):
            raise ValueError(f"{self._folder} was made of another table than {self._path}: run python -m train.whoswho")
        starts = np.cumsum([0, *(len(entry.clauses) for entry in known)])[:-1]
        return known, stored["clauses"].numpy(), starts

    def described(
        self, question: str, vectors: np.ndarray, idfs: Callable[[Iterable[str]], list[float]], rarest: float
    ) -> tuple[Described, ...]:
        """At most MOST names that the library has and `question` describes but does not name, the nearest first.

        `vectors` are the packaged model's of the question and its sides, unit length, shape (n, dimension); `idfs` tells how rare stems are in the
        library, 0 for one that is nowhere, `rarest` what one of a single passage has.
        """
        if not rarest:  # an empty library has no name
            return ()
        known, clauses, starts = self._loaded
        near = np.maximum.reduceat(product(clauses, vectors.T).max(axis=1), starts)
        asked = set(stems(question))
        out: list[Described] = []
        for i in np.argsort(-near)[:_LOOKED_AT]:
            entry = known[i]
            if len(out) == MOST or near[i] <= FLOOR:
                break
            if any(asked.issuperset(wording) for wording in entry.wordings):
                continue
            rarity = max((max(idf) for wording in entry.wordings if all(idf := idfs(wording))), default=0.0) / rarest
            if rarity:
                out.append(Described(entry.name, entry.wordings, float(near[i] - FLOOR) * min(rarity, 1.0)))
        return tuple(out)


@lru_cache
def table() -> WhosWho:
    """The packaged one."""
    return WhosWho()
