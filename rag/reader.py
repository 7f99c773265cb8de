"""The reader: does this passage answer the question, and in which sentence? A small model of our own, trained by `train/reader.py`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embed import PackagedEmbedder
from rag.product import product
from rag.question.wordings import in_words_of
from rag.types import Span

if TYPE_CHECKING:
    from rag.encoder import Encoder

MODEL_FOLDER = Path(__file__).parent / "models" / "reader"
MAX_TOKENS = 320  # question, marks and passage: passages hold up to 256 word pieces
LONGEST_ANSWER = 40  # tokens
BATCH = 32  # passages in memory at once, some 400 kB each

REINSTALL = "reinstall Slugline, or make it again with train/reader.py"


class Reader:
    """Points at the answer in a passage, or says that the passage does not tell.

    Six layers of its own on the packaged model's word embeddings, eight bits on disk, read in the precision
    that is fastest here. Loads on first use.
    """

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self.folder = folder

    @cached_property
    def _model(self) -> tuple[Encoder, np.ndarray, np.ndarray]:
        from rag.encoder import Encoder
        from rag.linear import reading_precision
        from rag.weights import load_weights

        weights = {name.removeprefix("bert."): value for name, value in load_weights(self.folder, REINSTALL).items()}
        head, bias = weights.pop("qa_outputs.weight"), weights.pop("qa_outputs.bias")
        return Encoder(PackagedEmbedder().folder, MAX_TOKENS, reading_precision(), weights), head.numpy(), bias.numpy()

    def read(self, question: str, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[np.ndarray]:
        """For each text, one margin for each of its `spans` (character ranges): float32, shape (len(spans[i]),). Each is asked in its own words.

        A margin is the score of the best answer that begins in the span, less that of 'the passage does not tell', in
        logits: above 0 the span answers rather than not. A span beyond MAX_TOKENS gets the lowest margin of its text.
        """
        readings: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        order = sorted(set(texts), key=len)
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            encoder, head, bias = self._model
            encoded = encoder.encode_pairs([(in_words_of(question, text), text) for text in batch])
            for text, e, states in zip(batch, encoded, encoder.hidden(encoded), strict=True):
                scores = product(states.numpy(), head.T) + bias
                readings[text] = (scores, np.array(e.offsets), np.array(e.type_ids))
        return [_margins(*readings[text], of_text) for text, of_text in zip(texts, spans, strict=True)]


def _margins(scores: np.ndarray, offsets: np.ndarray, types: np.ndarray, spans: Sequence[Span]) -> np.ndarray:
    null = scores[0].sum()
    text = (types == 1) & (offsets[:, 1] > offsets[:, 0])
    best = []
    for span in spans:
        inside = np.flatnonzero(text & (offsets[:, 0] < span.end) & (offsets[:, 1] > span.start))
        if not len(inside):
            best.append(np.nan)
            continue
        pairs = np.triu(np.add.outer(scores[inside, 0], scores[inside, 1]))
        allowed = np.triu(np.ones_like(pairs, dtype=bool)) & ~np.triu(np.ones_like(pairs, dtype=bool), LONGEST_ANSWER)
        best.append(pairs[allowed].max() - null)
    margins = np.array(best, dtype=np.float32)
    lowest = np.nanmin(margins) if len(margins) and not np.isnan(margins).all() else 0.0
    return np.nan_to_num(margins, nan=float(lowest))
