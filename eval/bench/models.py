"""How fast the judge and the reranker read, and how long they take to load, in one process beside the embedder."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rag.embed import PackagedEmbedder
from rag.judge import Judge
from rag.reader import Reader
from rag.rerank import ReaderReranker

_TEXT = (
    "The union said on Monday that the studios had agreed to ask for consent before a performer is scanned, and to say what the scan is for. "
    "A spokesman for the studios called the report premature and declined to say when the talks would end. "
)
PIECES = 128
RERANKED = 20


@dataclass(frozen=True)
class Rates:
    """Claim and passage pairs a second (of PIECES word pieces), milliseconds to rerank RERANKED passages, seconds to load each model."""

    pairs_a_second: float
    rerank_ms: float
    judge_load_s: float
    reader_load_s: float


def _passage(embedder: PackagedEmbedder, pieces: int, salt: int) -> str:
    words = f"Number {salt}. {_TEXT * 4}".split()
    while embedder.count(" ".join(words)) > pieces:
        words.pop()
    return " ".join(words)


def measure(pairs: int = 400, rounds: int = 3) -> Rates:
    """The best of `rounds`: other programs can only slow it down."""
    embedder = PackagedEmbedder()
    embedder.passages(["warm"], [[]])
    claim = "The studios agreed to ask performers for consent before scanning them."
    rest = PIECES - embedder.count(claim)
    judged = [(f"{claim}", _passage(embedder, rest, i)) for i in range(pairs)]
    started = time.perf_counter()
    judge = Judge()
    judge.probabilities(judged[:1])
    judge_load = time.perf_counter() - started
    started = time.perf_counter()
    reader = Reader()
    reranker = ReaderReranker(reader)
    reranker.scores("Who agreed?", [_passage(embedder, 100, 0)])
    reader_load = time.perf_counter() - started
    rates, reranks = [], []
    for turn in range(rounds):
        started = time.perf_counter()
        judge.probabilities(judged)
        rates.append(pairs / (time.perf_counter() - started))
        passages = [_passage(embedder, 200, 1000 * turn + i) for i in range(RERANKED)]
        started = time.perf_counter()
        reranker.scores(f"What did the studios agree to in round {turn}?", passages)
        reranks.append(1000 * (time.perf_counter() - started))
    return Rates(max(rates), min(reranks), judge_load, reader_load)
