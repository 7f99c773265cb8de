"""The passages that were compared lately, kept in memory for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from rag.store.library import Library
from rag.store.page import Page

KEPT = 20_000  # about 8 kB each


class Pages:
    """The pages of one library, the last KEPT that were asked for. A passage never changes under its number. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: OrderedDict[int, Page] = OrderedDict()
        self._mutex = threading.RLock()

    def of(self, numbers: Sequence[int]) -> list[Page]:
        """The pages of `numbers`, in their order; one removed meanwhile is left out."""
        with self._mutex:
            missing = [number for number in numbers if number not in self._kept]
            self._kept |= {page.number: page for page in self._library.pages(missing)}
            pages = [self._kept[number] for number in numbers if number in self._kept]
            for page in pages:
                self._kept.move_to_end(page.number)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return pages
