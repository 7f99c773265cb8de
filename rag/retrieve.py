"""Question → ranked passages: Tantivy's BM25 and Chroma's cosine, fused by weighted scores. A LlamaIndex retriever."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.config import Settings
from rag.question import understand
from rag.store.library import Library
from rag.types import Filters, Hit, Understood

# Candidates each leg brings. More changes nothing at the top (a passage outside both has a small score in each).
POOL = 64
# Of the passages read for an answer at most this many from one article, or one long article crowds the others out.
MOST_OF_ONE_ARTICLE = 3
LATEST_BOOST = 0.15


@dataclass(frozen=True)
class Retrieved:
    """Hits best first; `sentences[i]` are the sentence vectors of `hits[i]`, and `question` is that of the question."""

    understood: Understood
    hits: list[Hit]
    sentences: list[np.ndarray]
    question: np.ndarray


class Retriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Ranks the library's passages for a question typed by a person."""

    def __init__(self, library: Library, settings: Settings) -> None:
        super().__init__()
        self.library = library
        self.settings = settings

    def search(self, question: str, top: int | None = None, filters: Filters = Filters()) -> Retrieved:
        """At most `top` passages, best first; none when the library is empty or `filters` exclude all of it."""
        understood = understand(question, self.library.outlets())
        vector = self.library.embedder.question(question)
        found = self.library.search(question, vector, max(POOL, 4 * (top or self.settings.top)), filters)
        best = max((words for _, _, words, _ in found), default=0.0) or 1.0
        days = [row.day for _, row, _, _ in found if row.day]
        oldest, newest = min(days, default=0), max(days, default=1)
        scored = []
        for number, row, words, dense in found:
            score = words / best + self.settings.dense_weight * dense
            if row.outlet in understood.outlets:
                score += self.settings.outlet_boost
            if understood.latest and row.day:
                score += LATEST_BOOST * (row.day - oldest) / max(1, newest - oldest)
            scored.append((number, row, score, words / best, dense))
        scored.sort(key=lambda item: (-item[2], item[0]))
        chosen, of_article = [], Counter[str]()
        for number, row, score, words, dense in scored:
            if of_article[row.article_id] < MOST_OF_ONE_ARTICLE:
                of_article[row.article_id] += 1
                chosen.append((number, score, words, dense))
                if len(chosen) == (top or self.settings.top):
                    break
        read = self.library.hits(chosen)
        return Retrieved(understood, [hit for hit, _ in read], [vectors for _, vectors in read], vector)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [as_node(hit) for hit in self.search(query_bundle.query_str).hits]


def as_node(hit: Hit) -> NodeWithScore:
    """A hit as LlamaIndex passes passages around."""
    article, passage = hit.article, hit.passage
    return NodeWithScore(
        node=TextNode(
            id_=f"{article.id}:{passage.start}-{passage.end}",
            text=passage.text,
            metadata={
                "article_id": article.id,
                "title": article.title,
                "outlet": article.outlet,
                "published": article.published.isoformat() if article.published else "",
                "url": article.url,
            },
        ),
        score=hit.score,
    )
