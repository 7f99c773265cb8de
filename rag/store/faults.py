"""What the three stores raise when the disk is full or their files are broken, in one sentence that a user can act on."""

from __future__ import annotations

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import DiskFull, LibraryDamaged, LibraryUnusable

_FULL = re.compile(r"no space left|disk (?:is )?full|os error 28|code: 13\b", re.IGNORECASE)
_SQLITE_DAMAGE = re.compile(r"malformed|not a database|disk I/O error|no such table|no such column|unsupported file format")
_TANTIVY_DAMAGE = re.compile(
    r"IO error|does not exist|corrupt|failed to open|index does not match|schema does not match|deserializ", re.IGNORECASE
)


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file is not what it wrote, rather than locked or full."""
    return isinstance(error, sqlite3.DatabaseError) and bool(_SQLITE_DAMAGE.search(str(error)))


def _is_chroma(error: Exception) -> bool:
    # By name: importing chromadb costs half a second, and commands that only read the ledger do without it.
    return any(kind.__name__ == "ChromaError" for kind in type(error).__mro__)


@contextmanager
def told(data_dir: Path) -> Iterator[None]:
    """Turns faults of SQLite, Chroma, Tantivy and the file system into errors that say what to do; bugs pass.

    Raises:
        DiskFull: there is no room.
        LibraryDamaged: a file is broken.
        LibraryUnusable: the folder cannot be read or written.
    """
    try:
        yield
    except Exception as error:
        text = str(error)
        if getattr(error, "errno", None) == errno.ENOSPC or (_stores(error) and _FULL.search(text)):
            raise DiskFull(data_dir) from error
        if is_damage(error):
            raise LibraryDamaged(data_dir, "ledger", text) from error
        if _is_chroma(error):
            raise LibraryDamaged(data_dir, "vectors", text) from error
        if isinstance(error, ValueError) and _TANTIVY_DAMAGE.search(text):  # what tantivy raises for everything
            raise LibraryDamaged(data_dir, "words", text) from error
        if isinstance(error, OSError | sqlite3.Error):
            raise LibraryUnusable(data_dir, text) from error
        raise


def _stores(error: Exception) -> bool:
    return isinstance(error, OSError | sqlite3.Error | ValueError) or _is_chroma(error)
