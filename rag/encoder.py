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


def has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware (AMX or AVX512-BF16); without it bfloat16 is the slower one."""
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


CORES = torch.get_num_threads()  # those torch would use, or OMP_NUM_THREADS


def share_cores(threads: int) -> None:
    """Give the calling thread's products its share of the cores while `threads` run models at once: with all cores to each they
    wait for one another (20 questions at once took a twentieth longer on 2 cores)."""
    torch.set_num_threads(max(1, CORES // threads))


# Torch prepares its products for each shape that comes, and keeps what it prepared: with rows of a few lengths only, an ingest of 600
# articles holds 240 MB less and is a little faster. One question alone is short, and not worth the padding.
_PADDED_TO = 16


def load_tokenizer(folder: Path, max_tokens: int | None) -> Tokenizer:
    """The tokenizer in `folder`, cutting at `max_tokens` (None: never); it pads nothing, `Encoder` does."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    if max_tokens is None:
        tokenizer.no_truncation()
    else:  # of a pair only the second is cut: a question is never lost
        tokenizer.enable_truncation(max_tokens, strategy="only_second")
    return tokenizer


# Bytes of attention weights at a time. On 2 cores with 1 MB of cache each and 32 MB between them, 32 rows of 256 tokens take 355 ms in bfloat16
# so and 394 ms in one go, of 208 tokens 297 and 314; of 128 tokens there is no difference.
_WEIGHED = 6 << 20

_EMBEDDINGS = "embeddings."  # what the weights before the first layer are called


@lru_cache(maxsize=2)
def _embeddings(folder: Path, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Two thirds of a small model, and the same for all that are fine-tuned from it here: held once."""
    with safe_open(folder / "model.safetensors", "pt") as file:
        names = [name for name in file.keys() if name.startswith(_EMBEDDINGS)]  # noqa: SIM118  # no mapping
        return {name: value.to(dtype) for name in names if (value := file.get_tensor(name)).is_floating_point()}


@dataclass(frozen=True)
class _Room:
    """What each layer of one pass writes to in its turn. Memory that is asked of the system for each product comes a page at a time: in 32 rows of
    256 tokens it took an eighth of the pass."""

    qkv: torch.Tensor  # (batch * tokens, 3 * dimension)
    parts: torch.Tensor  # (3, batch, heads, tokens, dimension / heads): queries, keys and values, head by head
    weighed: torch.Tensor  # (some heads, tokens, tokens)
    mixed: torch.Tensor  # (batch * heads, tokens, dimension / heads)
    attended: torch.Tensor  # (batch * tokens, dimension)
    inner: torch.Tensor  # (batch * tokens, inner)
    added: torch.Tensor  # (batch * tokens, dimension): what is added to the layer's input

    @classmethod
    def of(cls, x: torch.Tensor, heads: int, batch: int, tokens: int, inner: int) -> _Room:
        """For a pass over `x`, shape (batch * tokens, dimension)."""
        wide = x.shape[1]
        some = min(batch * heads, max(1, _WEIGHED // (tokens * tokens * x.element_size())))
        return cls(
            qkv=x.new_empty(len(x), 3 * wide),
            parts=x.new_empty(3, batch, heads, tokens, wide // heads),
            weighed=x.new_empty(some, tokens, tokens),
            mixed=x.new_empty(batch * heads, tokens, wide // heads),
            attended=x.new_empty(len(x), wide),
            inner=x.new_empty(len(x), inner),
            added=x.new_empty(len(x), wide),
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
        dtype: torch.dtype = torch.float32,
        layers: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.depth: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.eps: float = config["layer_norm_eps"]
        self.max_tokens = max_tokens
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
        weights = {name: value.to(dtype) for name, value in loaded.items() if value.is_floating_point()}
        for layer in range(self.depth):  # one product for query, key and value instead of three
            at = f"encoder.layer.{layer}.attention.self."
            for kind in ("weight", "bias"):
                weights[f"{at}qkv.{kind}"] = torch.cat([weights.pop(f"{at}{part}.{kind}") for part in ("query", "key", "value")])
        self.weights = weights | _embeddings(folder, dtype)

    def count(self, text: str) -> int:
        """Word pieces of `text`, the two marks around it included, before any truncation."""
        return len(self._untruncated.encode(text).ids)

    def _linear(self, x: torch.Tensor, name: str, out: torch.Tensor) -> torch.Tensor:
        return torch.addmm(self.weights[f"{name}.bias"], x, self.weights[f"{name}.weight"].t(), out=out)

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.eps)

    @torch.inference_mode()
    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor | None = None) -> torch.Tensor:
        """Last hidden states, shape (batch, tokens, dimension), for `ids`, a boolean `mask` of real tokens, and `types`: 0 for
        tokens of a pair's first text, 1 for its second (None: all 0)."""
        w = self.weights
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        x = x + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        table = w["embeddings.token_type_embeddings.weight"]
        x = self._norm(x + (table[0] if types is None else F.embedding(types, table)), "embeddings.LayerNorm").flatten(0, 1)
        hide = None if bool(mask.all()) else torch.zeros_like(mask, dtype=x.dtype).masked_fill_(~mask, -math.inf)
        batch, tokens = ids.shape
        room = _Room.of(x, self.heads, batch, tokens, len(w["encoder.layer.0.intermediate.dense.bias"]))
        for layer in range(self.depth):
            at = f"encoder.layer.{layer}."
            self._linear(x, at + "attention.self.qkv", room.qkv)
            added = self._linear(self._attended(room, hide), at + "attention.output.dense", room.added)
            x = self._norm(added.add_(x), at + "attention.output.LayerNorm")
            inner = self._linear(x, at + "intermediate.dense", room.inner)
            torch.ops.aten.gelu.out(inner, out=inner)
            x = self._norm(self._linear(inner, at + "output.dense", room.added).add_(x), at + "output.LayerNorm")
        return x.view(batch, tokens, -1)

    def _attended(self, room: _Room, hide: torch.Tensor | None) -> torch.Tensor:
        """Attention of each token over those of its row: shape (batch * tokens, dimension), from `room.qkv` and, where
        rows are padded, 0 for a token and minus infinity for padding, shape (batch, tokens).

        The same as torch's scaled_dot_product_attention, whose bfloat16 kernel for a CPU takes twice as long from 128 tokens on. Some
        heads at a time: what they weigh stays in the cache.
        """
        _, batch, heads, tokens, width = room.parts.shape
        room.parts.copy_(room.qkv.view(batch, tokens, 3, heads, width).permute(2, 0, 3, 1, 4))
        q, k, v = room.parts.flatten(1, 2)
        hidden = None if hide is None else hide[:, None].expand(batch, heads, tokens).reshape(-1, 1, tokens)
        some = len(room.weighed)
        for at in range(0, len(q), some):
            weights = room.weighed[: len(q) - at]
            torch.bmm(q[at : at + some], k[at : at + some].transpose(1, 2), out=weights)
            if hidden is not None:
                weights.add_(hidden[at : at + some])
            torch.softmax(weights, -1, out=weights)
            torch.bmm(weights, v[at : at + some], out=room.mixed[at : at + some])
        room.attended.view(batch, tokens, heads, width).copy_(room.mixed.view(batch, heads, tokens, width).transpose(1, 2))
        return room.attended

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """The tokens of each text, cut at `max_tokens`."""
        return list(self._single.encode_batch(list(texts)))

    def encode_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Encoding]:
        """The tokens of each pair of texts; where both are longer than `max_tokens`, the second is cut."""
        return list(self._pairs.encode_batch(list(pairs)))

    def states(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[torch.Tensor, torch.Tensor]:
        """`hidden` for (ids, types) of each row."""
        longest = max(len(ids) for ids, _ in rows)
        if len(rows) > 1:
            longest = -(-longest // _PADDED_TO) * _PADDED_TO
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        types = torch.zeros_like(ids)
        mask = torch.zeros(len(rows), longest, dtype=torch.bool)
        for row, (own_ids, own_types) in enumerate(rows):
            ids[row, : len(own_ids)] = torch.tensor(own_ids)
            types[row, : len(own_ids)] = torch.tensor(own_types)
            mask[row, : len(own_ids)] = True
        return self.forward(ids, mask, types).float(), mask

    def hidden(self, encoded: Sequence[Encoding]) -> tuple[torch.Tensor, torch.Tensor]:
        """Last hidden states in float32, shape (len(encoded), tokens, dimension), and the boolean mask of real tokens."""
        return self.states([(e.ids, e.type_ids) for e in encoded])

    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors, float32, shape (len(texts), dimension): the mean of the token vectors, as the model was trained."""
        hidden, mask = self.hidden(self.encode(texts))
        weight = mask[:, :, None].float()
        return F.normalize((hidden * weight).sum(1) / weight.sum(1), dim=1)
