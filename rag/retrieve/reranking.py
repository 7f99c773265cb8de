"""Reranking: the best hits again, in the order of one that reads question and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from rag.types import Hit


class Reranker(Protocol):
    """Reads question and passage together: slower than comparing them apart, and better."""

    reads: int | None
    """How many characters of a passage it wants to read at most, those nearest the question; None: all."""

    def scores(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """Log odds, about, that each passage answers; higher is better. They are added to the log of what the ranking expects."""


def reranked(
    reranker: Reranker, question: str, vector: np.ndarray, read: Sequence[tuple[Hit, np.ndarray]]
) -> list[tuple[Hit, np.ndarray]]:
    """`read`, hits with the vectors of their sentences, anew, best first. Their scores share out what they had between them."""
    scores = reranker.scores(
        question, [f"{hit.article.title}\n{_nearest(hit, vectors @ vector, reranker.reads)}" for hit, vectors in read]
    )
    odds = np.log([max(hit.score, 1e-12) for hit, _ in read]) + np.asarray(scores)
    chances = np.exp(odds - odds.max()) / np.exp(odds - odds.max()).sum() * sum(hit.score for hit, _ in read)
    order = np.argsort(-chances, kind="stable")
    return [(replace(read[i][0], score=float(chances[i])), read[i][1]) for i in order]


def _nearest(hit: Hit, cosines: np.ndarray, characters: int | None) -> str:
    """The passage's sentence of the highest of `cosines`, with the better of its neighbours, again and again while they fit in `characters`."""
    sentences = hit.passage.sentences
    if characters is None or not sentences:
        return hit.passage.text
    first = last = int(cosines.argmax())
    while True:
        wider = [
            (cosines[new], a, b)
            for new, a, b in ((first - 1, first - 1, last), (last + 1, first, last + 1))
            if 0 <= new < len(sentences) and sentences[b].end - sentences[a].start <= characters
        ]
        if not wider:
            return hit.article.text[sentences[first].start : sentences[last].end]
        _, first, last = max(wider)
