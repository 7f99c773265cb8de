"""The packaged embedder in a process of its own.

Python runs one thread at a time, and between two products the model needs Python. Beside the cutting of articles and Chroma, which keeps all threads
waiting while it writes, it stood still an eighth of the time; and torch is loaded here while LlamaIndex and Chroma are loaded there. On 2 cores
600 articles took 0.74 to 0.87 of the time (three runs, AMX).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ingest.beside import Beside, Died
from rag.embed import Embedded, Embedder, PackagedEmbedder
from rag.errors import SluglineError
from rag.types import Span

_Task = tuple[str, tuple[Any, ...]]


def _prepare(folder: Path) -> Callable[[_Task], tuple[Any, float]]:
    """What does one of the embedder's methods, and tells how many seconds that took inside the model."""
    embedder = PackagedEmbedder(folder)
    embedder.load()

    def work(task: _Task) -> tuple[Any, float]:
        method, args = task
        before = embedder.forward_seconds
        return getattr(embedder, method)(*args), embedder.forward_seconds - before

    return work


class EmbedderBeside:
    """The same vectors as those of `own`, for one thread at a time. The process starts when first asked for one."""

    def __init__(self, own: PackagedEmbedder) -> None:
        self._own = own
        self._beside: Beside[_Task, tuple[Any, float]] | None = None
        self.forward_seconds = 0.0
        self.max_tokens, self.fingerprint, self.dimension = own.max_tokens, own.fingerprint, own.dimension

    def count(self, text: str) -> int:
        return self._own.count(text)

    def question(self, text: str) -> np.ndarray:
        vector: np.ndarray = self._ask("question", text)
        return vector

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        embedded: Embedded = self._ask("sides", text, list(spans))
        return embedded

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        embedded: list[Embedded] = self._ask("passages", list(texts), list(spans))
        return embedded

    def close(self) -> None:
        """End the process. Called when nothing is asked of it any more."""
        if self._beside is not None:
            self._beside.close()
            self._beside = None

    def _ask(self, method: str, *args: Any) -> Any:
        for _ in range(2):
            self._beside = self._beside or Beside(_prepare, self._own.folder)
            try:
                made, seconds = self._beside((method, args))
            except Died:  # killed from outside: what it was to make is made again, by a new one
                self.close()
            else:
                self.forward_seconds += seconds
                return made
        raise SluglineError(
            "The process that makes the vectors was killed twice, most likely for want of memory. All that was written before is kept: "
            "close other programs and run the command again, with --workers 0 to use one process."
        )


def beside(embedder: Embedder) -> Embedder:
    """`embedder`, in a process of its own where that is faster: not where torch is already loaded in this one."""
    return EmbedderBeside(embedder) if isinstance(embedder, PackagedEmbedder) and "torch" not in sys.modules else embedder
