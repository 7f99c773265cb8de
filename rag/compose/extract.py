"""The composer that needs no LLM: whole sentences of the passages, word for word, the most direct first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.compose.features import NAMES, TELLS, Candidate, candidates, rows, tells
from rag.reader import Reader
from rag.retrieve import Retrieved
from rag.store.words import stems
from rag.types import Span

WEIGHTS = Path(__file__).with_name("weights.json")

# A sentence that opens so cannot be read without the one before it.
_LEANS = re.compile(
    r"^[\"']?(?:It|Its|He|His|She|Her|They|Their|Them|This|That|These|Those|Both|Such|The (?:company|firm|union|studio|deal|bill|suit|judge"
    r"|pair|group|film|song|series|show|statement|agreement|contract|latter|former|move|decision|two|three))\b"
)
# Second and later sentences must be this likely beside the first. On the first 110 development questions 0.3 is right for 0.764 with 2.7
# sentences an answer, 0.35 for 0.745 with 2.5, 0.4 for 0.736 with 2.3.
_BESIDE_FIRST = 0.3
_SAME = 0.6  # shared stems over all stems: two outlets' sentences that tell the same thing


@dataclass(frozen=True)
class Logistic:
    """A logistic model over standardised features."""

    mean: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    bias: float

    def probability(self, x: np.ndarray) -> np.ndarray:
        """One for each row of `x`; for a single row, a scalar array."""
        z = ((x - self.mean) / self.scale) @ self.weight + self.bias
        p: np.ndarray = 1 / (1 + np.exp(-z))
        return p


@dataclass(frozen=True)
class Weights:
    """Fitted by `train/composer.py`: does a sentence answer, does what was found tell, and from which confidence on to say so."""

    answers: Logistic
    tells: Logistic
    threshold: float


@lru_cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """The fitted weights. Raises ValueError when they were fitted on other features."""
    data = json.loads(path.read_text("utf-8"))
    if (tuple(data["answers"]["features"]), tuple(data["tells"]["features"])) != (NAMES, TELLS):
        raise ValueError(f"{path} was fitted on other features than the composer has: run python -m train.composer")

    def logistic(part: dict[str, Any]) -> Logistic:
        return Logistic(np.array(part["mean"]), np.array(part["scale"]), np.array(part["weight"]), float(part["bias"]))

    return Weights(logistic(data["answers"]), logistic(data["tells"]), float(data["threshold"]))


@dataclass(frozen=True)
class Draft:
    """A sentence chosen for the answer: where it stands, and how likely it is to answer."""

    candidate: Candidate
    probability: float


def _alike(a: str, b: str) -> float:
    one, other = set(stems(a)), set(stems(b))
    return len(one & other) / max(1, len(one | other))


def _before(candidate: Candidate) -> Candidate | None:
    """The sentence before, when `candidate` cannot be read without it."""
    if not candidate.order or not _LEANS.match(candidate.text):
        return None
    span = candidate.hit.passage.sentences[candidate.order - 1]
    text = candidate.hit.article.text
    if "\n\n" in text[span.end : candidate.span.start]:
        return None
    return replace(candidate, span=span, order=candidate.order - 1, text=text[span.start : span.end])


def _whole(candidate: Candidate) -> bool:
    """Whether the sentence starts and ends within its passage: a cut one would misquote."""
    text, span = candidate.hit.article.text, candidate.span
    before = text[: span.start].rstrip(" ")
    return not before or (before[-1] in ".!?\"'”’)\n" and not text[span.start].islower())  # noqa: RUF001


@dataclass(frozen=True)
class _Judged:
    """The sentences of what was found, the chance of each that it answers, and the confidence that any does."""

    sentences: list[Candidate]
    chances: np.ndarray
    confidence: float


def _judge(found: Retrieved, reader: Reader, idf: Callable[[str], float]) -> _Judged:
    sentences = [candidate for candidate in candidates(found, reader) if _whole(candidate)]
    if not sentences:
        return _Judged([], np.zeros(0), 0.0)
    weights, x = load_weights(), rows(found, sentences, idf)
    chances = weights.answers.probability(x)
    return _Judged(sentences, chances, float(weights.tells.probability(tells(x))))


def extract(found: Retrieved, reader: Reader, idf: Callable[[str], float], most: int) -> tuple[list[Draft], float]:
    """At most `most` sentences, the most direct first, and the confidence (0 to 1) that the coverage tells.

    A question that joins others ('A and B') gets the best sentence for each, then what answers the whole.
    """
    whole = _judge(found, reader, idf)
    of_parts = [_judge(part, reader, idf) for part in found.parts]
    if not whole.sentences:
        return [], 0.0
    chosen: list[Draft] = []

    def take(judged: _Judged, i: int) -> None:
        draft = Draft(judged.sentences[i], float(judged.chances[i]))
        if not any(_alike(draft.candidate.text, other.candidate.text) > _SAME for other in chosen):
            chosen.append(draft)

    for part in of_parts:
        if part.sentences:
            take(part, int(part.chances.argmax()))
    floor = _BESIDE_FIRST * float(whole.chances.max())
    for i in np.argsort(-whole.chances, kind="stable"):
        if len(chosen) >= most or whole.chances[i] < floor:
            break
        take(whole, int(i))
    confidence = max(whole.confidence, min((part.confidence for part in of_parts), default=0.0))
    return _readable(chosen), confidence


def _readable(chosen: list[Draft]) -> list[Draft]:
    """The same sentences, those that lean on the one before preceded by it, neighbours in the order they were written."""
    have: set[tuple[str, Span]] = set()
    out: list[Draft] = []
    for draft in chosen:
        before = _before(draft.candidate)
        for one in ([Draft(before, draft.probability)] if before else []) + [draft]:
            key = (one.candidate.hit.article.id, one.candidate.span)
            if key not in have:
                have.add(key)
                out.append(one)
    return out
