"""Attention and dropout for training on a CPU, where torch's own take longest.

Torch's fused attention has a slow backward pass in bfloat16 on a CPU, and its dropout draws each number anew: with these a step of 16 rows of 256
tokens takes 0.6 s instead of 1.4 on 2 cores.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

NAME = "slugline"  # what a model's `attn_implementation` is to be
_DRAWN = 1 << 24  # numbers drawn once, of which each dropout takes some from a random place on


class _Attention(torch.autograd.Function):
    """softmax(q k' + mask) v for q, k, v of shape (rows, tokens, width); the mask is 0 or minus a lot, shape (rows, 1, tokens)."""

    @staticmethod
    def forward(ctx: Any, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        weights = torch.bmm(q, k.transpose(1, 2)).add_(mask)
        weights = torch.softmax(weights, -1)
        ctx.save_for_backward(q, k, v, weights)
        return torch.bmm(weights, v)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        q, k, v, weights = ctx.saved_tensors
        grad = grads[0].contiguous()
        of_weights = torch.bmm(grad, v.transpose(1, 2))
        scores = torch._softmax_backward_data(of_weights, weights, -1, weights.dtype)
        return torch.bmm(scores, k), torch.bmm(scores.transpose(1, 2), q), torch.bmm(weights.transpose(1, 2), grad), None


def _attend(
    _module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """As transformers asks: from (batch, heads, tokens, width) each to (batch, tokens, heads, width)."""
    if dropout:
        raise ValueError("attention here drops nothing: set attention_probs_dropout_prob to 0")
    batch, heads, tokens, width = query.shape
    mask = query.new_zeros(batch, 1, tokens) if attention_mask is None else attention_mask[:, 0, :1]
    mask = mask.to(query.dtype)[:, None].expand(batch, heads, 1, tokens).reshape(-1, 1, tokens)
    q, k, v = (x.reshape(batch * heads, tokens, width) for x in (query * (scaling or width**-0.5), key, value))
    with torch.autocast("cpu", enabled=False):
        mixed: torch.Tensor = _Attention.apply(q, k, v, mask)  # type: ignore[no-untyped-call]
    return mixed.view(batch, heads, tokens, width).transpose(1, 2), None


AttentionInterface.register(NAME, _attend)
AttentionMaskInterface.register(NAME, eager_mask)


class Dropout(torch.nn.Module):
    """Dropout, of at most `_DRAWN` numbers at a time, that reuses what was drawn once, from another place at each call."""

    drawn: torch.Tensor | None = None

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p:
            return x
        if Dropout.drawn is None:
            Dropout.drawn = torch.rand(_DRAWN)
        at = int(torch.randint(_DRAWN - x.numel() + 1, ()))
        kept = (Dropout.drawn[at : at + x.numel()] >= self.p).view(x.shape)
        return x * kept.to(x.dtype).div_(1 - self.p)


def quicken(model: torch.nn.Module) -> None:
    """Put `Dropout` in the place of each of torch's in `model`."""
    for name, child in model.named_children():
        if isinstance(child, torch.nn.Dropout):
            setattr(model, name, Dropout(child.p))
        else:
            quicken(child)
