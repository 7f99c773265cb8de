"""SQLite's write-ahead log, for files that several processes may make at once."""

from __future__ import annotations

import sqlite3
import time

SECONDS = 30.0
_STEP = 0.01


def use_wal(db: sqlite3.Connection) -> None:
    """Let readers read while one writes. The change to it does not wait for a lock, as every other statement does: of two processes
    that make a file at once one was turned away. So it is tried again, for SECONDS.

    Raises:
        sqlite3.OperationalError: another connection kept the file locked all that time, or it cannot be written.
    """
    until = time.monotonic() + SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_STEP)
