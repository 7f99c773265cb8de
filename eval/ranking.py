"""What the search finds, as suites that judge it alone ask."""

from __future__ import annotations

import time
from collections.abc import Callable

from rag.retrieve import Retriever

_DEEP = 40


def timed(retriever: Retriever, top: int, rerank: bool = False) -> Callable[[str], tuple[list[str], float]]:
    """question → (passage texts best first, milliseconds)."""

    def search(text: str) -> tuple[list[str], float]:
        started = time.perf_counter()
        hits = retriever.search(text, top, rerank=rerank).hits
        return [hit.passage.text for hit in hits], 1000 * (time.perf_counter() - started)

    search("What does the coverage say?")  # loads the model: latencies are of a warm retriever
    return search


def articles(retriever: Retriever, text: str, top: int = _DEEP, rerank: bool = False) -> list[str]:
    """Ids of the articles found, best first."""
    return list(dict.fromkeys(hit.article.id for hit in retriever.search(text, top, rerank=rerank).hits))
