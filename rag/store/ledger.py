"""The ledger: every article's text and metadata, its passages with their vectors, and which revision readers may see. SQLite.

It is the truth of the library: both indexes can be made again from it. The life of a revision: `writing` until both
indexes hold it, then `live`; the one it replaces turns `old` in the same transaction and, once its passages are swept from
the indexes, `past`: text and date stay, for the article's history. What nobody shall see again is `gone` until swept.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.store.records import from_record, to_record
from rag.store.schema import FILE, Transaction, opened
from rag.types import Article, Filters, Passage, Span

if TYPE_CHECKING:
    from rag.store.page import Page

# What has a column of its own; every other field of an article is kept in `extra`.
_COLUMNS = frozenset("id title outlet author url published origin text revision updated".split())


@dataclass(frozen=True)
class Stored:
    """A revision as the ledger has it: the article, and what stands beside it. `number` is unique over all articles."""

    number: int
    article: Article
    state: str
    hash: str
    cut: str
    written_at: str


def _extra(article: Article) -> str:
    rest = {name: value for name, value in to_record(article).items() if name not in _COLUMNS}
    return json.dumps(rest, ensure_ascii=False)


def _article(row: sqlite3.Row) -> Article:
    columns = {name: row[name] for name in ("title", "outlet", "author", "url", "published", "origin", "text", "revision")}
    updated = row["written_at"][:10] if row["revision"] > 1 else None
    return from_record(json.loads(row["extra"]) | columns | {"id": row["article_id"], "updated": updated})


def _passage(row: sqlite3.Row, article: Article) -> Passage:
    spans = tuple(Span(*pair) for pair in json.loads(row["sentences"]))
    return Passage(article.id, row["ordinal"], row["start"], row["end"], article.text[row["start"] : row["end"]], spans)


def _blob(vectors: np.ndarray) -> bytes:
    return vectors.astype(np.float16).tobytes()


def _stored(row: sqlite3.Row) -> Stored:
    return Stored(row["number"], _article(row), row["state"], row["hash"], row["cut"], row["written_at"])


class Ledger:
    """One connection to the ledger in `data_dir`. Not for use by two threads at once: `Library` holds a lock.

    Raises:
        LibraryDamaged: the file is there, but is not a database that can be read.
        LibraryOfAnotherTime: another version of Slugline made it.
    """

    def __init__(self, data_dir: Path) -> None:
        self.file = data_dir / FILE
        self._db = opened(data_dir)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Everything read inside is of one moment, whoever writes meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    def damage(self) -> str:
        """What SQLite finds wrong with the file, empty when nothing is. Reads all of it."""
        try:
            found = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check(3)")]
            found += [f"a row of {row[0]} points nowhere" for row in self._db.execute("PRAGMA foreign_key_check")][:3]
        except sqlite3.DatabaseError as error:
            return str(error)
        return "" if found == ["ok"] else "; ".join(line for line in found if line != "ok")

    # What the library is made with

    def meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def set_meta(self, **values: str) -> None:
        """Set these, all in one step."""
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))

    def version(self) -> int:
        """Changes when another connection has committed to this ledger; costs microseconds."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @property
    def generation(self) -> int:
        """Of the indexes that readers use."""
        return int(self.meta("generation") or 1)

    # Writing, one step after the other

    def begin(self, article: Article, hash_: str, cut: str, written_at: str = "") -> int:
        """Note a new revision as `writing`; returns its number. It counts as the next of its article when its content is new,
        or as `article.revision` when there is none yet. `written_at` is now, if not given.
        """
        now = written_at or dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")
        with self.transaction():
            live = self._db.execute(
                "SELECT revision, hash, written_at FROM revisions WHERE state = 'live' AND article_id = ?", (article.id,)
            ).fetchone()
            if live is None:
                count = article.revision
            elif live["hash"] == hash_:  # only cut in another way: nothing that a reader would call an update
                count, now = live["revision"], live["written_at"]
            else:
                count = live["revision"] + 1
            return self._insert(article, count, "writing", hash_, cut, now)

    def _insert(self, article: Article, revision: int, state: str, hash_: str, cut: str, written_at: str) -> int:
        cursor = self._db.execute(
            "INSERT INTO revisions (article_id, revision, state, hash, cut, written_at, title, outlet, author, url, published,"
            " origin, extra, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id, revision, state, hash_, cut, written_at, article.title, article.outlet, article.author, article.url,
                article.published.isoformat() if article.published else None, article.origin, _extra(article), article.text,
            ),
        )  # fmt: skip
        number = int(cursor.lastrowid or 0)
        self._db.executemany(
            "INSERT OR IGNORE INTO topics VALUES (?, ?)", [(topic.casefold(), number) for topic in article.topics]
        )
        return number

    def keep_passages(
        self,
        revision: int,
        generation: int,
        passages: Sequence[Passage],
        vectors: Sequence[tuple[np.ndarray, np.ndarray]],
        stems: Sequence[bytes],
    ) -> list[int]:
        """Store the passages of a revision, their vectors, (of the passage, of its sentences) each, and their stems as
        `rag.store.page.packed` gives them; returns their numbers."""
        numbers = []
        with self.transaction():
            for passage, (whole, sentences), said in zip(passages, vectors, stems, strict=True):
                spans = json.dumps([[span.start, span.end] for span in passage.sentences])
                cursor = self._db.execute(
                    "INSERT INTO passages (revision, generation, ordinal, start, end, sentences) VALUES (?, ?, ?, ?, ?, ?)",
                    (revision, generation, passage.ordinal, passage.start, passage.end, spans),
                )
                number = int(cursor.lastrowid or 0)
                self._db.execute("INSERT INTO vectors VALUES (?, ?)", (number, _blob(whole)))
                self._db.execute("INSERT INTO sentence_vectors VALUES (?, ?, ?)", (number, _blob(sentences), said))
                numbers.append(number)
        return numbers

    def without_stems(self) -> list[int]:
        """Numbers of the passages that an earlier format kept without; looks at all of them only where there may be some."""
        if not self.meta("bare"):
            return []
        return [row[0] for row in self._db.execute("SELECT number FROM sentence_vectors WHERE stems IS NULL")]

    def set_stems(self, stems: Iterable[tuple[int, bytes]]) -> None:
        """Store (number, stems) of all passages that have none."""
        with self.transaction():
            self._db.executemany("UPDATE sentence_vectors SET stems = ? WHERE number = ?", ((said, n) for n, said in stems))
            self._db.execute("DELETE FROM meta WHERE key = 'bare'")

    def publish(self, revisions: Sequence[int], history: Iterable[Stored] = ()) -> None:
        """Turn these `writing` revisions `live`, the ones they replace `old`, and note `history` as `past`: one step.

        One that is replaced by the same content, cut in another way, is not history: it goes.
        """
        with self.transaction():
            for one in history:
                self._insert(one.article, one.article.revision, "past", one.hash, one.cut, one.written_at)
            for revision in revisions:
                self._db.execute(
                    "UPDATE revisions SET state = CASE WHEN hash = (SELECT hash FROM revisions WHERE number = :new) THEN 'gone'"
                    " ELSE 'old' END WHERE state = 'live' AND article_id = (SELECT article_id FROM revisions WHERE number = :new)",
                    {"new": revision},
                )
                self._db.execute("UPDATE revisions SET state = 'live' WHERE number = ?", (revision,))

    def retire(self, article_id: str) -> bool:
        """Take an article and its history out of readers' sight; whether it was there."""
        with self.transaction():
            live = self._db.execute(
                "UPDATE revisions SET state = 'gone' WHERE state = 'live' AND article_id = ?", (article_id,)
            ).rowcount
            if live:
                self._db.execute(
                    "UPDATE revisions SET state = 'gone' WHERE state IN ('old', 'past') AND article_id = ?", (article_id,)
                )
        return live > 0

    def abandoned(self) -> list[int]:
        """Numbers of passages that no reader sees or will see: replaced, removed, or left by a writer that died."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT p.number FROM revisions r JOIN passages p ON p.revision = r.number WHERE r.state IN ('writing', 'old', 'gone')"
            )
        ]

    def sweep(self) -> None:
        """Forget what is neither live nor history. Call it when the indexes hold its passages no more."""
        with self.transaction():
            self._db.execute("DELETE FROM revisions WHERE state IN ('writing', 'gone')")
            self._db.execute("DELETE FROM passages WHERE revision IN (SELECT number FROM revisions WHERE state = 'old')")
            self._db.execute("UPDATE revisions SET state = 'past' WHERE state = 'old'")

    # The next generation of the indexes

    def without(self, generation: int) -> list[int]:
        """Numbers of the live revisions that have no passages of `generation`."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT number FROM revisions r WHERE state = 'live' AND NOT EXISTS"
                " (SELECT 1 FROM passages p WHERE p.revision = r.number AND p.generation = ?) ORDER BY number",
                (generation,),
            )
        ]

    def switch(self, generation: int, cut: str, **meta: str) -> None:
        """Let readers use `generation` from now on, and drop the passages of every other: one step."""
        with self.transaction():
            self._db.execute("DELETE FROM passages WHERE generation != ?", (generation,))
            self._db.execute("UPDATE revisions SET cut = ? WHERE state = 'live'", (cut,))
            meta |= {"generation": str(generation)}
            self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(meta.items()))

    def drop_revisions_with(self, numbers: Iterable[int]) -> None:
        """Forget, of every revision that has one of these passages, all passages of their generation."""
        with self.transaction():
            self._db.executemany(
                "DELETE FROM passages WHERE (revision, generation) IN (SELECT revision, generation FROM passages WHERE number = ?)",
                [(number,) for number in numbers],
            )

    # Reading

    def known(self, article_id: str) -> tuple[str, str] | None:
        """Content hash and cut of the live revision, None when there is none."""
        row = self._db.execute(
            "SELECT hash, cut FROM revisions WHERE state = 'live' AND article_id = ?", (article_id,)
        ).fetchone()
        return None if row is None else (row["hash"], row["cut"])

    def stored(self, number: int) -> Stored | None:
        row = self._db.execute("SELECT * FROM revisions WHERE number = ?", (number,)).fetchone()
        return None if row is None else _stored(row)

    def each(self) -> Iterator[Stored]:
        """Every live revision, in the order in which they were written; read as they are asked for."""
        return (_stored(row) for row in self._db.execute("SELECT * FROM revisions WHERE state = 'live' ORDER BY number"))

    def history(self, article_id: str) -> list[Stored]:
        """The live revision of an article, then its past ones, newest first; none when it is not live."""
        rows = self._db.execute(
            "SELECT * FROM revisions WHERE article_id = ? AND state IN ('live', 'old', 'past') ORDER BY revision DESC, number DESC",
            (article_id,),
        ).fetchall()
        return [_stored(row) for row in rows] if rows and rows[0]["state"] == "live" else []

    def article_ids(self) -> list[str]:
        """Of every live article, sorted."""
        return [row[0] for row in self._db.execute("SELECT article_id FROM revisions WHERE state = 'live' ORDER BY article_id")]

    def articles(self, filters: Filters = Filters()) -> Iterator[Article]:
        """Every live article inside `filters`, newest first; read as they are asked for."""
        where, values = ["state = 'live'"], list[str]()
        if filters.since:
            where.append("published >= ?")
            values.append(filters.since.isoformat())
        if filters.until:
            where.append("published <= ?")
            values.append(filters.until.isoformat())
        if filters.topics:
            marks = ",".join("?" * len(filters.topics))  # only question marks enter the statement
            where.append(f"number IN (SELECT revision FROM topics WHERE topic IN ({marks}))")  # noqa: S608
            values += [topic.casefold() for topic in filters.topics]
        outlets = {outlet.casefold() for outlet in filters.outlets}
        rows = self._db.execute(
            f"SELECT * FROM revisions WHERE {' AND '.join(where)} ORDER BY published DESC, article_id",  # noqa: S608
            values,
        )
        return (_article(row) for row in rows if not outlets or row["outlet"].casefold() in outlets)

    def article(self, article_id: str) -> Article | None:
        row = self._db.execute("SELECT * FROM revisions WHERE state = 'live' AND article_id = ?", (article_id,)).fetchone()
        return None if row is None else _article(row)

    def on_topics(self, topics: Iterable[str]) -> set[int]:
        """Numbers of the revisions that have one of `topics`."""
        return {
            row[0]
            for topic in topics
            for row in self._db.execute("SELECT revision FROM topics WHERE topic = ?", (topic.casefold(),))
        }

    def columns(self) -> tuple[list[tuple[int, int]], list[tuple[int, str, str | None]]]:
        """The live passages of the readers' generation: (number, revision) by number, and (revision, outlet, ISO date)
        by revision."""
        passages = self._db.execute(
            "SELECT p.number, p.revision FROM passages p JOIN revisions r ON r.number = p.revision"
            " WHERE p.generation = ? AND r.state = 'live' ORDER BY p.number",
            (self.generation,),
        ).fetchall()
        revisions = self._db.execute(
            "SELECT number, outlet, published FROM revisions WHERE state = 'live' ORDER BY number"
        ).fetchall()
        return [tuple(row) for row in passages], [tuple(row) for row in revisions]

    def passages(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article, np.ndarray]]:
        """Passage, article and sentence vectors (float32, one row a sentence) for each of `numbers` that is still there."""
        marks = ",".join("?" * len(numbers))
        out = {}
        for row in self._db.execute(
            "SELECT p.number AS passage, p.ordinal, p.start, p.end, p.sentences, v.vectors, r.* FROM passages p"  # noqa: S608
            " JOIN revisions r ON r.number = p.revision JOIN sentence_vectors v ON v.number = p.number"
            f" WHERE p.number IN ({marks})",
            list(numbers),
        ):
            article = _article(row)
            passage = _passage(row, article)
            vectors = np.frombuffer(row["vectors"], dtype=np.float16).astype(np.float32)
            out[row["passage"]] = (passage, article, vectors.reshape(max(1, len(passage.sentences)), -1))
        return out

    def pages(self, numbers: Sequence[int], stems: Mapping[int, bytes] | None = None) -> tuple[list[Page], list[int]]:
        """What ranking compares of each of `numbers` that is still there, and the numbers of those that have no stems here and are given
        none in `stems`; both in no order."""
        from rag.store.page import Page, unpacked  # brings Tantivy, which most of the ledger's callers need not

        found, bare = list[Page](), list[int]()
        marks = ",".join("?" * len(numbers))
        for number, article_id, story, outlet, published, whole, sentences, said in self._db.execute(
            "SELECT p.number, r.article_id, json_extract(r.extra, '$.story'), r.outlet, r.published, v.vector, s.vectors, s.stems"  # noqa: S608
            " FROM passages p JOIN revisions r ON r.number = p.revision JOIN vectors v ON v.number = p.number"
            f" JOIN sentence_vectors s ON s.number = p.number WHERE p.number IN ({marks})",
            list(numbers),
        ):
            said = said or (stems or {}).get(number)
            if said is None:
                bare.append(number)
                continue
            vector = np.frombuffer(whole, dtype=np.float16)
            rows = np.frombuffer(sentences, dtype=np.float16).reshape(-1, len(vector))
            day = dt.date.fromisoformat(published).toordinal() if published else 0
            found.append(Page(number, article_id, story or article_id, outlet, day, *unpacked(said), vector, rows))
        return found, bare

    def passages_of(self, stored: Stored, generation: int) -> list[tuple[int, Passage, np.ndarray, np.ndarray]]:
        """The passages of a revision in their order: number, passage, its vector, its sentence vectors (float16)."""
        out = []
        for row in self._db.execute(
            "SELECT p.number AS passage, p.ordinal, p.start, p.end, p.sentences, v.vector, s.vectors FROM passages p"
            " JOIN vectors v ON v.number = p.number JOIN sentence_vectors s ON s.number = p.number"
            " WHERE p.revision = ? AND p.generation = ? ORDER BY p.ordinal",
            (stored.number, generation),
        ):
            passage = _passage(row, stored.article)
            vector = np.frombuffer(row["vector"], dtype=np.float16)
            sentences = np.frombuffer(row["vectors"], dtype=np.float16).reshape(max(1, len(passage.sentences)), -1)
            out.append((row["passage"], passage, vector, sentences))
        return out

    def vectors(self, numbers: Sequence[int] | None = None) -> Iterator[tuple[int, np.ndarray]]:
        """(number, float16 vector) of these passages, in no order; of every live one, by number, when `numbers` is None."""
        if numbers is None:
            rows = self._db.execute(
                "SELECT v.number, v.vector FROM vectors v JOIN passages p ON p.number = v.number JOIN revisions r"
                " ON r.number = p.revision WHERE p.generation = ? AND r.state = 'live' ORDER BY v.number",
                (self.generation,),
            )
        else:
            marks = ",".join("?" * len(numbers))
            rows = self._db.execute(f"SELECT number, vector FROM vectors WHERE number IN ({marks})", list(numbers))  # noqa: S608
        return ((row[0], np.frombuffer(row[1], dtype=np.float16)) for row in rows)

    def numbers(self, generation: int) -> set[int]:
        """Of all passages of `generation`."""
        return {row[0] for row in self._db.execute("SELECT number FROM passages WHERE generation = ?", (generation,))}

    def counts(self) -> tuple[int, int]:
        """Live articles and live passages."""
        articles = self._db.execute("SELECT COUNT(*) FROM revisions WHERE state = 'live'").fetchone()[0]
        passages = self._db.execute(
            "SELECT COUNT(*) FROM revisions r JOIN passages p ON p.revision = r.number WHERE r.state = 'live' AND p.generation = ?",
            (self.generation,),
        ).fetchone()[0]
        return articles, passages

    def dates(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day on which a live article was published, None when none is dated."""
        first, last = self._db.execute(
            "SELECT MIN(published), MAX(published) FROM revisions WHERE state = 'live' AND published IS NOT NULL"
        ).fetchone()
        return None if first is None else (dt.date.fromisoformat(first), dt.date.fromisoformat(last))

    def transaction(self) -> Transaction:
        """All that is written inside is written at once; a commit costs a millisecond of disk."""
        return Transaction(self._db)
