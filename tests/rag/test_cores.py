"""Rows are divided evenly among the cores of the thread that asks, and its threads are its own again afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from rag.cores import each, passes


@pytest.fixture(autouse=True)
def _as_many_threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
@pytest.mark.parametrize("lengths", [[5], [5, 5], [200] * 8, [16] * 100, [3, 500, 500], list(range(1, 320, 7)), [448] * 32])
def test_every_row_is_in_one_pass_and_in_order(threads: int, lengths: list[int]) -> None:
    torch.set_num_threads(threads)
    parts = passes(lengths)
    assert [at for part in parts for at in range(part.start, part.stop)] == list(range(len(lengths)))
    assert all(part.start < part.stop for part in parts)
    assert all(sum(lengths[part]) <= 512 + max(lengths) for part in parts), (
        "no pass holds more than fits the cache, but for one row"
    )


def test_nothing_is_no_pass() -> None:
    assert passes([]) == []


def test_two_cores_get_as_much_each() -> None:
    torch.set_num_threads(2)
    one, other = passes([64] * 8)
    assert (one, other) == (slice(0, 4), slice(4, 8))
    assert len(passes([200] * 8)) == 4, "no core waits while another reads a last pass"


def test_what_is_short_is_not_divided() -> None:
    torch.set_num_threads(16)
    assert len(passes([20, 20, 20])) == 1
    assert len(passes([64] * 4)) == 4


def test_each_part_has_its_share_of_the_cores() -> None:
    torch.set_num_threads(6)
    told = each(lambda part: (part, torch.get_num_threads(), threading.get_ident()), ["a", "b"])
    assert [(part, share) for part, share, _ in told] == [("a", 3), ("b", 3)]
    assert threading.get_ident() not in {thread for _, _, thread in told}
    assert torch.get_num_threads() == 6


def test_one_core_does_all_itself() -> None:
    torch.set_num_threads(1)
    assert each(lambda part: threading.get_ident(), ["a", "b"]) == [threading.get_ident()] * 2


def test_what_goes_wrong_is_raised_and_the_threads_stay() -> None:
    torch.set_num_threads(2)
    with pytest.raises(ZeroDivisionError):
        each(lambda part: 1 // part, [1, 0])
    assert torch.get_num_threads() == 2
    begun: list[int] = []
    thread = threading.Thread(target=lambda: begun.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert begun == [2], "a thread that begins later has as many as the one that asked"
