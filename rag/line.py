"""A line of threads: who came first is served first."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

PATIENCE = 2.0  # seconds


class Line:
    """Serves `width` threads at a time, in the order in which they came. Threads left to themselves share the interpreter unevenly:
    of twenty questions asked at once the unluckiest took nearly twice as long as in a line.

    Not reentrant: a thread that is being served must not come again.
    """

    def __init__(self, width: int, patience: float = PATIENCE) -> None:
        self._free = width
        self._patience = patience
        self._width = width
        self._mutex = threading.Lock()
        self._waiting: tuple[deque[threading.Event], deque[threading.Event]] = (deque(), deque())

    @contextlib.contextmanager
    def served(self, patient: bool = False) -> Iterator[int]:
        """Wait for a turn; the block is the turn, given how many are served as it begins, itself counted. The `patient` let everybody
        else go first, for PATIENCE seconds: where people never stop coming they would wait for ever."""
        self._wait(patient)
        try:
            yield self._width - self._free
        finally:
            self._leave()

    def _wait(self, patient: bool) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiting[patient].append(turn)
        try:
            if patient and not turn.wait(self._patience):
                self._come_forward(turn)
            turn.wait()
        except BaseException:  # interrupted: give the place up, or all behind would wait for ever
            with self._mutex:
                came = turn.is_set()
                for waiting in self._waiting:
                    if turn in waiting:
                        waiting.remove(turn)
            if came:
                self._leave()
            raise

    def _come_forward(self, turn: threading.Event) -> None:
        with self._mutex:
            if not turn.is_set():
                ordinary, patient = self._waiting
                patient.remove(turn)
                ordinary.append(turn)

    def _leave(self) -> None:
        with self._mutex:
            for waiting in self._waiting:
                if waiting:
                    waiting.popleft().set()  # the place goes from hand to hand: nobody slips in between
                    return
            self._free += 1
