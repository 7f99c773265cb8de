"""Products in eight bits come near those in float32, token by token; the precision is chosen by what the CPU has."""

from __future__ import annotations

import pytest
import torch

from rag import linear
from rag.linear import (
    EightBits,
    Packed,
    Precision,
    Whole,
    fastest_precision,
    has_bfloat16,
    has_vnni,
    multiplies_int8,
    reading_precision,
)

needs_int8 = pytest.mark.skipif(not multiplies_int8(), reason="torch has no product of integers for this CPU")


@pytest.fixture(params=[True, False], ids=["VNNI", "no VNNI"])
def layers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Whole, EightBits]:
    """One layer in float32 and in integers, on a CPU with VNNI (as this one may not be: then its eight bits overflow) and on one without."""
    if request.param and not has_vnni():
        pytest.skip("this CPU has no VNNI")
    monkeypatch.setattr(linear, "has_vnni", lambda: request.param)
    generator = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(1536, 384, generator=generator) * 0.05, torch.randn(1536, generator=generator)
    return Whole(weight, bias), EightBits(weight, bias)


def _both(layers: tuple[Whole, EightBits], x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    exact, near = (layer(x, x.new_empty(len(x), 1536)) for layer in layers)
    return exact, near


@needs_int8
def test_integers_come_near_float32(layers: tuple[Whole, EightBits]) -> None:
    x = torch.randn(50, 384, generator=torch.Generator().manual_seed(1))
    exact, near = _both(layers, x)
    assert (exact - near).norm() / exact.norm() < 0.02


@needs_int8
def test_a_token_with_large_values_blurs_no_other(layers: tuple[Whole, EightBits]) -> None:
    x = torch.randn(50, 384, generator=torch.Generator().manual_seed(1))
    _, before = _both(layers, x)
    x[7] *= 1000
    exact, after = _both(layers, x)
    others = torch.arange(50) != 7
    assert torch.equal(before[others], after[others])
    assert (exact[7] - after[7]).norm() / exact[7].norm() < 0.02


@needs_int8
def test_largest_values_do_not_overflow(layers: tuple[Whole, EightBits]) -> None:
    layer = type(layers[1])(torch.ones(64, 384), torch.zeros(64))
    x = torch.ones(3, 384)
    x[1] = -1
    assert torch.allclose(layer(x, torch.empty(3, 64)), torch.tensor([384.0, -384.0, 384.0])[:, None].expand(3, 64), rtol=1e-4)


@needs_int8
def test_a_token_of_zeros_is_the_bias(layers: tuple[Whole, EightBits]) -> None:
    exact, near = _both(layers, torch.zeros(2, 384))
    assert torch.equal(exact, near)


@pytest.mark.skipif(not has_bfloat16(), reason="this CPU multiplies no bfloat16")
@pytest.mark.parametrize("tokens", [1, 17, 256])
def test_a_packed_weight_does_what_a_whole_one_does(tokens: int) -> None:
    generator = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(384, 384, generator=generator) * 0.05, torch.randn(384, generator=generator)
    exact, packed = Whole(weight, bias), linear.linear(weight, bias, Precision.BFLOAT16)
    x, to = (torch.randn(tokens, 384, generator=generator) for _ in range(2))
    fast, fast_to = x.bfloat16(), to.bfloat16()
    pairs = (
        (exact(x, torch.empty_like(x)), packed(fast, torch.empty_like(fast))),
        (exact.activated(x), packed.activated(fast)),
        (exact.added(x, to), packed.added(fast, fast_to)),
    )
    assert isinstance(packed, Packed)
    for slow, quick in pairs:
        assert quick.dtype is torch.bfloat16
        assert (slow - quick.float()).norm() / slow.norm() < 0.01


@pytest.mark.parametrize(
    ("cpu", "vectors", "reading"),
    [
        pytest.param(
            {"avx2": True, "avx512_vnni": True, "avx512_bf16": True}, Precision.INT8, Precision.BFLOAT16, marks=needs_int8
        ),
        ({"avx2": True, "avx512_vnni": True, "avx512_bf16": True, "amx_bf16": True}, Precision.BFLOAT16, Precision.BFLOAT16),
        pytest.param({"avx2": True, "avx_vnni": True}, Precision.INT8, Precision.INT8, marks=needs_int8),
        pytest.param({"avx2": True}, Precision.INT8, Precision.INT8, marks=needs_int8),
        ({"sse4_2": True}, Precision.FLOAT32, Precision.FLOAT32),
        ({}, Precision.FLOAT32, Precision.FLOAT32),
    ],
)
def test_the_fastest_precision_of_the_cpu_is_taken(
    cpu: dict[str, object], vectors: Precision, reading: Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "_cpu", lambda: cpu)
    assert (fastest_precision(), reading_precision()) == (vectors, reading)


def test_without_integers_bfloat16_is_taken_for_vectors_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "_cpu", lambda: {"avx2": True, "avx512_bf16": True})
    monkeypatch.setattr(linear, "multiplies_int8", lambda: False)
    assert fastest_precision() is reading_precision() is Precision.BFLOAT16


@needs_int8
def test_attention_is_in_bfloat16_where_the_cpu_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for cpu, dtype in (({"avx512_bf16": True}, torch.bfloat16), ({"avx2": True}, torch.float32)):
        monkeypatch.setattr(linear, "_cpu", lambda cpu=cpu: cpu)
        assert Precision.INT8.attention is dtype
