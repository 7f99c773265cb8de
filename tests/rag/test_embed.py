from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.embed import PackagedEmbedder, open_embedder
from rag.encoder import Encoder
from rag.errors import ModelDamaged
from rag.linear import Precision, fastest_precision
from rag.types import Span

LEAST = {Precision.FLOAT32: 0.99999, Precision.BFLOAT16: 0.999, Precision.INT8: 0.99}  # cosines
TEXTS = ["The ELVIS Act took effect on 1 July 2024.", "Deezer counts uploads.", "Actors struck for 118 days. " * 60]


def test_vectors_are_those_of_sentence_transformers_within_the_precision_that_the_cpu_is_fast_in(
    embedder: PackagedEmbedder,
) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(embedder.folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    exact = Encoder(embedder.folder, embedder.max_tokens).embed(TEXTS).numpy()
    assert np.abs(exact - reference).max() < 1e-5
    for vector, text, passage in zip(exact, TEXTS, embedder.passages(TEXTS, [[]] * 3), strict=True):
        assert float(vector @ embedder.question(text)) > LEAST[fastest_precision()]
        assert float(vector @ passage.vector) > LEAST[fastest_precision()]


def test_order_of_texts_is_kept_however_they_are_batched(embedder: PackagedEmbedder) -> None:
    texts = [f"{'word ' * (n % 7 + 1)} number {n}" for n in range(30)]
    vectors = embedder.passages(texts, [[]] * 30)
    for n in (0, 13, 29):
        assert int(np.argmax([embedder.question(texts[n]) @ v.vector for v in vectors])) == n


def test_a_sentence_that_says_it_is_near_what_it_is(embedder: PackagedEmbedder) -> None:
    text = "Netflix bought InterPositive in March. It paid 600 million dollars for it."
    spans = [Span(0, 38), Span(39, len(text))]
    [read] = embedder.passages([text], [spans])
    question = embedder.question("What did Netflix pay for InterPositive?")
    alone = embedder.question(text[39:])
    assert read.spans.shape == (2, 384)
    assert question @ read.spans[1] > question @ alone


def test_damaged_weights_are_refused(tmp_path: Path, embedder: PackagedEmbedder) -> None:
    damaged = tmp_path / "model"
    shutil.copytree(embedder.folder, damaged)
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    other = PackagedEmbedder(damaged)
    with pytest.raises(ModelDamaged, match="reinstall"):
        other.question("anything")


def test_another_sentence_transformers_model_can_be_named_by_its_folder(embedder: PackagedEmbedder) -> None:
    named = open_embedder(str(embedder.folder))
    assert named.fingerprint.startswith(str(embedder.folder))
    [read] = named.passages([TEXTS[0]], [[Span(0, 9)]])
    assert read.vector @ embedder.question(TEXTS[0]) > LEAST[fastest_precision()]
    assert read.spans.shape == (1, named.dimension)
