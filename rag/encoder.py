"""The BERT encoder of the packaged model, run with torch alone.

`import sentence_transformers` takes about 4 s, most of it for training and hub code that answering one question never
runs; torch and tokenizers take 1 s. The vectors are those of sentence-transformers on the same weights (a test
compares them), so either may read what the other wrote.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from tokenizers import Encoding, Tokenizer

from rag.attention import Row, attention
from rag.cores import each, passes
from rag.linear import Precision, linear

# Torch prepares its products in bfloat16 and int8 for each shape that comes, and keeps what it prepared: with rows of a few lengths only, an
# ingest of 600 articles, with all of a batch read at once, held 240 MB less in the one and 340 in the other. So is the sum of their lengths held to a few. One question alone is short, and not worth the padding.
_ROW_TO, _SUM_TO = 16, 32


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
        self._folder = folder
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

    @cached_property
    def _pairs(self) -> Tokenizer:
        return load_tokenizer(self._folder, self.max_tokens)

    @cached_property
    def _single(self) -> Tokenizer:
        tokenizer = load_tokenizer(self._folder, None)
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    @cached_property
    def _untruncated(self) -> Tokenizer:
        return load_tokenizer(self._folder, None)

    def count(self, text: str) -> int:
        """Word pieces of `text`, the two marks around it included, before any truncation."""
        return len(self._untruncated.encode(text).ids)

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.eps)

    def _forward(self, ids: torch.Tensor, types: torch.Tensor, places: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
        """Last hidden states, shape (tokens, dimension), for the tokens of all `rows`, one behind the other; `types` are 0 for those of a pair's
        first text and 1 for its second, `places` their places in their rows."""
        x = self._embedded(ids, types, places)
        attend = attention(rows, len(ids), x.shape[1], self.heads, self.precision.attention)
        for layer in range(self.depth):
            at = f"encoder.layer.{layer}."
            self._linears[at + "attention.self.qkv"](x, attend.qkv)
            x = self._forward_of_each(at, x, attend())
        return x

    def _embedded(self, ids: torch.Tensor, types: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """What the first layer reads, shape (tokens, dimension)."""
        w = self.weights
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        x = x + F.embedding(places, w["embeddings.position_embeddings.weight"])
        return self._norm(x + F.embedding(types, w["embeddings.token_type_embeddings.weight"]), "embeddings.LayerNorm")

    def _forward_of_each(self, layer: str, x: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        """What `layer` makes of each token's `x`, shape (tokens, dimension), and of what it `attended` to."""
        x = self._linears[layer + "attention.output.dense"].added(attended.to(x.dtype), x)
        x = self._norm(x, layer + "attention.output.LayerNorm")
        inner = self._linears[layer + "intermediate.dense"].activated(x)
        return self._norm(self._linears[layer + "output.dense"].added(inner, x), layer + "output.LayerNorm")

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """The tokens of each text, cut at `max_tokens`."""
        return list(self._single.encode_batch(list(texts)))

    def encode_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Encoding]:
        """The tokens of each pair of texts; where both are longer than `max_tokens`, the second is cut."""
        return list(self._pairs.encode_batch(list(pairs)))

    def states(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[torch.Tensor]:
        """Last hidden states in float32, shape (len(ids), dimension), for (ids, types) of each row.

        In passes of some hundred tokens, rows of like length together, which the cores share.
        """
        order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
        parts = [[rows[i] for i in order[part]] for part in passes([len(rows[i][0]) for i in order])]
        read = itertools.chain.from_iterable(each(self._pass, parts))
        out = dict(zip(order, read, strict=True))
        return [out[i] for i in range(len(rows))]

    @torch.inference_mode()
    def _pass(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[torch.Tensor]:
        """`states` of rows that are read at once: products run over the tokens of all, one row behind the other, so that a short one beside a long
        one costs no more than it is long; attention runs within each."""
        padded = len(rows) > 1 and self.precision is not Precision.FLOAT32
        placed: list[Row] = []
        end = 0
        for own, _ in rows:
            start, end = end, end + (_up_to(len(own), _ROW_TO) if padded else len(own))
            placed.append(Row(start, end, len(own)))
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
