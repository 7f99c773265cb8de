"""Weights come back from disk as they were, but for rounding, and half as large as in float16."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.errors import ModelDamaged
from rag.weights import FILE, load_weights, save_weights


def test_matrices_lose_less_than_a_hundredth_and_the_rest_almost_nothing(tmp_path: Path) -> None:
    draw = torch.Generator().manual_seed(3)
    weights = {
        "layer.weight": torch.randn(384, 1536, generator=draw) * 0.03,
        "layer.bias": torch.randn(384, generator=draw),
        "head.weight": torch.randn(2, 384, generator=draw),
    }
    weights["layer.weight"][5, 7] = 4.0  # one large value coarsens its own group alone
    weights["layer.weight"][9] = 0.0
    save_weights(weights, tmp_path)
    back = load_weights(tmp_path, "make it again")
    assert back.keys() == weights.keys()
    for name, value in weights.items():
        assert back[name].dtype == torch.float32
        assert float((back[name] - value).norm() / value.norm()) < (0.01 if name == "layer.weight" else 0.001)
    assert back["layer.weight"][9].count_nonzero() == 0
    assert (tmp_path / FILE).stat().st_size < 0.6 * 2 * sum(value.numel() for value in weights.values())


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    save_weights({"layer.weight": torch.ones(64, 64)}, tmp_path)
    data = bytearray((tmp_path / FILE).read_bytes())
    data[-1] ^= 1
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(ModelDamaged, match="make it again"):
        load_weights(tmp_path, "make it again")
