"""A process beside this one that does what it is handed, one thing after the other.

Each has a pipe of its own: of processes that share a queue, one that is killed while it holds the queue's lock, or has written half of something,
leaves the others and this one waiting for ever (python/cpython issue 94777 and its like).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from rag.errors import SluglineError

_Task = TypeVar("_Task")
_Made = TypeVar("_Made")


class Died(Exception):
    """The process ended before it answered."""


class Beside(Generic[_Task, _Made]):
    """`prepare(*args)` runs in the process at once and gives what does the work there. All of these travel by pickle."""

    def __init__(self, prepare: Callable[..., Callable[[_Task], _Made]], *args: object) -> None:
        # Not fork: torch, Chroma and Tantivy have threads, and a forked copy of their locks may never open.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._turn = threading.Lock()
        self._process = context.Process(target=_serve, args=(theirs, prepare, args), daemon=True)
        with _deaf():
            self._process.start()
        theirs.close()  # held by the process alone, so that its end is the end of the pipe

    def __call__(self, task: _Task) -> _Made:
        """What the process makes of `task`; threads wait for their turn.

        Raises:
            Died: it was killed, crashed or closed.
            SluglineError: as raised there.
            RuntimeError: anything else that was raised there, with its traceback.
        """
        with self._turn:
            try:
                self._pipe.send(task)
                well, made = self._pipe.recv()
            except (EOFError, OSError) as error:
                raise Died from error
        if not well:
            raise made
        return made  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process, whatever it is doing; a thread that waits for it gets Died."""
        self._process.kill()
        self._process.join()
        with self._turn:
            self._pipe.close()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """What this thread starts never hears of Ctrl-C, which a terminal tells all its processes: that is the parent's to handle."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # started by the first process, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def can_start() -> bool:
    """Whether processes can start: they import the main module again, which an interactive session lacks."""
    main = sys.modules.get("__main__")
    return main is not None and (getattr(main, "__spec__", None) is not None or hasattr(main, "__file__"))


def _serve(pipe: Connection[Any, Any], prepare: Callable[..., Callable[[Any], Any]], args: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where `_deaf` is not to be had
    work: Callable[[Any], Any] | None = None
    failed: Exception | None = None
    try:
        work = prepare(*args)
    except Exception as error:
        failed = _told(error)
    try:
        while True:
            task = pipe.recv()
            pipe.send((False, failed) if work is None else _done(work, task))
    except (EOFError, OSError):  # the parent is gone
        return


def _done(work: Callable[[Any], Any], task: Any) -> tuple[bool, Any]:
    try:
        return True, work(task)
    except Exception as error:
        return False, _told(error)


def _told(error: Exception) -> Exception:
    """`error` in a form that travels."""
    return (
        SluglineError(str(error))
        if isinstance(error, SluglineError)
        else RuntimeError("".join(traceback.format_exception(error)))
    )
