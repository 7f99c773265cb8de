"""The same story, once: exact copies are found, near-copies (wire copy, syndication) share a story.

MinHash signatures (datasketch) over pairs of neighbouring content words, in an SQLite file beside the ledger; its bands find
the few articles worth comparing among a hundred thousand, then the texts themselves are compared. Content words, because pairs
like 'of the' are in every article; pairs and not longer runs, because a rewritten sentence keeps few longer ones: with four words
in ten changed, 36 % of pairs survive, 8 % of runs of five.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.store.wal import use_wal
from rag.submodule import without_package
from rag.types import Article

if TYPE_CHECKING:
    from datasketch import MinHash

FILE = "stories.sqlite3"
PERMUTATIONS = 128
ROWS = 2  # hash values in a band: 64 bands find a pair of Jaccard 0.22 with probability 0.96
# Share of the shorter text's word pairs that the longer one has. Chosen on `eval.bench copies --split dev`.
SAME_STORY = 0.25
FEWEST_WORDS = 30  # a shorter text has too few pairs to tell; only exact copies of it are known
_MOST_COMPARED = 12
_SHORT_WORDS = 20
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_EMPTY = frozenset(
    "a about above after again all also an and any are as at back be because been before being but by can could did do does down "
    "for from get had has have he her here him his how i if in into is it its just like made make many may me more most much my new "
    "no not now of off on one only or other our out over own s said same say says she should so some such t than that the their "
    "them then there these they this those through to told too two under up us very was we were what when where which while who "
    "why will with would you your".split()
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, story TEXT NOT NULL, text_hash BLOB NOT NULL, outlet TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_text ON articles (text_hash);
CREATE TABLE IF NOT EXISTS bands (band INTEGER NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signatures (article INTEGER PRIMARY KEY, bands BLOB NOT NULL);
"""


@dataclass(frozen=True)
class Place:
    """Where an article belongs: the `story` it tells, and the article that it repeats word for word, if any."""

    story: str
    copy_of: str = ""


def shingles(text: str) -> frozenset[str]:
    """Pairs of neighbouring content words, in lower case."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _EMPTY]
    return frozenset(f"{a} {b}" for a, b in itertools.pairwise(words))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the smaller set that is in the larger, 0 to 1: what a shortened or framed copy keeps.

    >>> overlap(frozenset("abcd"), frozenset("cdefgh"))
    0.5
    """
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def near_copies(one: str, other: str) -> bool:
    """Whether two texts tell one story nearly in the same words, by the texts alone."""
    return overlap(shingles(one), shingles(other)) >= SAME_STORY


@lru_cache
def _blank() -> MinHash:
    def load() -> MinHash:
        from datasketch.minhash import MinHash

        return MinHash(PERMUTATIONS, seed=1)

    return without_package("datasketch", load)


def _bands(pairs: frozenset[str]) -> list[int]:
    made = _blank().copy()  # a new one would draw its permutations again
    made.update_batch([pair.encode() for pair in pairs])
    rows = np.ascontiguousarray(made.hashvalues.reshape(-1, ROWS)).astype(np.uint64)
    return [
        int.from_bytes(hashlib.blake2b(at.to_bytes(2, "big") + row.tobytes(), digest_size=8).digest(), "big", signed=True)
        for at, row in enumerate(rows)
    ]


def _text_hash(article: Article) -> bytes:
    words = _WORD.findall(article.text.lower())
    seed = " ".join(words) if len(words) >= _SHORT_WORDS else f"{article.title}\n{article.text}"
    return hashlib.blake2b(seed.encode("utf-8"), digest_size=16).digest()


class Stories:
    """The signatures of a library's articles, in `data_dir` (None: in memory, for a dry run).

    Changes are kept by `commit`; the file is only an index and can be made again by ingesting again.
    """

    def __init__(self, data_dir: Path | None) -> None:
        self._db = sqlite3.connect(":memory:" if data_dir is None else data_dir / FILE, isolation_level="IMMEDIATE", timeout=30)
        use_wal(self._db)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    def commit(self) -> None:
        self._db.commit()

    def place(self, article: Article, text_of: Callable[[str], str | None]) -> Place:
        """Find where `article` belongs, and remember it unless it repeats another. `text_of` gives the text of an article by id,
        None when it is no longer there.

        An article keeps the story it is in as long as its text is the same. A repetition is word for word, of the same outlet or
        one of none: the same words at another outlet are a near-copy, worth naming beside the first.
        """
        digest = _text_hash(article)
        row = self._db.execute("SELECT story, text_hash, outlet FROM articles WHERE id = ?", (article.id,)).fetchone()
        if row and row[1] == digest:
            if row[2] != article.outlet:
                self._db.execute("UPDATE articles SET outlet = ? WHERE id = ?", (article.outlet, article.id))
            return Place(row[0])
        if not row:
            for other, outlet in self._db.execute("SELECT id, outlet FROM articles WHERE text_hash = ?", (digest,)).fetchall():
                if text_of(other) is None:
                    self.forget(other)
                elif not outlet or not article.outlet or outlet == article.outlet:
                    return Place("", other)
        if row:
            self.forget(article.id)
        pairs = shingles(article.text)
        bands = _bands(pairs) if len(pairs) >= FEWEST_WORDS else []
        story = self._nearest(pairs, bands, text_of) or (row[0] if row and row[0] != article.id else article.id)
        cursor = self._db.execute(
            "INSERT INTO articles (id, story, text_hash, outlet) VALUES (?, ?, ?, ?)", (article.id, story, digest, article.outlet)
        )
        number = cursor.lastrowid
        self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, number) for band in bands])
        self._db.execute("INSERT INTO signatures VALUES (?, ?)", (number, np.array(bands, dtype=np.int64).tobytes()))
        return Place(story)

    def _nearest(self, pairs: frozenset[str], bands: list[int], text_of: Callable[[str], str | None]) -> str:
        """The story of the most similar article that is a near-copy; empty when there is none."""
        if not bands:
            return ""
        marks = ",".join("?" * len(bands))  # only question marks enter the statement
        found = self._db.execute(
            "SELECT a.id, a.story, COUNT(*) AS shared FROM bands b JOIN articles a ON a.number = b.article"  # noqa: S608
            f" WHERE b.band IN ({marks}) GROUP BY a.number ORDER BY shared DESC, a.number LIMIT {_MOST_COMPARED}",
            bands,
        ).fetchall()
        best, story = SAME_STORY, ""
        for other, others_story, _ in found:
            text = text_of(other)
            if text is None:
                self.forget(other)
                continue
            share = overlap(pairs, shingles(text))
            if share >= best and (share > best or not story):
                best, story = share, others_story
        return story

    def forget(self, article_id: str) -> None:
        """Take an article out: it was removed or has changed."""
        row = self._db.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return
        kept = self._db.execute("SELECT bands FROM signatures WHERE article = ?", row).fetchone()
        bands = np.frombuffer(kept[0], dtype=np.int64).tolist() if kept else []
        self._db.executemany("DELETE FROM bands WHERE band = ? AND article = ?", [(band, row[0]) for band in bands])
        self._db.execute("DELETE FROM signatures WHERE article = ?", row)
        self._db.execute("DELETE FROM articles WHERE number = ?", row)
