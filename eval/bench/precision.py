"""What each precision of the encoder is worth on this CPU: how fast it reads, and how near its vectors come to those of float32.

The texts are the beginnings of the bundled articles, as long as the model reads, and the development questions.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch

from eval.bench.copies import read_stories
from eval.questions import BUNDLED, load
from rag.embed import BATCH, PackagedEmbedder
from rag.encoder import Encoder
from rag.linear import Precision, multiplies_int8


@dataclass(frozen=True)
class Worth:
    """Articles and questions a second, and the lowest cosine to float32's vector among each."""

    articles_a_second: float
    questions_a_second: float
    article_cosine: float
    question_cosine: float


def run(corpus: Path, rounds: int = 3, questions: int = 200) -> dict[Precision, Worth]:
    """Each precision that torch has a product for here, in turn: the best of `rounds`, since other programs can only slow it down. Articles are read
    BATCH at a time, questions one by one, by all cores."""
    embedder = PackagedEmbedder()
    articles = sorted((story.text for story in read_stories(corpus)), key=len)
    asked = [question.text for question in load(BUNDLED / "dev.jsonl")[:questions]]
    encoders = {
        precision: Encoder(embedder.folder, embedder.max_tokens, precision)
        for precision in Precision
        if precision is not Precision.INT8 or multiplies_int8()
    }
    taken: dict[Precision, list[tuple[float, float]]] = {precision: [] for precision in encoders}
    vectors: dict[Precision, tuple[torch.Tensor, torch.Tensor]] = {}
    for _ in range(rounds):
        for precision, encoder in encoders.items():
            started = time.perf_counter()
            of_articles = torch.cat([encoder.embed(articles[at : at + BATCH]) for at in range(0, len(articles), BATCH)])
            halfway = time.perf_counter()
            of_questions = torch.cat([encoder.embed([text]) for text in asked])
            taken[precision].append((halfway - started, time.perf_counter() - halfway))
            vectors[precision] = of_articles, of_questions

    def cosine(precision: Precision, part: int) -> float:
        return float((vectors[precision][part] * vectors[Precision.FLOAT32][part]).sum(1).min())

    return {
        precision: Worth(
            len(articles) / min(first for first, _ in times),
            len(asked) / min(second for _, second in times),
            cosine(precision, 0),
            cosine(precision, 1),
        )
        for precision, times in taken.items()
    }
