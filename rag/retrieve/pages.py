"""Passages taken apart for comparing: their stems, by sentence, and their vectors. Kept in memory for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.store.library import Library, head
from rag.store.words import stems
from rag.types import Article, Passage

KEPT = 20_000  # about 8 kB each
IN_HEAD = -1


@dataclass(frozen=True)
class Page:
    """`stems` are ids of `Pages.id_of`, int32, the head's first; `at` tells the sentence of each, IN_HEAD for the head's.

    `vector` and `sentences` are float16, shapes (dimension,) and (sentences, dimension). `day` is a proleptic ordinal, 0 if unknown.
    """

    number: int
    article_id: str
    story: str  # the article's id where no other article tells the same
    outlet: str
    day: int
    stems: np.ndarray
    at: np.ndarray
    vector: np.ndarray
    sentences: np.ndarray


class Pages:
    """The pages of one library, the last KEPT that were asked for. A passage never changes under its number. Thread-safe."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._kept: OrderedDict[int, Page] = OrderedDict()
        self._ids: dict[str, int] = {}
        self._mutex = threading.RLock()

    def id_of(self, stem: str) -> int:
        """A number for `stem`, the same as long as this lives."""
        with self._mutex:
            return self._ids.setdefault(stem, len(self._ids))

    def of(self, numbers: Sequence[int]) -> list[Page]:
        """The pages of `numbers`, in their order; one removed meanwhile is left out."""
        with self._mutex:
            missing = [number for number in numbers if number not in self._kept]
            for number, (passage, article, sentences, vector) in self._library.read(missing).items():
                self._kept[number] = self._page(number, passage, article, sentences, vector)
            pages = [self._kept[number] for number in numbers if number in self._kept]
            for page in pages:
                self._kept.move_to_end(page.number)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return pages

    def _page(self, number: int, passage: Passage, article: Article, sentences: np.ndarray, vector: np.ndarray) -> Page:
        groups = [stems(head(article))]
        groups += [stems(article.text[span.start : span.end]) for span in passage.sentences] or [stems(passage.text)]
        known = self._ids  # under the lock that `of` holds
        ids = [known.setdefault(stem, len(known)) for group in groups for stem in group]
        at = [place for place, group in enumerate(groups, IN_HEAD) for _ in group]
        return Page(
            number,
            article.id,
            article.story or article.id,
            article.outlet,
            article.published.toordinal() if article.published else 0,
            np.array(ids, dtype=np.int32),
            np.array(at, dtype=np.int32),
            vector.astype(np.float16),
            sentences.astype(np.float16),
        )
