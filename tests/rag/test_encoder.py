"""Rows are read one behind the other: none may see another, however long each is, padded (bfloat16) or not (float32)."""

from __future__ import annotations

import pytest
import torch

from rag.embed import MAX_TOKENS, PackagedEmbedder
from rag.encoder import Encoder

# 5, 5, 9, 16 and 256 word pieces: some are padded to 16, some need none. A row that saw its padding would be off by 1 and more.
TEXTS = ("The strike ended.", "A guild sued.", "She signed the contract in May 2024.", " ".join(["voice"] * 14), "actor " * 300)


@pytest.mark.parametrize(("dtype", "apart"), [(torch.float32, 1e-4), (torch.bfloat16, 0.4)])
def test_a_row_is_read_as_it_is_read_alone(embedder: PackagedEmbedder, dtype: torch.dtype, apart: float) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS, dtype)
    order = [4, 0, 3, 1, 2]
    together = encoder.hidden(encoder.encode([TEXTS[i] for i in order]))
    for i, states in zip(order, together, strict=True):
        [alone] = encoder.hidden(encoder.encode([TEXTS[i]]))
        assert states.shape == alone.shape == (len(encoder.encode([TEXTS[i]])[0].ids), 384)
        assert (states - alone).abs().max() < apart


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_stands_beside_a_row_changes_nothing_in_it(embedder: PackagedEmbedder, dtype: torch.dtype) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS, dtype)
    one, other = (
        encoder.hidden(encoder.encode([TEXTS[0], beside, TEXTS[3]]))
        for beside in ("Hail fell for three days.", "Nobody came home at all.")
    )
    assert one[1].shape == other[1].shape, "of one length, so that the same products are made"
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[2], other[2])
    assert not torch.equal(one[1], other[1])


def test_the_second_text_of_a_pair_is_known_from_the_first(embedder: PackagedEmbedder) -> None:
    encoder = Encoder(embedder.folder, MAX_TOKENS)
    [pair] = encoder.encode_pairs([("Who sued?", "The guild sued.")])
    told, same = encoder.states([(pair.ids, pair.type_ids), (pair.ids, [0] * len(pair.ids))])
    assert (told - same).abs().max() > 0.1
