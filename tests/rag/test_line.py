"""Who came first is served first, and nobody is left standing."""

import threading
import time
from collections.abc import Callable

import pytest

from rag.line import Line


def _until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    pytest.fail("it did not come about within 5 seconds")


def _queue(line: Line, names: list[tuple[str, bool]], served: list[str]) -> list[threading.Thread]:
    """A thread for each of `names`, come to the line one after the other; they note their names when served."""

    def come(name: str, patient: bool) -> None:
        with line.served(patient):
            served.append(name)

    threads = []
    for name, patient in names:
        waiting = sum(map(len, line._waiting))
        threads.append(threading.Thread(target=come, args=(name, patient)))
        threads[-1].start()
        _until(lambda before=waiting: sum(map(len, line._waiting)) > before)  # type: ignore[misc]
    return threads


def test_the_first_to_come_is_the_first_served_and_the_patient_come_last() -> None:
    line, served = Line(1), list[str]()
    with line.served():
        threads = _queue(line, [("patient", True), *((str(n), False) for n in range(8))], served)
    for thread in threads:
        thread.join(5)
    assert served == [*map(str, range(8)), "patient"]


def test_the_patient_wait_only_so_long() -> None:
    line, served = Line(1, patience=0.05), list[str]()
    with line.served():
        threads = _queue(line, [("patient", True)], served)
        _until(lambda: len(line._waiting[0]) == 1)  # it has come forward
        threads += _queue(line, [("late", False)], served)
    for thread in threads:
        thread.join(5)
    assert served == ["patient", "late"]


def test_no_more_than_its_width_are_served_at_once_and_each_is_told_how_many() -> None:
    line, inside, most, told = Line(2), [0], [0], list[int]()
    mutex = threading.Lock()

    def come() -> None:
        with line.served() as count:
            with mutex:
                told.append(count)
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            with mutex:
                inside[0] -= 1

    threads = [threading.Thread(target=come) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most[0] == 2
    assert set(told) <= {1, 2}
    with line.served() as count:
        assert count == 1, "all places are free again"


def test_a_turn_that_fails_makes_room_for_the_next() -> None:
    line = Line(1)
    with pytest.raises(ZeroDivisionError), line.served():
        1 / 0  # noqa: B018
    with line.served() as count:
        assert count == 1


def test_who_is_interrupted_while_waiting_gives_the_place_up(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(1)
    with line.served():

        def interrupted(self: threading.Event, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(threading.Event, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt), line.served():
                pytest.fail("it was not its turn")
    with line.served() as count:
        assert count == 1
