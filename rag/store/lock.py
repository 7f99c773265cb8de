"""One writer at a time: a lock file in the library's folder, and the name of who holds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryBusy
from rag.store.faults import told

LOCK_SECONDS = 3600.0  # a first ingest of an archive takes as long


@contextmanager
def writer_lock(data_dir: Path, wait: float = LOCK_SECONDS, waits: Callable[[str], None] = lambda said: None) -> Iterator[None]:
    """Hold the library in `data_dir` for writing. `waits` is told in a sentence for whom it has to wait.

    The system frees the lock of a process that dies.

    Raises:
        LibraryBusy: the other process did not end within `wait` seconds.
    """
    lock = FileLock(data_dir / "writer.lock")
    note = data_dir / "writer.pid"
    if not _acquired(lock, data_dir, 0):
        holder = f"process {note.read_text('utf-8')}" if note.exists() else "another process"
        waits(f"Waiting for {holder}, which is writing to this library.")
        if not _acquired(lock, data_dir, wait):
            raise LibraryBusy(data_dir, holder)
    try:
        with told(data_dir):
            note.write_text(str(os.getpid()), "utf-8")
        yield
    finally:
        lock.release()


def _acquired(lock: FileLock, data_dir: Path, wait: float) -> bool:
    with told(data_dir):
        try:
            lock.acquire(timeout=wait)
        except Timeout:  # an OSError too, but no fault
            return False
    return True
