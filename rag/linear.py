"""The linear layers of the encoder, in the fastest precision that this CPU multiplies in hardware."""

from __future__ import annotations

import platform
from abc import ABC, abstractmethod
from enum import Enum

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

    @property
    def attention(self) -> torch.dtype:
        """Of the products of attention, which are between tokens: no integers."""
        return torch.bfloat16 if self is Precision.INT8 and has_bfloat16() else self.dtype


def _cpu() -> dict[str, object]:
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return capabilities


def has_vnni() -> bool:
    """Whether the CPU adds products of integers in 32 bits, not in 16 where they may overflow."""
    cpu = _cpu()
    return bool(cpu.get("avx512_vnni") or cpu.get("avx_vnni"))


def multiplies_int8() -> bool:
    """Whether torch has a product of integers for this CPU: x86 from AVX2 on."""
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    return x86 and bool(_cpu().get("avx2")) and _has_onednn() and hasattr(torch.ops.onednn, "qlinear_pointwise")


def _has_onednn() -> bool:
    return bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]


def has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 in hardware (AMX, AVX512-BF16)."""
    cpu = _cpu()
    return bool(cpu.get("avx512_bf16")) or has_amx()


def has_amx() -> bool:
    """Whether the CPU multiplies whole tiles of bfloat16 at once."""
    return bool(_cpu().get("amx_bf16"))


def fastest_precision() -> Precision:
    """Int8 where torch multiplies it, which takes a third to two thirds less time than float32 and a fifth to a quarter less than AVX512-BF16
    (`python -m eval.bench precision`); bfloat16 with AMX, or where it is all there is."""
    if multiplies_int8() and not has_amx():
        return Precision.INT8
    return reading_precision()


def reading_precision() -> Precision:
    """The fastest of those that leave a score where it was: bfloat16 moves a reader's margin by 0.05 logits in the mean, int8 by 0.2.

    Answers hang on how margins compare with fixed numbers, so bfloat16 where the CPU multiplies it; elsewhere int8, for float32 takes too long.
    """
    if has_bfloat16():
        return Precision.BFLOAT16
    return Precision.INT8 if multiplies_int8() else Precision.FLOAT32


def described() -> str:
    """In what the models multiply here, for people."""
    reading, vectors = reading_precision().value, fastest_precision().value
    return reading if reading == vectors else f"{reading}, for vectors {vectors}"


class Linear(ABC):
    """`x @ weight.T + bias`, for `x` of shape (tokens, inputs)."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    @abstractmethod
    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        """Into `out`, shape (tokens, outputs), which is returned."""

    def activated(self, x: torch.Tensor) -> torch.Tensor:
        """`gelu` of it, shape (tokens, outputs)."""
        inner = self(x, x.new_empty(len(x), self.outputs))
        return torch.ops.aten.gelu.out(inner, out=inner)  # type: ignore[no-any-return]

    def added(self, x: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
        """It and `to`, shape (tokens, outputs)."""
        return self(x, torch.empty_like(to)).add_(to)


class Whole(Linear):
    """In the precision of the weight: shape (outputs, inputs)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__(len(weight))
        self._weight, self._bias = weight, bias

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        return torch.addmm(self._bias, x, self._weight.t(), out=out)


class Packed(Linear):
    """In bfloat16, the weight laid out once for the instructions that multiply it; what follows the product is done before it is rounded.

    With AMX a product of 256 tokens takes a fifth less time than with the weight as it comes, of 16 half.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__(len(weight))
        self._weight, self._bias = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16()), bias.bfloat16()

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        return out.copy_(torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], ""))

    def activated(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "gelu", [], "none")  # type: ignore[no-any-return]

    def added(self, x: torch.Tensor, to: torch.Tensor) -> torch.Tensor:
        return torch.ops.mkldnn._linear_pointwise.binary(x, to, self._weight, self._bias, "add")  # type: ignore[no-any-return]


_MIDDLE = 128  # the kernel wants a token's integers without a sign
# Added to a small float32 it leaves in the lowest bits the nearest integer, moved by the middle: two steps in one.
_ROUNDING = 1.5 * 2**23 + _MIDDLE


class EightBits(Linear):
    """In integers of eight bits: a token is whole multiples of its largest value / 127, and so is a row of the weight; of that / 64 where the
    CPU adds two products in 16 bits, which then cannot overflow (no VNNI).

    A scale for each token (vector-wise quantisation: Dettmers et al., 2022, LLM.int8(), section 3.1), since some hold a value twenty
    times the others': with one scale for all the error of a vector was 2.5 times as large, and what a passage means hung on those read with it.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__(len(weight))
        steps = 127 if has_vnni() else 64
        self._scale = (weight.abs().amax(1) / steps).clamp(min=1e-12)
        self._weight = torch.ops.onednn.qlinear_prepack((weight / self._scale[:, None]).round().to(torch.int8), None)
        self._zero = torch.zeros(len(weight), dtype=torch.int32)
        self._bias = bias
        # As long as a token: added as a single number it takes five times as long.
        self._rounding = torch.full((1, weight.shape[1]), _ROUNDING)

    def __call__(self, x: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        rounded = x.abs()
        scale = rounded.amax(1, keepdim=True).clamp_(min=1e-12).div_(127)
        torch.addcmul(self._rounding, x, scale.reciprocal(), out=rounded)
        product = torch.ops.onednn.qlinear_pointwise(
            rounded.view(torch.int32).to(torch.int8).view(torch.uint8),  # at once to uint8 takes five times as long
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
        if out.dtype == product.dtype:
            return torch.addcmul(self._bias, product, scale, out=out)
        return out.copy_(torch.addcmul(self._bias, product, scale, out=product))


def linear(weight: torch.Tensor, bias: torch.Tensor, precision: Precision) -> Linear:
    """The layer with a float32 `weight`, shape (outputs, inputs), and `bias`, shape (outputs,), in `precision`."""
    if precision is Precision.INT8:
        return EightBits(weight, bias)
    if precision is Precision.BFLOAT16 and has_bfloat16() and _has_onednn():
        return Packed(weight, bias)
    return Whole(weight.to(precision.dtype), bias.to(precision.dtype))
