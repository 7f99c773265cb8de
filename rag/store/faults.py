"""What the three stores raise when the disk is full or their files are broken, in one sentence that a user can act on."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chromadb.errors import ChromaError

from rag.errors import DiskFull, LibraryUnusable

_FULL = re.compile(r"no space left|disk (?:is )?full|os error 28|code: 13", re.IGNORECASE)


@contextmanager
def told(data_dir: Path) -> Iterator[None]:
    """Turns faults of SQLite, Chroma, Tantivy and the file system into DiskFull or LibraryUnusable; bugs pass."""
    try:
        yield
    except (OSError, sqlite3.Error, ChromaError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC or _FULL.search(str(error)):
            raise DiskFull(data_dir) from error
        raise LibraryUnusable(data_dir, str(error)) from error
    except ValueError as error:  # what tantivy raises for everything
        if _FULL.search(str(error)):
            raise DiskFull(data_dir) from error
        raise
