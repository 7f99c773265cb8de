"""How fast the judge and the reranker read, and how long they take to load, in one process beside the embedder."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import numpy as np

from rag.embed import PackagedEmbedder
from rag.judge import Judge
from rag.reader import Reader
from rag.rerank import ReaderReranker
from rag.retrieve import reranked
from rag.types import Article, Hit, Passage, Span

_TEXT = (
    "The union said on Monday that the studios had agreed to ask for consent before a performer is scanned, and to say what the scan is for. "
    "A spokesman for the studios called the report premature and declined to say when the talks would end. "
)
PIECES = 128
PASSAGE = 200  # word pieces of a passage that is reranked
RERANKED = 20


@dataclass(frozen=True)
class Rates:
    """Claim and passage pairs a second (of PIECES word pieces), milliseconds to rerank RERANKED passages of PASSAGE word pieces, as the
    search does and reading them whole, seconds to load each model."""

    pairs_a_second: float
    rerank_ms: float
    rerank_whole_ms: float
    judge_load_s: float
    reader_load_s: float


def _passage(embedder: PackagedEmbedder, pieces: int, salt: int) -> str:
    words = f"Number {salt}. {_TEXT.replace(' the ', f' the {salt} ') * 4}".split()  # no sentence is read twice
    while embedder.count(" ".join(words)) > pieces:
        words.pop()
    return " ".join(words)


def _found(embedder: PackagedEmbedder, turn: int) -> list[tuple[Hit, np.ndarray]]:
    """RERANKED hits, none like another, with the vectors of their sentences."""
    texts = [_passage(embedder, PASSAGE, 1000 * turn + i) for i in range(RERANKED)]
    spans = [tuple(Span(*match.span()) for match in re.finditer(r"[^ .][^.]*\.?", text)) for text in texts]
    hits = [
        Hit(Passage(str(i), 0, 0, len(text), text, inside), Article(str(i), "The talks about scans", "", text), 1 / RERANKED)
        for i, (text, inside) in enumerate(zip(texts, spans, strict=True))
    ]
    return list(zip(hits, [embedded.spans for embedded in embedder.passages(texts, spans)], strict=True))


class _Whole(ReaderReranker):
    reads = None


def measure(pairs: int = 400, rounds: int = 3) -> Rates:
    """The best of `rounds`: other programs can only slow it down."""
    embedder = PackagedEmbedder()
    vector = embedder.question("What did the studios agree to?")
    claim = "The studios agreed to ask performers for consent before scanning them."
    rest = PIECES - embedder.count(claim)
    judged = [(claim, _passage(embedder, rest, i)) for i in range(pairs)]
    started = time.perf_counter()
    judge = Judge()
    judge.probabilities(judged[:1])
    judge_load = time.perf_counter() - started
    started = time.perf_counter()
    reader = Reader()
    ReaderReranker(reader).scores("Who agreed?", [_passage(embedder, 100, 0)])
    reader_load = time.perf_counter() - started
    rates: list[float] = []
    times: dict[type[ReaderReranker], list[float]] = {ReaderReranker: [], _Whole: []}
    for turn in range(rounds):
        started = time.perf_counter()
        judge.probabilities(judged)
        rates.append(pairs / (time.perf_counter() - started))
        found = _found(embedder, turn)
        for kind, taken in times.items():
            started = time.perf_counter()
            reranked(kind(reader), f"What did the studios agree to in round {turn}?", vector, found)
            taken.append(1000 * (time.perf_counter() - started))
    return Rates(max(rates), min(times[ReaderReranker]), min(times[_Whole]), judge_load, reader_load)
