"""Rows are read one behind the other: none may see another, however long each is, padded or not (float32)."""

from __future__ import annotations

import pytest
import torch

from rag.embed import MAX_TOKENS, PackagedEmbedder
from rag.encoder import Encoder
from rag.linear import Precision, multiplies_int8

NO_INT8 = pytest.mark.skipif(not multiplies_int8(), reason="torch has no product of integers for this CPU")

# 5, 5, 9, 16 and 256 word pieces: some are padded to 16, some need none. A row that saw its padding would be off by 1 and more.
TEXTS = ("The strike ended.", "A guild sued.", "She signed the contract in May 2024.", " ".join(["voice"] * 14), "actor " * 300)


@pytest.mark.parametrize(
    ("precision", "apart"),
    [(Precision.FLOAT32, 1e-4), (Precision.BFLOAT16, 0.4), pytest.param(Precision.INT8, 0.4, marks=NO_INT8)],
)
def test_a_row_is_read_as_it_is_read_alone(embedder: PackagedEmbedder, precision: Precision, apart: float) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS, precision)
    order = [4, 0, 3, 1, 2]
    together = encoder.hidden(encoder.encode([TEXTS[i] for i in order]))
    for i, states in zip(order, together, strict=True):
        [alone] = encoder.hidden(encoder.encode([TEXTS[i]]))
        assert states.shape == alone.shape == (len(encoder.encode([TEXTS[i]])[0].ids), 384)
        assert (states - alone).abs().max() < apart


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.BFLOAT16, pytest.param(Precision.INT8, marks=NO_INT8)])
def test_what_stands_beside_a_row_changes_nothing_in_it(embedder: PackagedEmbedder, precision: Precision) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS, precision)
    one, other = (
        encoder.hidden(encoder.encode([TEXTS[0], beside, TEXTS[3]]))
        for beside in ("Hail fell for three days.", "Nobody came home at all.")
    )
    assert one[1].shape == other[1].shape, "of one length, so that the same products are made"
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[2], other[2])
    assert not torch.equal(one[1], other[1])


def test_rows_that_are_read_in_several_passes_are_as_those_read_in_one(
    embedder: PackagedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS)
    vectors = []
    for most in (1_000, 7):  # all in one pass; one for each row
        monkeypatch.setattr("rag.cores._MOST", most)
        vectors.append(encoder.embed(TEXTS))
    assert (vectors[0] - vectors[1]).abs().max() < 1e-5


def test_the_second_text_of_a_pair_is_known_from_the_first(embedder: PackagedEmbedder) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS)
    [pair] = encoder.encode_pairs([("Who sued?", "The guild sued.")])
    told, same = encoder.states([(pair.ids, pair.type_ids), (pair.ids, [0] * len(pair.ids))])
    assert (told - same).abs().max() > 0.1


@pytest.mark.parametrize(
    ("precision", "least"),
    [(Precision.BFLOAT16, 0.9995), pytest.param(Precision.INT8, 0.99, marks=NO_INT8)],
    ids=["bfloat16", "int8"],
)
def test_a_fast_precision_means_what_float32_means(embedder: PackagedEmbedder, precision: Precision, least: float) -> None:
    exact, fast = (Encoder(embedder.folder, MAX_TOKENS, one).embed(TEXTS) for one in (Precision.FLOAT32, precision))
    assert (exact * fast).sum(1).min() > least
