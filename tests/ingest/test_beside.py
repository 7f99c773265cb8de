"""A process beside this one does what it is handed; killed at any moment, it leaves nobody waiting."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import operator
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest.beside import Beside, Died
from rag.errors import BadInput, SluglineError
from rag.exact import checks

SOON = 20.0  # seconds: a wait that has an end, not a measure


@pytest.fixture
def start() -> Iterator[Callable[..., Beside[Any, Any]]]:
    """Starts a process that calls a function with what it is handed."""
    started: list[Beside[Any, Any]] = []

    def begin(function: Callable[..., Any], *first: object) -> Beside[Any, Any]:
        started.append(Beside(functools.partial, function, *first))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def _asked(beside: Beside[Any, Any], task: Any) -> Future[Any]:
    threads = ThreadPoolExecutor(1)
    asked = threads.submit(beside, task)
    threads.shutdown(wait=False)
    return asked


def _kill_all() -> None:
    for child in multiprocessing.active_children():
        child.kill()


def test_it_does_one_thing_after_the_other(start: Callable[..., Beside[Any, Any]]) -> None:
    beside = start(operator.mul, "ab")
    assert [beside(n) for n in (1, 3, 0)] == ["ab", "ababab", ""]


def test_threads_get_each_its_own_answer(start: Callable[..., Beside[Any, Any]]) -> None:
    beside = start(operator.mul, 2)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(beside, range(100))) == [2 * n for n in range(100)]


def test_what_is_raised_there_is_raised_here_with_its_traceback(start: Callable[..., Beside[Any, Any]]) -> None:
    beside = start(checks, "a claim")
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*exact\.py.*AttributeError"):
        beside(None)
    assert len(beside("a claim")) > 0, "and it goes on"


def test_a_sentence_for_the_user_stays_one(start: Callable[..., Beside[Any, Any]]) -> None:
    beside: Beside[Any, Any] = Beside(_raising)
    with pytest.raises(SluglineError, match=r"^a\.md: is empty$"):
        beside("anything")
    beside.close()


def _raising() -> Callable[[object], object]:
    raise BadInput("a.md", "is empty")


def test_killed_at_work_it_is_missed_at_once(start: Callable[..., Beside[Any, Any]]) -> None:
    beside = start(time.sleep)
    beside(0)
    asked = _asked(beside, 1000)
    time.sleep(0.2)
    _kill_all()
    with pytest.raises(Died):
        asked.result(SOON)
    with pytest.raises(Died):
        beside(0)


@pytest.mark.parametrize("after", [0.02, 0.05, 0.1, 0.2])
def test_killed_while_it_answers_it_leaves_nobody_waiting(start: Callable[..., Beside[Any, Any]], after: float) -> None:
    beside = start(operator.mul, b"x")
    beside(1)
    asked = _asked(beside, 200_000_000)  # long enough that the answer is half written at one of these times
    time.sleep(after)
    _kill_all()
    with contextlib.suppress(Died):
        assert len(asked.result(SOON)) == 200_000_000


def test_closed_at_work_it_lets_go_of_who_waits(start: Callable[..., Beside[Any, Any]]) -> None:
    beside = start(time.sleep)
    beside(0)
    asked = _asked(beside, 1000)
    time.sleep(0.2)
    closing = threading.Thread(target=beside.close)
    closing.start()
    with pytest.raises(Died):
        asked.result(SOON)
    closing.join(SOON)
    assert not closing.is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
def test_ctrl_c_at_any_time_is_the_parents_to_handle() -> None:
    code = """
        import functools, operator, os, signal
        from ingest.beside import Beside
        if __name__ == "__main__":
            heard = []
            signal.signal(signal.SIGINT, lambda *_: heard.append(1))
            beside = Beside(functools.partial, operator.mul, 2)
            os.killpg(0, signal.SIGINT)  # while it still starts
            print(beside(3))
            os.killpg(0, signal.SIGINT)  # when it waits for work
            print(beside(4), len(heard))
            beside.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, start_new_session=True)
    assert (told.stdout.split(), told.stderr) == (["6", "8", "2"], "")


@pytest.mark.skipif(sys.platform == "win32", reason="looks for a process by its number")
def test_it_ends_with_the_program_that_started_it_however_that_ends() -> None:
    code = """
        import functools, multiprocessing, os, time
        from ingest.beside import Beside
        if __name__ == "__main__":
            beside = Beside(functools.partial, time.sleep)
            beside(0)
            print(multiprocessing.active_children()[0].pid, flush=True)
            os.kill(os.getpid(), 9)
    """
    told = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert told.returncode == -9
    pid = int(told.stdout)
    end = time.monotonic() + SOON
    while _runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
