"""What an answer says: what adds to the sentences chosen, not what tells the same again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rag.compose.choose import choose
from rag.compose.features import Candidate
from rag.compose.further import ADDS, Further, Rated
from rag.compose.weights import load_weights
from rag.types import Article, Hit, Passage, Span

QUESTION = "Who directed Harbour Lights, and what did Northern Song cost?"
TEXTS = (
    "Mira Lund directed Harbour Lights, the Daily Reel said.",
    "Mira Lund directed Harbour Lights in Lowton, the Daily Reel said.",
    "Northern Song cost $4 million, the Stage Ledger reported.",
    "A bakery in Lyon won a prize for bread.",
)


def _candidates(texts: Sequence[str], margins: Sequence[float]) -> list[Candidate]:
    """The sentences of one article, each with a vector of its own."""
    article = Article("a", "Harbour", "Daily Reel", " ".join(texts))
    hit = Hit(Passage("a", 0, 0, len(article.text), article.text), article, 1.0)
    out, start = [], 0
    for at, (text, margin) in enumerate(zip(texts, margins, strict=True)):
        out.append(Candidate(hit, Span(start, start + len(text)), at, text, np.eye(len(texts))[at], margin))
        start += len(text) + 1
    return out


@pytest.fixture
def sentences() -> list[Candidate]:
    return _candidates(TEXTS, [6.0, 5.0, 4.0, -9.0])


def _further(whole: Rated, *parts: Rated) -> Further:
    return Further(QUESTION, whole, parts, lambda _: 1.0)


def test_a_sentence_found_for_two_parts_stands_once_with_its_best_chance(sentences: list[Candidate]) -> None:
    further = _further(Rated(sentences, np.array([0.6, 0.5, 0.1, 0.01])), Rated(sentences[2:3], np.array([0.9])))
    assert [sentence.text for sentence in further.sentences] == list(TEXTS)
    assert further.chances[2] == pytest.approx(0.9)
    assert further.chances[0] == pytest.approx(0.6)


def test_words_said_count_for_nothing_more(sentences: list[Candidate]) -> None:
    further = _further(Rated(sentences, np.array([0.6, 0.5, 0.1, 0.01])))
    more = further.rows([0])[:, ADDS.index("says_more")]
    assert more[1] == 0.0
    assert more[2] > 0.0
    unsaid = ADDS.index("unsaid")
    assert further.rows([0, 2])[0, unsaid] < further.rows([0])[0, unsaid] < further.rows([3])[0, unsaid]


def test_each_part_opens_with_its_own_sentence(sentences: list[Candidate]) -> None:
    whole = Rated(sentences, np.array([0.6, 0.5, 0.01, 0.001]))
    parts = [Rated(sentences[:2], np.array([0.8, 0.7])), Rated(sentences[2:], np.array([0.7, 0.01]))]
    places, _ = choose(QUESTION, whole, parts, _further(whole, *parts), load_weights().adds, 2)
    assert places == [0, 2]


class _Always:
    """A model to which every sentence adds, those of no words too."""

    def probability(self, x: np.ndarray) -> np.ndarray:
        return np.ones(len(x))


def test_nothing_is_said_twice_however_likely_and_never_more_than_asked_for() -> None:
    sentences = _candidates(["...", *TEXTS], [0.0] * 5)
    whole = Rated(sentences, np.array([0.9, 0.6, 0.5, 0.1, 0.01]))
    places, _ = choose(QUESTION, whole, (), _further(whole), _Always(), 9)
    assert len(places) == len(set(places)) == 4  # the second of the two that tell who directed is left out
    assert len(choose(QUESTION, whole, (), _further(whole), _Always(), 3)[0]) == 3
