from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest
from chromadb.errors import InternalError

from rag.errors import DiskFull, LibraryDamaged, LibraryUnusable
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


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (sqlite3.DatabaseError("database disk image is malformed"), "The ledger in lib is damaged"),
        (InternalError("Error loading hnsw index"), "The vector index in lib is damaged"),
        (ValueError("Failed to open file for read: 'FileDoesNotExist'"), "The word index in lib is damaged"),
    ],
)
def test_a_broken_file_is_named_with_what_can_be_done(fault: Exception, named: str) -> None:
    with pytest.raises(LibraryDamaged, match=rf"{named}.*slugline library"), told(Path("lib")):
        raise fault


def test_a_folder_that_cannot_be_written_names_the_library_and_a_bug_stays_a_bug() -> None:
    with pytest.raises(LibraryUnusable, match="lib"), told(Path("lib")):
        raise PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(ValueError, match="bug"), told(Path("lib")):
        raise ValueError("bug")
