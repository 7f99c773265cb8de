"""Attention of each token over those of its row, in the way that this CPU is fastest at."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
import torch.nn.functional as F

from rag.linear import has_amx


@dataclass(frozen=True)
class Row:
    """Where a row's tokens lie among those of all rows of a pass: from `start` to `end`, of which the first `real` are its own and the rest padding."""

    start: int
    end: int
    real: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Attention(ABC):
    """The attention of each layer of one pass, in turn: over `tokens`, those of all `rows`, one behind the other, and what pads them.

    A layer's queries, already scaled, keys and values are to be put into `qkv`, shape (tokens, 3 * dimension).
    """

    def __init__(self, rows: Sequence[Row], tokens: int, dimension: int, heads: int, dtype: torch.dtype) -> None:
        self.qkv = torch.empty(tokens, 3 * dimension, dtype=dtype)
        self._attended = torch.zeros(tokens, dimension, dtype=dtype)
        self._rows, self._heads, self._width = rows, heads, dimension // heads

    @abstractmethod
    def __call__(self) -> torch.Tensor:
        """What each token takes from those of its row: shape (tokens, dimension). What belongs to no row is zero."""


class InSteps(Attention):
    """The products, and softmax between them, one after the other. A row at a time: what its heads weigh stays in the cache.

    Memory is asked for once: asked of the system for each product, it comes a page at a time, and in 32 rows of 256 tokens that took
    an eighth of the pass.
    """

    def __init__(self, rows: Sequence[Row], tokens: int, dimension: int, heads: int, dtype: torch.dtype) -> None:
        super().__init__(rows, tokens, dimension, heads, dtype)
        longest = max(row.length for row in rows)
        self._parts = torch.empty(3 * longest * dimension, dtype=dtype)  # queries, keys and values, head by head
        self._weighed = torch.empty(heads * longest**2, dtype=dtype)  # head by head: what each token takes from each
        self._mixed = torch.empty(longest * dimension, dtype=dtype)  # head by head

    def __call__(self) -> torch.Tensor:
        for row in self._rows:
            self._attend(row)
        return self._attended

    def _attend(self, row: Row) -> None:
        tokens, heads, width = row.length, self._heads, self._width
        wide = heads * width
        parts = self._parts[: 3 * tokens * wide].view(3, heads, tokens, width)
        parts.copy_(self.qkv[row.start : row.end].view(tokens, 3, heads, width).permute(1, 2, 0, 3))
        queries, keys, values = parts
        weights = self._weighed[: heads * tokens**2].view(heads, tokens, tokens)
        torch.bmm(queries, keys.transpose(1, 2), out=weights)
        if row.real < tokens:
            weights[:, :, row.real :] = -math.inf
        torch.softmax(weights, -1, out=weights)
        mixed = self._mixed[: tokens * wide].view(heads, tokens, width)
        torch.bmm(weights, values, out=mixed)
        self._attended[row.start : row.end].view(tokens, heads, width).copy_(mixed.transpose(0, 1))


class Fused(Attention):
    """Torch's scaled_dot_product_attention, for rows of one length at once. Where it multiplies with AMX it takes about half as long as the
    steps; without, twice as long from 128 tokens on."""

    def __init__(self, rows: Sequence[Row], tokens: int, dimension: int, heads: int, dtype: torch.dtype) -> None:
        super().__init__(rows, tokens, dimension, heads, dtype)
        alike = [list(group) for _, group in groupby(rows, lambda row: row.length)]
        self._groups = [(slice(group[0].start, group[-1].end), len(group), self._mask(group)) for group in alike]

    def _mask(self, rows: Sequence[Row]) -> torch.Tensor | None:
        """What is added to the weights of padding: shape (rows, 1, 1, length)."""
        if all(row.real == row.length for row in rows):
            return None
        mask = torch.zeros(len(rows), 1, 1, rows[0].length, dtype=self.qkv.dtype)
        for at, row in enumerate(rows):
            mask[at, :, :, row.real :] = -math.inf
        return mask

    def __call__(self) -> torch.Tensor:
        for place, rows, mask in self._groups:
            parts = self.qkv[place].view(rows, -1, 3, self._heads, self._width)
            queries, keys, values = parts.permute(2, 0, 3, 1, 4)
            mixed = F.scaled_dot_product_attention(queries, keys, values, mask, scale=1.0)
            self._attended[place] = mixed.transpose(1, 2).flatten(2).flatten(0, 1)
        return self._attended


def attention(rows: Sequence[Row], tokens: int, dimension: int, heads: int, dtype: torch.dtype) -> Attention:
    """The fastest here; arguments as for `Attention`."""
    way: type[Attention] = Fused if dtype is torch.bfloat16 and has_amx() else InSteps
    return way(rows, tokens, dimension, heads, dtype)
