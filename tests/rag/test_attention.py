"""Both ways of attention give what its definition gives, row by row, whatever pads a row and stands beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch

from rag import linear
from rag.attention import Fused, InSteps, Row, attention

HEADS, WIDTH = 12, 32
WIDE = HEADS * WIDTH
# Two of one length, one of them padded; one of another length, padded; one token alone. Four tokens at the end belong to no row.
ROWS = (Row(0, 16, 16), Row(16, 32, 9), Row(32, 64, 27), Row(64, 65, 1))
TOKENS = 69


def _defined(qkv: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
    """softmax(q k') v, head by head (Vaswani et al., 2017, equation 1; queries come scaled)."""
    out = torch.zeros(len(qkv), WIDE)
    for row in rows:
        own = slice(row.start, row.start + row.real)
        for head in range(HEADS):
            of_head = slice(head * WIDTH, (head + 1) * WIDTH)
            q, k, v = (qkv[own, part * WIDE : (part + 1) * WIDE][:, of_head].double() for part in range(3))
            out[own, of_head] = (torch.softmax(q @ k.T, 1) @ v).float()
    return out


@pytest.mark.parametrize("way", [InSteps, Fused])
@pytest.mark.parametrize(("dtype", "apart"), [(torch.float32, 1e-5), (torch.bfloat16, 0.03)])
def test_a_token_attends_to_those_of_its_row_alone(way: type[InSteps] | type[Fused], dtype: torch.dtype, apart: float) -> None:
    qkv = torch.randn(TOKENS, 3 * WIDE, generator=torch.Generator().manual_seed(0))
    qkv[:, :WIDE] /= math.sqrt(WIDTH)
    attend = way(ROWS, TOKENS, WIDE, HEADS, dtype)
    for _ in range(2):  # of a second layer as of the first
        attend.qkv.copy_(qkv)
        attended = attend().float()
    expected = _defined(attend.qkv.float(), ROWS)
    for row in ROWS:
        own = slice(row.start, row.start + row.real)
        assert (attended[own] - expected[own]).abs().max() < apart
    assert not attended[ROWS[-1].end :].any(), "what belongs to no row is zero"


@pytest.mark.parametrize(
    ("cpu", "dtype", "way"),
    [
        ({"amx_bf16": True}, torch.bfloat16, Fused),
        ({"amx_bf16": True}, torch.float32, InSteps),
        ({"avx512_bf16": True}, torch.bfloat16, InSteps),
    ],
)
def test_the_way_is_chosen_by_the_cpu(
    cpu: dict[str, object], dtype: torch.dtype, way: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "_cpu", lambda: cpu)
    assert type(attention(ROWS, TOKENS, WIDE, HEADS, dtype)) is way
