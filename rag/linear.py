"""The linear layers of the encoder, in the fastest precision that this CPU multiplies in hardware."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import torch


class Precision(str, Enum):
    """How the encoder multiplies."""

    BFLOAT16 = "bfloat16"
    INT8 = "int8"  # the products; all between them is float32
    FLOAT32 = "float32"

    @property
    def dtype(self) -> torch.dtype:
        """Of what goes from layer to layer."""
        return torch.bfloat16 if self is Precision.BFLOAT16 else torch.float32


def _cpu() -> dict[str, object]:
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return capabilities


def has_vnni() -> bool:
    """Whether the CPU adds products of integers in 32 bits, not in 16 where they may overflow."""
    cpu = _cpu()
    return bool(cpu.get("avx512_vnni") or cpu.get("avx_vnni"))


def multiplies_int8() -> bool:
    """Whether torch has a product of integers for this CPU: x86 from AVX2 on."""
    has_onednn = torch.backends.mkldnn.is_available() and hasattr(torch.ops.onednn, "qlinear_pointwise")  # type: ignore[no-untyped-call]
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    return x86 and bool(_cpu().get("avx2")) and has_onednn


def best_precision() -> Precision:
    """Bfloat16 where the CPU multiplies it (AMX, AVX512-BF16); else int8 where torch does, which takes a third to two thirds less time than
    float32 (`python -m eval.bench precision`)."""
    cpu = _cpu()
    if cpu.get("amx_bf16") or cpu.get("avx512_bf16"):
        return Precision.BFLOAT16
    return Precision.INT8 if multiplies_int8() else Precision.FLOAT32


class Linear(Protocol):
    """`x @ weight.T + bias`."""

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        """For `x`, shape (tokens, inputs), into `out`, shape (tokens, outputs), which is returned."""


@dataclass(frozen=True)
class Whole:
    """In the precision of the weight: shape (outputs, inputs)."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        return torch.addmm(self.bias, x, self.weight.t(), out=out)


_MIDDLE = 128  # the kernel wants a token's integers without a sign


class EightBits:
    """In integers of eight bits: a token is whole multiples of its largest value / 127, and so is a row of the weight; of that / 64 where the
    CPU adds two products in 16 bits, which then cannot overflow (no VNNI).

    A scale for each token (vector-wise quantisation: Dettmers et al., 2022, LLM.int8(), section 3.1), since some hold a value twenty
    times the others': with one scale for all the error of a vector was 2.5 times as large, and what a passage means hung on those read with it.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        steps = 127 if has_vnni() else 64
        self._scale = (weight.abs().amax(1) / steps).clamp(min=1e-12)
        self._weight = torch.ops.onednn.qlinear_prepack((weight / self._scale[:, None]).round().to(torch.int8), None)
        self._zero = torch.zeros(len(weight), dtype=torch.int32)
        self._bias = bias

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        scaled = x.abs()
        scale = scaled.amax(1, keepdim=True).clamp_(min=1e-12).div_(127)
        steps = torch.mul(x, scale.reciprocal(), out=scaled).round_().to(torch.int8)  # to uint8 takes five times as long
        steps -= _MIDDLE  # the same as to add it, in eight bits
        product = torch.ops.onednn.qlinear_pointwise(
            steps.view(torch.uint8),
            1.0,
            _MIDDLE,
            self._weight,
            self._scale,
            self._zero,
            None,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.addcmul(self._bias, product, scale, out=out)


def linear(weight: torch.Tensor, bias: torch.Tensor, precision: Precision) -> Linear:
    """The layer with a float32 `weight`, shape (outputs, inputs), and `bias`, shape (outputs,), in `precision`."""
    if precision is Precision.INT8:
        return EightBits(weight, bias)
    return Whole(weight.to(precision.dtype), bias.to(precision.dtype))
