"""The tables of the ledger's file, and its opening: made when new, brought up to date when old, refused when of another time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag.errors import LibraryDamaged, LibraryOfAnotherTime
from rag.store.faults import is_damage
from rag.store.wal import use_wal

FILE = "ledger.sqlite3"
# Of the tables below, in SQLite's user_version. 1 had no history and kept no passage vectors; 2 had no stems, and is brought up to 3.
FORMAT = 3

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS revisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- unique over all articles
    article_id TEXT NOT NULL,
    revision INTEGER NOT NULL,                  -- of this article: 1, 2, ...
    state TEXT NOT NULL CHECK (state IN ('writing', 'live', 'old', 'past', 'gone')),
    hash TEXT NOT NULL,                         -- of all that a reader sees
    cut TEXT NOT NULL,                          -- how it was cut into passages: same hash and cut, nothing to do
    written_at TEXT NOT NULL,                   -- ISO, UTC
    title TEXT NOT NULL, outlet TEXT NOT NULL, author TEXT NOT NULL, url TEXT NOT NULL,
    published TEXT,                             -- ISO date
    origin TEXT NOT NULL,
    extra TEXT NOT NULL,                        -- JSON: the article's other fields
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS one_live ON revisions (article_id) WHERE state = 'live';
CREATE INDEX IF NOT EXISTS by_state ON revisions (state);
CREATE INDEX IF NOT EXISTS by_article ON revisions (article_id, revision);
CREATE TABLE IF NOT EXISTS topics (
    topic TEXT NOT NULL,                        -- case folded
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    PRIMARY KEY (topic, revision)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS topics_of ON topics (revision);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- the passage's name in Chroma and Tantivy
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    generation INTEGER NOT NULL,                -- of the indexes: `reindex` fills the next one while readers use this one
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences TEXT NOT NULL                     -- JSON: [start, end] of each, in the article's text
);
CREATE INDEX IF NOT EXISTS by_revision ON passages (revision);
CREATE TABLE IF NOT EXISTS vectors (
    number INTEGER PRIMARY KEY REFERENCES passages (number) ON DELETE CASCADE,
    vector BLOB NOT NULL                        -- float16: of the passage
);
CREATE TABLE IF NOT EXISTS sentence_vectors (
    number INTEGER PRIMARY KEY REFERENCES passages (number) ON DELETE CASCADE,
    vectors BLOB NOT NULL,                      -- float16, one row for each sentence
    stems BLOB                                  -- of `rag.store.page.packed`; NULL in a library of format 2 until it is next written
);
"""


def opened(data_dir: Path) -> sqlite3.Connection:
    """A connection to the ledger in `data_dir`, made if it is not there; rows are `sqlite3.Row`s.

    Raises:
        LibraryDamaged: the file is there, but is not a database that can be read.
        LibraryOfAnotherTime: another version of Slugline made it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(data_dir / FILE, timeout=30, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    try:
        use_wal(db)
        db.execute("PRAGMA foreign_keys = ON")
        # In one statement: between two, another process may make the tables.
        made_by, tables = db.execute(
            "SELECT user_version, (SELECT COUNT(*) FROM sqlite_master) FROM pragma_user_version"
        ).fetchone()
        fresh = not tables
        if made_by == 2:
            made_by = _from_2(db)
        if not fresh and made_by != FORMAT:
            raise LibraryOfAnotherTime(data_dir, made_by or 1, FORMAT)
        if fresh:
            db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
    except sqlite3.DatabaseError as error:
        db.close()
        if is_damage(error):
            raise LibraryDamaged(data_dir, "ledger", str(error)) from error
        raise
    except LibraryOfAnotherTime:
        db.close()
        raise
    return db


def _from_2(db: sqlite3.Connection) -> int:
    with Transaction(db):
        if int(db.execute("PRAGMA user_version").fetchone()[0]) == 2:  # no other process was faster
            db.execute("ALTER TABLE sentence_vectors ADD COLUMN stems BLOB")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('bare', 'yes')")
            db.execute("PRAGMA user_version = 3")
    return 3


class Transaction:
    """BEGIN IMMEDIATE ... COMMIT, or ROLLBACK when the block raises; one inside another is part of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._inner = False

    def __enter__(self) -> None:
        self._inner = self._db.in_transaction
        if not self._inner:
            self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._inner:
            return
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:  # the block raised, or there was no room to commit
                self._db.execute("ROLLBACK")
