"""Which cores run which part of what the models have to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import torch

CORES = torch.get_num_threads()  # those torch would use, or OMP_NUM_THREADS

# Word pieces read in one pass: what lies between two products is read again at once, and of so many a core still has it in its cache. On a Zen 4, in
# int8, 2,048 took 209 ms where each layer took 256 at a time, 226 with 128, 205 with 512 and 292 with all. Fewer are not worth a core of their own.
_MOST, _LEAST = 512, 64

_Part = TypeVar("_Part")
_Made = TypeVar("_Made")


def share_cores(threads: int) -> None:
    """Give the calling thread's products its share of the cores while `threads` run models at once: with all cores to each they
    wait for one another (20 questions at once took a twentieth longer on 2 cores)."""
    torch.set_num_threads(max(1, CORES // threads))


def passes(lengths: Sequence[int]) -> list[slice]:
    """Rows of `lengths`, in word pieces and in order, divided into passes for the cores of the calling thread: of about as many pieces each."""
    threads, total = torch.get_num_threads(), sum(lengths)
    wanted = -(-total // _MOST)
    if threads > 1:
        wanted = max(-(-wanted // threads) * threads if wanted > 1 else 1, min(threads, total // _LEAST))
    out: list[slice] = []
    start = read = 0
    for at, length in enumerate(lengths, 1):
        read += length
        if at == len(lengths) or read * wanted >= (len(out) + 1) * total:
            out.append(slice(start, at))
            start = at
    return out


def each(work: Callable[[_Part], _Made], parts: Sequence[_Part]) -> list[_Made]:
    """`work` on each of `parts`, which the cores of the calling thread share.

    A part to each core, not all cores to each part: those wait for one another after every product, and do much between products alone.
    """
    threads = torch.get_num_threads()
    if threads == 1 or len(parts) < 2:
        return [work(part) for part in parts]
    share = max(1, threads // len(parts))

    def alone(part: _Part) -> _Made:
        torch.set_num_threads(share)
        return work(part)

    try:
        return list(_threads().map(alone, parts))
    finally:
        torch.set_num_threads(threads)  # threads yet to begin take over what was set last


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CORES, "read")
