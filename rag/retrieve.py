"""Question → ranked passages: Tantivy's BM25 and Chroma's cosine, fused by weighted scores. A LlamaIndex retriever."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.config import Settings
from rag.question import parts, understand
from rag.store.library import Library
from rag.types import Filters, Hit, Understood

# Candidates each leg brings. More changes nothing at the top (a passage outside both has a small score in each).
POOL = 64
# Of the passages read for an answer at most this many from one article, or one long article crowds the others out.
MOST_OF_ONE_ARTICLE = 3
LATEST_BOOST = 0.15
READ = 4  # best passages that are read for an answer: 3 to 8 found as many right sentences, and each costs 18 ms (bfloat16, 2 cores)
OF_EACH_PART = 2  # passages among them that each part of a joined question is sure of


@dataclass(frozen=True)
class Part:
    """One of the things that a question joins ('A and B'), with its vector."""

    text: str
    vector: np.ndarray


@dataclass(frozen=True)
class Retrieved:
    """Hits best first; `sentences[i]` are the sentence vectors of `hits[i]`, and `question` is that of the question.

    `parts` are what the question joins, none when it asks one thing; the best passages for each are among the first READ hits.
    """

    understood: Understood
    hits: list[Hit]
    sentences: list[np.ndarray]
    question: np.ndarray
    parts: tuple[Part, ...] = ()


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
        understood = understand(question, self.library.outlets())
        vector = self.library.embedder.question(question)
        ranked = self._rank(understood, vector, top, filters)
        joined = parts(question)
        sides = tuple(Part(text, self.library.embedder.question(text)) for text in joined) if len(joined) > 1 else ()
        if sides:
            of_sides = [self._rank(replace(understood, text=side.text), side.vector, OF_EACH_PART, filters) for side in sides]
            ranked = _with_each_part(ranked, of_sides, top)
        read = self.library.hits([(one.number, one.score, one.words, one.dense) for one in ranked])
        return Retrieved(understood, [hit for hit, _ in read], [vectors for _, vectors in read], vector, sides)

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
    """`ranked` with the best passages of each part moved or added into its first READ places, the best of all kept first."""
    first, rest = ranked[:1], ranked[1:]
    numbers = {one.number for one in first}
    for place in range(OF_EACH_PART):
        for of_part in of_parts:
            if place < len(of_part) and of_part[place].number not in numbers and len(first) < READ:
                numbers.add(of_part[place].number)
                first.append(of_part[place])
    return (first + [one for one in rest if one.number not in numbers])[:top]


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
