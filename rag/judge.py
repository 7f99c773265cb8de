"""The judge: do these passages bear this claim out? A small model of our own, trained by `train/judge.py`, beside exact checks.

A claim's score is a logistic model over what the two heads of the model say and what exact checks of figures, dates, names, quoted
words and negation find (`rag.exact`), fitted by `train/calibrate.py` on development rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embed import PackagedEmbedder
from rag.evidence import gather, sentence_spans
from rag.exact import CHECKS, checks

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

    from rag.encoder import Encoder

MODEL_FOLDER = Path(__file__).parent / "models" / "judge"
CALIBRATION_FILE = "calibration.json"
SUPPORTED = (
    0.5  # from here on a claim counts as borne out, for every kind of text: `train/calibrate.py` weighs both labels the same
)
MAX_TOKENS = 448
LONGEST_CLAIM = 220  # word pieces read at once
BATCH = 32  # inputs in memory at once, some 500 kB each
REINSTALL = "reinstall Slugline, or make it again with train/judge.py"
# What the model says of a claim: logit of 'supported'; of 'not borne out' for the worst piece, the three worst and all, and
# the share of pieces that are likelier not borne out.
HEADS = ("supported", "worst", "worst three", "mean piece", "share wrong")
FEATURES = (*HEADS, *CHECKS)


def room_for(pieces: int) -> int:
    """Word pieces of text that are read beside a claim of so many: more for a long claim, which needs more to bear it out."""
    return min(192 + pieces, MAX_TOKENS - pieces - 3)


def marks(tokenizer: Tokenizer) -> tuple[int, int]:
    """The pieces that open an input and that end each of its texts."""
    opens, ends = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if opens is None or ends is None:
        raise ValueError("the tokenizer has no [CLS] or no [SEP]")
    return opens, ends


@dataclass(frozen=True)
class _Input:
    ids: list[int]
    claim: int


class Judge:
    """Tells how likely a text bears a claim out. Loads on first use; safe for several threads once loaded."""

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        self.folder = folder

    @cached_property
    def _model(self) -> tuple[Encoder, dict[str, torch.Tensor]]:
        from rag.encoder import Encoder
        from rag.linear import reading_precision
        from rag.weights import load_weights

        weights = {name.removeprefix("bert."): value for name, value in load_weights(self.folder, REINSTALL).items()}
        heads = {name: weights.pop(name) for name in list(weights) if name.split(".")[0] in {"pooler", "classifier", "pieces"}}
        return Encoder(PackagedEmbedder().folder, MAX_TOKENS, reading_precision(), weights), heads

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from rag.encoder import load_tokenizer

        return load_tokenizer(PackagedEmbedder().folder, None)

    @cached_property
    def _calibration(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        data = json.loads((self.folder / CALIBRATION_FILE).read_text("utf-8"))
        if tuple(data["features"]) != FEATURES:
            raise ValueError(f"{self.folder} was calibrated on other features than the judge has: run python -m train.calibrate")
        return np.array(data["mean"]), np.array(data["scale"]), np.array(data["weight"]), float(data["bias"])

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """For each (claim, text) how likely the text bears the whole claim out: float64, shape (len(pairs),), 0 to 1.

        A claim too long to be read at once is read sentence by sentence and is as likely as its least likely part.
        """
        parts = [(i, part, text) for i, (claim, text) in enumerate(pairs) for part in self.parts(claim)]
        out = np.ones(len(pairs))
        if parts:
            mean, scale, weight, bias = self._calibration
            x = self.features([(part, text) for _, part, text in parts])
            chances = 1 / (1 + np.exp(-(((x - mean) / scale) @ weight + bias)))
            np.minimum.at(out, [i for i, _, _ in parts], chances)
        return out

    def parts(self, claim: str) -> list[str]:
        """The claim, or stretches of its sentences of at most LONGEST_CLAIM word pieces."""
        if len(self._tokenizer.encode(claim, add_special_tokens=False).ids) <= LONGEST_CLAIM:
            return [claim] if claim.strip() else []
        parts: list[str] = []
        length = 0
        for span in sentence_spans(claim):
            sentence = claim[span.start : span.end]
            pieces = len(self._tokenizer.encode(sentence, add_special_tokens=False).ids)
            if parts and length + pieces <= LONGEST_CLAIM:
                parts[-1] += " " + sentence
                length += pieces
            else:
                parts.append(sentence)
                length = pieces
        return parts

    def features(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """What is known of each (claim, text): float64, shape (len(pairs), len(FEATURES))."""
        return np.hstack([self.heads(pairs), np.array([checks(claim, text) for claim, text in pairs]).reshape(len(pairs), -1)])

    def heads(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """What the model says of each (claim, text): float64, shape (len(pairs), len(HEADS))."""
        inputs = [self._input(claim, text) for claim, text in pairs]
        out = np.zeros((len(pairs), len(HEADS)))
        order = sorted(range(len(inputs)), key=lambda i: len(inputs[i].ids))
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            out[rows] = self._run([inputs[i] for i in rows])
        return out

    def _input(self, claim: str, text: str) -> _Input:
        tokenizer = self._tokenizer
        ids = tokenizer.encode(claim, add_special_tokens=False).ids[:LONGEST_CLAIM]
        room = room_for(len(ids))
        read = tokenizer.encode(gather(claim, text, tokenizer, room), add_special_tokens=False).ids[:room]
        cls, sep = marks(tokenizer)
        return _Input([cls, *ids, sep, *read, sep], len(ids))

    def _run(self, inputs: Sequence[_Input]) -> np.ndarray:
        import torch

        encoder, heads = self._model
        hidden = encoder.states([(one.ids, [int(at >= one.claim + 2) for at in range(len(one.ids))]) for one in inputs])
        first = torch.stack([states[0] for states in hidden])
        pooled = torch.tanh(first @ heads["pooler.dense.weight"].T + heads["pooler.dense.bias"])
        supported = (pooled @ heads["classifier.weight"].T + heads["classifier.bias"])[:, 0]
        out = []
        for row, (one, states) in enumerate(zip(inputs, hidden, strict=True)):
            of_claim = states[1 : one.claim + 1] @ heads["pieces.weight"].T + heads["pieces.bias"]
            wrong = of_claim[:, 0].sort(descending=True).values
            if not len(wrong):
                wrong = torch.zeros(1)
            share = float((wrong > 0).float().mean())
            out.append([float(supported[row]), float(wrong[0]), float(wrong[:3].mean()), float(wrong.mean()), share])
        return np.array(out)
