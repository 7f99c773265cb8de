"""The BERT encoder of the packaged model, run with torch alone.

`import sentence_transformers` takes about 4 s, most of it for training and hub code that answering one question never
runs; torch and tokenizers take 1 s. The vectors are those of sentence-transformers on the same weights (a test
compares them), so either may read what the other wrote.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from tokenizers import Encoding, Tokenizer

from rag.linear import Precision, linear

CORES = torch.get_num_threads()  # those torch would use, or OMP_NUM_THREADS


def share_cores(threads: int) -> None:
    """Give the calling thread's products its share of the cores while `threads` run models at once: with all cores to each they
    wait for one another (20 questions at once took a twentieth longer on 2 cores)."""
    torch.set_num_threads(max(1, CORES // threads))


# Torch prepares its products in bfloat16 and int8 for each shape that comes, and keeps what it prepared: with rows of a few lengths only, an
# ingest of 600 articles holds 240 MB less in the one and 340 in the other. So is the sum of their lengths held to a few. One question alone is short, and not worth the padding.
_ROW_TO, _SUM_TO = 16, 64

# What lies between two products is read again at once: of so many tokens a core still has it in its cache. In int8 2,048 tokens took 209 ms in
# blocks of 256, 226 of 128, 205 of 512 and 292 in one; in bfloat16 all about the same.
_BLOCK = 256


def load_tokenizer(folder: Path, max_tokens: int | None) -> Tokenizer:
    """The tokenizer in `folder`, cutting at `max_tokens` (None: never); it pads nothing, `Encoder` does."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if max_tokens is None:
        tokenizer.no_truncation()
    else:  # of a pair only the second is cut: a question is never lost
        tokenizer.enable_truncation(max_tokens, strategy="only_second")
    return tokenizer


_EMBEDDINGS = "embeddings."  # what the weights before the first layer are called


@lru_cache(maxsize=2)
def _embeddings(folder: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Two thirds of a small model, and the same for all that are fine-tuned from it here: held once."""
    with safe_open(folder / "model.safetensors", "pt") as file:
        names = [name for name in file.keys() if name.startswith(_EMBEDDINGS)]  # noqa: SIM118  # no mapping
        return {name: value.to(dtype) for name in names if (value := file.get_tensor(name)).is_floating_point()}


@dataclass(frozen=True)
class _Row:
    """Where a row's tokens lie among those of all rows: from `start` to `end`, of which the first `real` are its own and the rest padding."""

    start: int
    end: int
    real: int


@dataclass(frozen=True)
class _Room:
    """What attention of each layer of one pass writes to in its turn. Memory that is asked of the system for each product comes a page at a time: in
    32 rows of 256 tokens it took an eighth of the pass."""

    qkv: torch.Tensor  # (tokens, 3 * dimension)
    parts: torch.Tensor  # of the longest row: queries, keys and values, head by head
    weighed: torch.Tensor  # of the longest row, head by head: what each token takes from each
    mixed: torch.Tensor  # of the longest row, head by head
    attended: torch.Tensor  # (tokens, dimension)

    @classmethod
    def of(cls, rows: Sequence[_Row], tokens: int, dimension: int, heads: int, dtype: torch.dtype) -> _Room:
        """For a pass over `tokens`, those of all `rows` and what pads them."""
        longest = max(row.end - row.start for row in rows)
        return cls(
            qkv=torch.empty(tokens, 3 * dimension, dtype=dtype),
            parts=torch.empty(3 * longest * dimension, dtype=dtype),
            weighed=torch.empty(heads * longest**2, dtype=dtype),
            mixed=torch.empty(longest * dimension, dtype=dtype),
            attended=torch.zeros(tokens, dimension, dtype=dtype),  # what belongs to no row is never attended
        )


class Encoder:
    """A BERT encoder from `folder` (config.json, model.safetensors, tokenizer.json).

    `layers` replaces weights of the folder's model by name, those of its embeddings apart: a model fine-tuned from it
    ships only what differs.
    """

    def __init__(
        self,
        folder: Path,
        max_tokens: int,
        precision: Precision = Precision.FLOAT32,
        layers: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.depth: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.eps: float = config["layer_norm_eps"]
        self.max_tokens = max_tokens
        self.precision = precision
        self._pairs = load_tokenizer(folder, max_tokens)
        self._single = Tokenizer.from_str(self._pairs.to_str())
        self._single.enable_truncation(max_tokens)
        self._untruncated = load_tokenizer(folder, None)
        loaded = dict(layers or {})
        with safe_open(folder / "model.safetensors", "pt") as file:
            for name in file.keys():  # noqa: SIM118  # no mapping
                if name not in loaded and not name.startswith(_EMBEDDINGS):
                    loaded[name] = file.get_tensor(name)
        for layer in range(self.depth):  # attention scales queries: once here, not in each pass
            for kind in ("weight", "bias"):
                name = f"encoder.layer.{layer}.attention.self.query.{kind}"
                loaded[name] = loaded[name] / math.sqrt(config["hidden_size"] // self.heads)
        weights = {name: value.float() for name, value in loaded.items() if value.is_floating_point()}
        for layer in range(self.depth):  # one product for query, key and value instead of three
            at = f"encoder.layer.{layer}.attention.self."
            for kind in ("weight", "bias"):
                weights[f"{at}qkv.{kind}"] = torch.cat([weights.pop(f"{at}{part}.{kind}") for part in ("query", "key", "value")])
        names = [
            f"encoder.layer.{layer}.{name}"
            for layer in range(self.depth)
            for name in ("attention.self.qkv", "attention.output.dense", "intermediate.dense", "output.dense")
        ]
        self._linears = {name: linear(weights.pop(f"{name}.weight"), weights.pop(f"{name}.bias"), precision) for name in names}
        self.weights = {name: value.to(precision.dtype) for name, value in weights.items()} | _embeddings(folder, precision.dtype)
        self._inner: int = config["intermediate_size"]

    def count(self, text: str) -> int:
        """Word pieces of `text`, the two marks around it included, before any truncation."""
        return len(self._untruncated.encode(text).ids)

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.eps)

    @torch.inference_mode()
    def _forward(self, ids: torch.Tensor, types: torch.Tensor, places: torch.Tensor, rows: Sequence[_Row]) -> torch.Tensor:
        """Last hidden states, shape (tokens, dimension), for the tokens of all `rows`, one behind the other; `types` are 0 for those of a pair's
        first text and 1 for its second, `places` their places in their rows."""
        step = _BLOCK * torch.get_num_threads()
        blocks = [slice(at, at + step) for at in range(0, len(ids), step)]
        xs = [self._embedded(ids[block], types[block], places[block]) for block in blocks]
        room = _Room.of(rows, len(ids), xs[0].shape[1], self.heads, self.precision.attention)
        for layer in range(self.depth):
            at = f"encoder.layer.{layer}."
            for x, block in zip(xs, blocks, strict=True):
                self._linears[at + "attention.self.qkv"](x, room.qkv[block])
            for row in rows:
                self._attend(room, row)
            xs = [self._forward_of_each(at, x, room.attended[block]) for x, block in zip(xs, blocks, strict=True)]
        return torch.cat(xs)

    def _embedded(self, ids: torch.Tensor, types: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """What the first layer reads, shape (tokens, dimension)."""
        w = self.weights
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        x = x + F.embedding(places, w["embeddings.position_embeddings.weight"])
        return self._norm(x + F.embedding(types, w["embeddings.token_type_embeddings.weight"]), "embeddings.LayerNorm")

    def _forward_of_each(self, layer: str, x: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        """What `layer` makes of each token's `x`, shape (tokens, dimension), and of what it `attended` to."""
        added = self._linears[layer + "attention.output.dense"](attended.to(x.dtype), torch.empty_like(x))
        x = self._norm(added.add_(x), layer + "attention.output.LayerNorm")
        inner = self._linears[layer + "intermediate.dense"](x, x.new_empty(len(x), self._inner))
        torch.ops.aten.gelu.out(inner, out=inner)
        return self._norm(self._linears[layer + "output.dense"](inner, added).add_(x), layer + "output.LayerNorm")

    def _attend(self, room: _Room, row: _Row) -> None:
        """Attention of each token of `row` over its own, from `room.qkv` to `room.attended`.

        The same as torch's scaled_dot_product_attention, whose bfloat16 kernel for a CPU takes twice as long from 128 tokens on. A
        row at a time: what its heads weigh stays in the cache.
        """
        tokens, heads, wide = row.end - row.start, self.heads, room.attended.shape[1]
        width = wide // heads
        parts = room.parts[: 3 * tokens * wide].view(3, heads, tokens, width)
        parts.copy_(room.qkv[row.start : row.end].view(tokens, 3, heads, width).permute(1, 2, 0, 3))
        queries, keys, values = parts
        weights = room.weighed[: heads * tokens**2].view(heads, tokens, tokens)
        torch.bmm(queries, keys.transpose(1, 2), out=weights)
        if row.real < tokens:
            weights[:, :, row.real :] = -math.inf
        torch.softmax(weights, -1, out=weights)
        mixed = room.mixed[: tokens * wide].view(heads, tokens, width)
        torch.bmm(weights, values, out=mixed)
        room.attended[row.start : row.end].view(tokens, heads, width).copy_(mixed.transpose(0, 1))

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """The tokens of each text, cut at `max_tokens`."""
        return list(self._single.encode_batch(list(texts)))

    def encode_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Encoding]:
        """The tokens of each pair of texts; where both are longer than `max_tokens`, the second is cut."""
        return list(self._pairs.encode_batch(list(pairs)))

    def states(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[torch.Tensor]:
        """Last hidden states in float32, shape (len(ids), dimension), for (ids, types) of each row.

        The products run over the tokens of all rows, one row behind the other, so that a short one beside a long one costs no more than
        it is long; attention runs row by row.
        """
        padded = len(rows) > 1 and self.precision is not Precision.FLOAT32
        placed: list[_Row] = []
        end = 0
        for own, _ in rows:
            start, end = end, end + (_up_to(len(own), _ROW_TO) if padded else len(own))
            placed.append(_Row(start, end, len(own)))
        ids, types, places = torch.zeros(3, _up_to(end, _SUM_TO) if padded else end, dtype=torch.long)
        for row, (own, own_types) in zip(placed, rows, strict=True):
            real = slice(row.start, row.start + row.real)
            ids[real], types[real], places[real] = torch.tensor(own), torch.tensor(own_types), torch.arange(row.real)
        out = self._forward(ids, types, places, placed).float()
        return [out[row.start : row.start + row.real] for row in placed]

    def hidden(self, encoded: Sequence[Encoding]) -> list[torch.Tensor]:
        """`states` of what `encode` or `encode_pairs` gave."""
        return self.states([(e.ids, e.type_ids) for e in encoded])

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors, float32, shape (len(texts), dimension): the mean of the token vectors, as the model was trained."""
        return F.normalize(torch.stack([states.mean(0) for states in self.hidden(self.encode(texts))]), dim=1)


def _up_to(length: int, step: int) -> int:
    """The next multiple of `step` from `length` on."""
    return -(-length // step) * step
