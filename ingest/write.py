"""Embedding and writing, beside the reading: while one step is written the next is embedded and the one after it read.

Torch, SQLite and Tantivy let other threads run while they compute, so three threads keep two cores busy; Chroma does not, so the model
has a process of its own where it can (`ingest.embedding`). A step is still written as one: readers of the library see all of its articles
new, or none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from rag.embed import Embedded, Embedder
from rag.store.library import Library, embed
from rag.types import Article, Passage

Step = Sequence[tuple[Article, tuple[Passage, ...]]]
MOST_WAITING = 2  # steps being embedded or written while another is read: more would only hold memory


@dataclass
class _Sent:
    articles: dict[str, Article]
    done: Future[None]


class Writer:
    """Brings steps into `library`, in their order; inside `library.writing()`. `embedder` gives the library's vectors, `cut` says how the
    articles were cut."""

    def __init__(self, library: Library, embedder: Embedder, cut: str) -> None:
        self._library = library
        self._embedder = embedder
        self._cut = cut
        self._embedding = ThreadPoolExecutor(1, "embed")
        self._writing = ThreadPoolExecutor(1, "write")
        self._sent: deque[_Sent] = deque()
        self._warm = False

    def warm(self) -> None:
        """Load the model, if it is not, beside what is read meanwhile: there is going to be something to embed."""
        if not self._warm:
            self._warm = True
            self._embedding.submit(self._embedder.question, "")  # should it fail, so does the first step, and says why

    def put(self, step: Step) -> None:
        """Hand a step over; waits while MOST_WAITING are under way. Raises what went wrong with an earlier one."""
        while len(self._sent) >= MOST_WAITING:
            self._first()
        vectors = self._embedding.submit(embed, self._embedder, step)
        done = self._writing.submit(self._write, step, vectors)
        self._sent.append(_Sent({article.id: article for article, _ in step}, done))

    def has(self, article_id: str) -> Article | None:
        """The article of this id as it was handed over and is not yet known to be written."""
        return next((sent.articles[article_id] for sent in reversed(self._sent) if article_id in sent.articles), None)

    def wait(self) -> None:
        """Until all is written. Raises what went wrong."""
        while self._sent:
            self._first()

    def close(self) -> None:
        """End the threads: a step that is being written is written, one that is not yet is dropped."""
        for pool in (self._embedding, self._writing):
            pool.shutdown(wait=True, cancel_futures=True)

    def _first(self) -> None:
        self._sent.popleft().done.result()

    def _write(self, step: Step, vectors: Future[list[list[Embedded]]]) -> None:
        self._library.put(step, self._cut, vectors.result())
