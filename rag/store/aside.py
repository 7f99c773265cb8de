"""Small SQLite files beside the ledger, for what is kept of the chat: a connection for each use, so that threads need no lock."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import DiskFull, LibraryUnusable
from rag.store.wal import use_wal


@contextmanager
def opened(data_dir: Path, file: str, schema: str) -> Iterator[sqlite3.Connection]:
    """The database `file` in `data_dir`, made with `schema` if need be; what is written inside is written at once or not at all.

    Raises:
        DiskFull: there is no room.
        LibraryUnusable: the file cannot be opened, or is no database.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(data_dir / file, timeout=30)
        try:
            db.row_factory = sqlite3.Row
            use_wal(db)
            db.execute("PRAGMA foreign_keys = ON")
            db.executescript(schema)
            with db:
                yield db
        finally:
            db.close()
    except (OSError, sqlite3.Error) as error:
        if getattr(error, "errno", None) == errno.ENOSPC or "full" in str(error):
            raise DiskFull(data_dir) from error
        raise LibraryUnusable(data_dir, f"{file}: {error}") from error
