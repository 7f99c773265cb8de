from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from chromadb.errors import InternalError

from rag.errors import DiskFull, LibraryUnusable
from rag.store.faults import told


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        InternalError("error returned from database: (code: 13) database or disk is full"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_a_full_disk_is_said_the_same_whoever_notices_it(fault: Exception) -> None:
    with pytest.raises(DiskFull, match="make room"), told(Path("lib")):
        raise fault


def test_a_broken_file_names_the_library_and_a_bug_stays_a_bug() -> None:
    with pytest.raises(LibraryUnusable, match="lib"), told(Path("lib")):
        raise sqlite3.DatabaseError("file is not a database")
    with pytest.raises(ValueError, match="bug"), told(Path("lib")):
        raise ValueError("bug")
