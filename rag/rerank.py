"""Rerankers: read question and passage together, for the few best passages that comparing them apart has found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from rag.errors import SluglineError
from rag.reader import Reader
from rag.types import Span

PACKAGED, NONE = "packaged", "none"
# What a logit of the reader's margin is worth in log odds of the ranking. On 916 development questions, eight passages read in part, with the reader
# before the present one: hit@1 0.883 and MRR 0.912 without, 0.896 and 0.919 at 0.1, 0.891 and 0.917 at 0.2, 0.880 and 0.911 at 0.3; with the present
# one, at 0.2, 0.902 and 0.926.
SLOPE = 0.2
FURTHEST = 10.0  # logits beyond which a margin counts no more
READS = 450  # characters of a passage, beside its title; with the reader before, at 0.2, MRR 0.914 for 350 and 550, 0.918 for all of it


class ReaderReranker:
    """Ranks by how surely the reader finds an answer in the part of a passage that is nearest the question."""

    reads: int | None = READS

    def __init__(self, reader: Reader, slope: float = SLOPE) -> None:
        self.reader = reader
        self.slope = slope

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Log odds to add to the ranking's, one for each passage."""
        margins = self.reader.read(question, passages, [[Span(0, len(passage))] for passage in passages])
        return [self.slope * float(np.clip(margin[0], -FURTHEST, FURTHEST)) for margin in margins]


class CrossEncoderReranker:
    """Any cross-encoder of sentence-transformers that gives one logit for (question, passage), by folder or hub name."""

    reads: int | None = None

    def __init__(self, model: str) -> None:
        self.name = model

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            model = CrossEncoder(self.name)
        except (OSError, ValueError) as error:
            raise SluglineError(
                f"The reranker {self.name} cannot be loaded: {error}. Set reranker to a folder, a name on the hub, 'packaged' or 'none'."
            ) from error
        if model.num_labels != 1:
            raise SluglineError(f"The reranker {self.name} gives {model.num_labels} values for a pair; one that ranks gives one.")
        return model

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Its logits, one for each passage."""
        from torch.nn import Identity

        found = self._model.predict(
            [(question, passage) for passage in passages], activation_fn=Identity(), show_progress_bar=False
        )
        return [float(score) for score in found]


def open_reranker(name: str, reader: Reader) -> ReaderReranker | CrossEncoderReranker | None:
    """The reranker that the settings name: 'packaged', 'none', or a cross-encoder."""
    if name == NONE:
        return None
    return ReaderReranker(reader) if name == PACKAGED else CrossEncoderReranker(name)
