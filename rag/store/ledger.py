"""The ledger: every article's text and metadata, its passages, and which revision readers may see. SQLite.

It is the truth of the library: vectors and words can be made again from it. A revision is `writing` until both indexes
hold it, then `live`; the one it replaces turns `old` in the same transaction.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from rag.types import Article, Passage, Source, Span

FILE = "ledger.sqlite3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS revisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- unique over all articles
    article_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('writing', 'live', 'old')),
    hash TEXT NOT NULL,                         -- of all that a reader sees: same hash, nothing to do
    written_at TEXT NOT NULL,
    title TEXT NOT NULL, outlet TEXT NOT NULL, author TEXT NOT NULL, url TEXT NOT NULL,
    published TEXT,                             -- ISO date
    origin TEXT NOT NULL,
    extra TEXT NOT NULL,                        -- JSON: topics, people, organisations, sources
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live ON revisions (article_id) WHERE state = 'live';
CREATE INDEX IF NOT EXISTS by_state ON revisions (state);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- the passage's name in Chroma and Tantivy
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL,                    -- JSON: [start, end] of each, in the article's text
    vectors BLOB NOT NULL                       -- float16, one row for each sentence
);
CREATE INDEX IF NOT EXISTS by_revision ON passages (revision);
"""


@dataclass(frozen=True)
class Row:
    """What retrieval needs of a live passage without reading its text. `day` is the proleptic ordinal, 0 when unknown."""

    number: int
    revision: int
    article_id: str
    outlet: str
    day: int


def _article(row: sqlite3.Row) -> Article:
    extra = json.loads(row["extra"])
    return Article(
        id=row["article_id"],
        title=row["title"],
        outlet=row["outlet"],
        author=row["author"],
        url=row["url"],
        published=dt.date.fromisoformat(row["published"]) if row["published"] else None,
        origin=row["origin"],
        topics=tuple(extra["topics"]),
        people=tuple(extra["people"]),
        organisations=tuple(extra["organisations"]),
        sources=tuple(Source(**source) for source in extra["sources"]),
        published_at=extra.get("published_at", ""),  # not there in articles of version 0.1.0
        language=extra.get("language", ""),
        pages=tuple(extra.get("pages", ())),
        story=extra.get("story", ""),
        text=row["text"],
    )


class Ledger:
    """One connection to the ledger in `data_dir`. Not for use by two threads at once: `Library` holds a lock."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(data_dir / FILE, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    # What the library is made with

    def meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row["value"])

    def set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def version(self) -> int:
        """Changes when another connection has committed to this ledger; costs microseconds."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    # Writing, one step after the other

    def begin(self, article: Article, hash_: str, passages: Sequence[Passage]) -> tuple[int, list[int]]:
        """Note a new revision as `writing`; returns its number and those of its passages."""
        extra = {
            "topics": article.topics,
            "people": article.people,
            "organisations": article.organisations,
            "sources": [asdict(source) for source in article.sources],
            "published_at": article.published_at,
            "language": article.language,
            "pages": article.pages,
            "story": article.story,
        }
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO revisions (article_id, state, hash, written_at, title, outlet, author, url, published, origin,"
                " extra, text) VALUES (?, 'writing', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    article.id, hash_, dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"), article.title,
                    article.outlet, article.author, article.url,
                    article.published.isoformat() if article.published else None, article.origin,
                    json.dumps(extra, ensure_ascii=False), article.text,
                ),
            )  # fmt: skip
            revision = int(cursor.lastrowid or 0)
            numbers = []
            for passage in passages:
                spans = json.dumps([[span.start, span.end] for span in passage.sentences])
                cursor = self._db.execute(
                    "INSERT INTO passages (revision, ordinal, start, end, sentences, vectors) VALUES (?, ?, ?, ?, ?, ?)",
                    (revision, passage.ordinal, passage.start, passage.end, spans, b""),
                )
                numbers.append(int(cursor.lastrowid or 0))
        return revision, numbers

    def keep_sentence_vectors(self, vectors: Iterable[tuple[int, np.ndarray]]) -> None:
        """Store the sentence vectors, shape (sentences, dimension), of each passage number."""
        with self._transaction():
            self._db.executemany(
                "UPDATE passages SET vectors = ? WHERE number = ?",
                [(rows.astype(np.float16).tobytes(), number) for number, rows in vectors],
            )

    def publish(self, revisions: Sequence[int]) -> None:
        """Turn these `writing` revisions `live`, and the ones they replace `old`, in one step."""
        with self._transaction():
            for revision in revisions:
                self._db.execute(
                    "UPDATE revisions SET state = 'old' WHERE state = 'live' AND article_id ="
                    " (SELECT article_id FROM revisions WHERE number = ?)",
                    (revision,),
                )
                self._db.execute("UPDATE revisions SET state = 'live' WHERE number = ?", (revision,))

    def retire(self, article_id: str) -> bool:
        """Take an article out of readers' sight; whether there was one."""
        return (
            self._db.execute("UPDATE revisions SET state = 'old' WHERE state = 'live' AND article_id = ?", (article_id,)).rowcount
            > 0
        )

    def abandoned(self) -> list[int]:
        """Numbers of passages that no reader sees: replaced, removed, or left behind by a writer that died."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT p.number FROM passages p JOIN revisions r ON r.number = p.revision WHERE r.state != 'live'"
            )
        ]

    def sweep(self) -> None:
        """Forget what is not live. Call it when neither index holds it any more."""
        with self._transaction():
            self._db.execute("DELETE FROM revisions WHERE state != 'live'")

    # Reading

    def hash_of(self, article_id: str) -> str | None:
        """Content hash of the live revision, None when there is none."""
        row = self._db.execute("SELECT hash FROM revisions WHERE state = 'live' AND article_id = ?", (article_id,)).fetchone()
        return None if row is None else str(row["hash"])

    def articles(self) -> Iterator[Article]:
        """Every live article, newest first."""
        rows = self._db.execute("SELECT * FROM revisions WHERE state = 'live' ORDER BY published DESC, article_id")
        return (_article(row) for row in rows.fetchall())

    def article(self, article_id: str) -> Article | None:
        row = self._db.execute("SELECT * FROM revisions WHERE state = 'live' AND article_id = ?", (article_id,)).fetchone()
        return None if row is None else _article(row)

    def rows(self) -> list[Row]:
        """Every live passage, by number."""
        return [
            Row(number, revision, article_id, outlet, dt.date.fromisoformat(published).toordinal() if published else 0)
            for number, revision, article_id, outlet, published in self._db.execute(
                "SELECT p.number, p.revision, r.article_id, r.outlet, r.published FROM passages p"
                " JOIN revisions r ON r.number = p.revision WHERE r.state = 'live' ORDER BY p.number"
            )
        ]

    def passages(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article, np.ndarray]]:
        """Passage, article and sentence vectors (float32, one row a sentence) for each of `numbers` that is still there."""
        marks = ",".join("?" * len(numbers))  # only question marks enter the statement
        out = {}
        for row in self._db.execute(
            "SELECT p.number AS passage, p.ordinal, p.start, p.end, p.sentences, p.vectors, r.*"  # noqa: S608
            f" FROM passages p JOIN revisions r ON r.number = p.revision WHERE p.number IN ({marks})",
            list(numbers),
        ):
            article = _article(row)
            spans = tuple(Span(*pair) for pair in json.loads(row["sentences"]))
            passage = Passage(
                article.id, row["ordinal"], row["start"], row["end"], article.text[row["start"] : row["end"]], spans
            )
            vectors = np.frombuffer(row["vectors"], dtype=np.float16).astype(np.float32).reshape(max(1, len(spans)), -1)
            out[row["passage"]] = (passage, article, vectors)
        return out

    def counts(self) -> tuple[int, int]:
        """Live articles and live passages."""
        articles = self._db.execute("SELECT COUNT(*) FROM revisions WHERE state = 'live'").fetchone()[0]
        passages = self._db.execute(
            "SELECT COUNT(*) FROM passages p JOIN revisions r ON r.number = p.revision WHERE r.state = 'live'"
        ).fetchone()[0]
        return articles, passages

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    """BEGIN IMMEDIATE ... COMMIT, or ROLLBACK when the block raises."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # the block raised, or there was no room to commit
                self._db.execute("ROLLBACK")
