"""Examples as tensors, and what the reader's logits say of each sentence."""

from __future__ import annotations

import random
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer

from rag.reader import MAX_TOKENS
from rag.sentences import sentences
from train.reader_data import Example

BATCH = 16
LENGTH_TO = 16  # rows are padded to multiples of it: torch prepares its bfloat16 products for each shape anew
OUTSIDE = -1  # the sentence of a token that stands in none


class Batch(NamedTuple):
    """Examples as tensors: all but `first` and `last` of shape (rows, tokens)."""

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    sentence: torch.Tensor  # its number in the passage, from 1 on; 0 for the first mark, OUTSIDE for what is in none
    first: torch.Tensor  # shape (rows,): where the answer begins, 0 when the passage does not tell
    last: torch.Tensor


class Batches:
    """Examples in batches of like lengths, padded, the batches shuffled."""

    def __init__(self, examples: list[Example], tokenizer: Tokenizer) -> None:
        tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        tokenizer.no_padding()
        cut = {context: np.array([span.start for span in sentences(context)]) for context in {e.context for e in examples}}
        self.rows = []
        for example, encoded in zip(
            examples, tokenizer.encode_batch([(e.question[:300], e.context) for e in examples]), strict=True
        ):
            first = last = 0
            if example.start >= 0:
                inside = [
                    i
                    for i, ((a, b), part) in enumerate(zip(encoded.offsets, encoded.sequence_ids, strict=True))
                    if part == 1 and a < example.end and b > example.start
                ]
                if inside:
                    first, last = inside[0], inside[-1]
            self.rows.append((encoded.ids, encoded.type_ids, _sentence(encoded, cut[example.context]), first, last))

    def order(self, rng: random.Random) -> list[list[int]]:
        rows = list(range(len(self.rows)))
        rng.shuffle(rows)
        blocks = [sorted(rows[i : i + 64 * BATCH], key=lambda r: len(self.rows[r][0])) for i in range(0, len(rows), 64 * BATCH)]
        batches = [block[i : i + BATCH] for block in blocks for i in range(0, len(block), BATCH)]
        rng.shuffle(batches)
        return batches

    def tensors(self, batch: list[int]) -> Batch:
        rows = [self.rows[i] for i in batch]
        longest = -(-max(len(row[0]) for row in rows) // LENGTH_TO) * LENGTH_TO
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        types, mask, sentence = torch.zeros_like(ids), torch.zeros_like(ids), torch.full_like(ids, OUTSIDE)
        for i, (token_ids, type_ids, of, _, _) in enumerate(rows):
            ids[i, : len(token_ids)] = torch.tensor(token_ids)
            types[i, : len(token_ids)] = torch.tensor(type_ids)
            sentence[i, : len(token_ids)] = torch.from_numpy(of)
            mask[i, : len(token_ids)] = 1
        return Batch(ids, types, mask, sentence, torch.tensor([row[3] for row in rows]), torch.tensor([row[4] for row in rows]))


def _sentence(encoded: Encoding, starts: np.ndarray) -> np.ndarray:
    """`Batch.sentence` of a row; `starts` are the characters at which its context's sentences start."""
    of = np.searchsorted(starts, np.array(encoded.offsets)[:, 0], side="right")
    of[[part != 1 for part in encoded.sequence_ids]] = OUTSIDE
    of[0] = 0
    return of


def sentence_scores(start: torch.Tensor, end: torch.Tensor, sentence: torch.Tensor) -> torch.Tensor:
    """What the reader says of each sentence, shape (rows, sentences + 1): the best first token's logit in it and the best last one's,
    added; in the column 0 the same of the first mark. `start` and `end` are logits of shape (rows, tokens), `sentence` is as `Batch.sentence`.

    The differences from column 0 are the margins that `rag.reader` gives, but that an answer here may end before it begins.
    """
    lowest = start.new_full((len(start), int(sentence.max()) + 1), -1e4)
    inside = sentence != OUTSIDE
    place = sentence.clamp(min=0)
    best = [lowest.scatter_reduce(1, place, torch.where(inside, logits, lowest[0, 0]), "amax") for logits in (start, end)]
    return best[0] + best[1]
