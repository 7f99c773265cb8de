"""What an ingest remembers for the next one: which sources failed, and when each feed was last read. SQLite, beside the ledger."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.store.wal import use_wal

FILE = "ingest.sqlite3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS failed (
    source TEXT PRIMARY KEY,       -- as the user was told: a file, its line or member, an address
    root TEXT NOT NULL,            -- what to ingest to read it again
    error TEXT NOT NULL, at TEXT NOT NULL, times INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_root ON failed (root);
CREATE TABLE IF NOT EXISTS feeds (
    url TEXT PRIMARY KEY, etag TEXT NOT NULL, last_modified TEXT NOT NULL, due REAL NOT NULL, failures INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (
    url TEXT PRIMARY KEY,          -- canonical address of a feed's entry
    done INTEGER NOT NULL,         -- 1: in the library or given up, 0: to be tried again
    failures INTEGER NOT NULL, due REAL NOT NULL, entry TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS undone ON seen (due) WHERE done = 0;
"""


@dataclass(frozen=True)
class Failed:
    """A source that could not be read, the reason, when it was last tried (UTC, ISO 8601) and how often."""

    source: str
    root: str
    error: str
    at: str
    times: int


@dataclass(frozen=True)
class Feed:
    """How a feed stands: what its server said to tell changes by, when it is due (seconds since 1970), failures in a row."""

    etag: str = ""
    last_modified: str = ""
    due: float = 0.0
    failures: int = 0


class State:
    """One connection to the file in `data_dir`. Every method is one transaction."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(data_dir / FILE, timeout=30)
        use_wal(self._db)
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    # Failed sources

    def settle(self, roots: Iterable[str], failed: Sequence[tuple[str, str, str]]) -> None:
        """Replace what is known of `roots`, the sources just tried, by `failed`: (source, root, error) of each that failed."""
        now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")
        with self._db:
            times = {row[0]: row[1] for row in self._db.execute("SELECT source, times FROM failed")}
            if times:
                self._db.executemany("DELETE FROM failed WHERE root = ? OR source = ?", [(root, root) for root in roots])
            self._db.executemany(
                "INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?)",
                [(source, root, error, now, times.get(source, 0) + 1) for source, root, error in failed],
            )

    def failed(self) -> list[Failed]:
        """Every source that failed when it was last tried, the latest first."""
        rows = self._db.execute("SELECT source, root, error, at, times FROM failed ORDER BY at DESC, source")
        return [Failed(*row) for row in rows]

    # Feeds

    def feed(self, url: str) -> Feed:
        row = self._db.execute("SELECT etag, last_modified, due, failures FROM feeds WHERE url = ?", (url,)).fetchone()
        return Feed(*row) if row else Feed()

    def keep_feed(self, url: str, feed: Feed) -> None:
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?)",
                (url, feed.etag, feed.last_modified, feed.due, feed.failures),
            )

    def unseen(self, urls: Sequence[str]) -> set[str]:
        """Those of `urls`, canonical, that no poll has met yet."""
        return {url for url in urls if not self._db.execute("SELECT 1 FROM seen WHERE url = ?", (url,)).fetchone()}

    def meet(self, entries: Iterable[tuple[str, dict[str, object]]]) -> None:
        """Note new entries, (canonical address, what the feed said), as to be fetched: a restart goes on with them."""
        with self._db:
            self._db.executemany(
                "INSERT OR IGNORE INTO seen VALUES (?, 0, 0, 0, ?)", [(url, json.dumps(entry)) for url, entry in entries]
            )

    def to_fetch(self, now: float) -> list[tuple[str, int, dict[str, object]]]:
        """Entries due by `now`: canonical address, failures so far, what the feed said."""
        rows = self._db.execute("SELECT url, failures, entry FROM seen WHERE done = 0 AND due <= ? ORDER BY rowid", (now,))
        return [(url, failures, json.loads(entry)) for url, failures, entry in rows]

    def done(self, url: str) -> None:
        with self._db:
            self._db.execute("UPDATE seen SET done = 1, entry = '{}' WHERE url = ?", (url,))

    def later(self, url: str, due: float) -> None:
        with self._db:
            self._db.execute("UPDATE seen SET failures = failures + 1, due = ? WHERE url = ?", (due, url))
