"""The fitted weights of the composer: three logistic models, and from which confidence on it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.compose.features import NAMES, TELLS
from rag.compose.further import ADDS

WEIGHTS = Path(__file__).with_name("weights.json")


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
    """Fitted by `train/composer.py`: does a sentence answer, does it add to those chosen, does what was found tell, and from which
    confidence on to say so."""

    answers: Logistic
    adds: Logistic
    tells: Logistic
    threshold: float


@lru_cache
def load_weights(path: Path = WEIGHTS) -> Weights:
    """The fitted weights. Raises ValueError when they were fitted on other features."""
    data = json.loads(path.read_text("utf-8"))

    def logistic(name: str, features: tuple[str, ...]) -> Logistic:
        part: dict[str, Any] = data.get(name, {})
        if tuple(part.get("features", ())) != features:
            raise ValueError(f"{path} was fitted on other features than the composer has: run python -m train.composer")
        return Logistic(np.array(part["mean"]), np.array(part["scale"]), np.array(part["weight"]), float(part["bias"]))

    return Weights(logistic("answers", NAMES), logistic("adds", ADDS), logistic("tells", TELLS), float(data["threshold"]))
