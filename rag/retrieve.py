"""Question → ranked passages: Tantivy's BM25 and Chroma's cosine, fused by weighted scores. A LlamaIndex retriever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.config import Settings
from rag.question import parts, understand
from rag.store.library import Library
from rag.types import Filters, Hit, Understood

# Candidates each leg brings: many times what is read, so that a passage that only one leg likes is still weighed by both.
POOL = 64
# Of the passages read for an answer at most this many from one article, or one long article crowds the others out.
MOST_OF_ONE_ARTICLE = 3
LATEST_BOOST = 0.15
# Best passages that are read for an answer: 3 to 8 found as many right sentences, and each costs 13 ms (bfloat16, 2 cores).
READ = 4
OF_EACH_PART = 2  # passages read for each part of a joined question


@dataclass(frozen=True)
class Retrieved:
    """Hits best first; `sentences[i]` are the sentence vectors of `hits[i]`, and `question` is that of the question.

    `parts` are what was found for each question that this one joins ('A and B'), none when it asks one thing.
    """

    understood: Understood
    hits: list[Hit]
    sentences: list[np.ndarray]
    question: np.ndarray
    parts: tuple[Retrieved, ...] = ()


@dataclass(frozen=True)
class _Scored:
    """A passage by number, with what ranks it."""

    number: int
    article_id: str
    score: float
    words: float
    dense: float


class Retriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Ranks the library's passages for a question typed by a person."""

    def __init__(self, library: Library, settings: Settings) -> None:
        super().__init__()
        self.library = library
        self.settings = settings

    def search(self, question: str, top: int | None = None, filters: Filters = Filters()) -> Retrieved:
        """At most `top` passages, best first; none when the library is empty or `filters` exclude all of it."""
        top = top or self.settings.top
        outlets = self.library.outlets()
        whole, ranked = self._find(question, outlets, top, filters)
        joined = parts(question)
        if len(joined) == 1:
            return whole
        found = [self._find(part, outlets, OF_EACH_PART, filters) for part in joined]
        ranked = _with_each_part(ranked, [of_part for _, of_part in found], top)
        return replace(self._read(whole.understood, whole.question, ranked), parts=tuple(part for part, _ in found))

    def _find(self, question: str, outlets: Sequence[str], top: int, filters: Filters) -> tuple[Retrieved, list[_Scored]]:
        understood = understand(question, outlets)
        vector = self.library.embedder.question(question)
        ranked = self._rank(understood, vector, top, filters)
        return self._read(understood, vector, ranked), ranked

    def _read(self, understood: Understood, vector: np.ndarray, ranked: list[_Scored]) -> Retrieved:
        read = self.library.hits([(one.number, one.score, one.words, one.dense) for one in ranked])
        return Retrieved(understood, [hit for hit, _ in read], [vectors for _, vectors in read], vector)

    def _rank(self, understood: Understood, vector: np.ndarray, top: int, filters: Filters) -> list[_Scored]:
        found = self.library.search(understood.text, vector, max(POOL, 4 * top), filters)
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
            scored.append(_Scored(number, row.article_id, score, words / best, dense))
        scored.sort(key=lambda one: (-one.score, one.number))
        chosen, of_article = [], Counter[str]()
        for one in scored:
            if of_article[one.article_id] < MOST_OF_ONE_ARTICLE:
                of_article[one.article_id] += 1
                chosen.append(one)
                if len(chosen) == top:
                    break
        return chosen

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [as_node(hit) for hit in self.search(query_bundle.query_str).hits]


def _with_each_part(ranked: list[_Scored], of_parts: list[list[_Scored]], top: int) -> list[_Scored]:
    """`ranked` with the best passage of each part moved up behind the first, so that no part is left out."""
    first = ranked[:1]
    for of_part in of_parts:
        if of_part and of_part[0].number not in {one.number for one in first}:
            first.append(of_part[0])
    numbers = {one.number for one in first}
    return (first + [one for one in ranked if one.number not in numbers])[:top]


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
