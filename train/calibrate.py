"""Fit how the judge weighs its heads and the exact checks: `python -m train.calibrate --data DIR` (minutes on 2 cores, seed fixed).

A logistic model on development rows of sets whose licence allows training, each set weighing the same, and on sentences changed by rule
in texts that the judge was not trained on. Both labels of a set weigh the same too, so that one half is the threshold for all of them. What it
prints comes from folds that did not see the text.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from rag.judge import CALIBRATION_FILE, FEATURES, MODEL_FOLDER, SUPPORTED, Judge
from train.judge_data import LICENSED, Example, altered, example, labelled

SEED = 13
FOLDS = 5
ALTERED = 600
RAGTRUTH_TEST = 0.18  # share of unsupported answers in RAGTruth's test split of questions: Niu et al., 2024


@dataclass(frozen=True)
class Set:
    """Rows of development: features (n, len(FEATURES)), labels (n,), the set and the fold of each, and whether it may be fitted on."""

    x: np.ndarray
    y: np.ndarray
    source: np.ndarray
    fold: np.ndarray
    fitted: np.ndarray


def family(name: str) -> str:
    """The set a row counts for: SummEdits' domains are one."""
    return "summedits" if name.startswith("summedits") else name


def development(data: Path, judge: Judge) -> Set:
    """Every development row, seen by the judge."""
    rng = random.Random(SEED)
    rows = [example(row) for row in labelled(data / "faithfulness.jsonl.xz", "dev")]
    rows += altered(data, rng, ALTERED, "dev")
    rows = [row for row in rows if row.claim.strip()]
    parts: list[tuple[Example, str]] = [(row, part) for row in rows for part in judge.parts(row.claim)[:1]]
    sources = np.array([family(row.source) for row, _ in parts])
    return Set(
        judge.features([(part, row.text) for row, part in parts]),
        np.array([row.supported for row, _ in parts], dtype=float),
        sources,
        np.array([zlib.crc32(row.text.encode()) % FOLDS for row, _ in parts]),
        np.array([source in LICENSED or source == "altered" for source in sources]),
    )


def weights_of(source: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One weight a row: sets count by the square root of their size (the smallest are noise), both labels of a set the same."""
    out = np.zeros(len(source))
    for name in np.unique(source):
        for label in (0.0, 1.0):
            rows = (source == name) & (y == label)
            out[rows] = np.sqrt((source == name).sum()) / 2 / max(1, rows.sum())
    return np.asarray(out * len(source) / out.sum())


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic model over standardised features."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=0.3, max_iter=2000).fit(x, y, weight)
    return model.coef_[0], float(model.intercept_[0])


def chance(x: np.ndarray, weight: np.ndarray, bias: float) -> np.ndarray:
    """The probability of each row."""
    p: np.ndarray = 1 / (1 + np.exp(-(x @ weight + bias)))
    return p


def balanced(y: np.ndarray, said: np.ndarray) -> float:
    """Mean of the shares of supported and of unsupported rows told right."""
    return float((said[y > 0.5].mean() + (~said[y < 0.5]).mean()) / 2)


def calibration_error(y: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Guo et al., 2017, equation 3)."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    return float(
        sum(abs(y[which == b].mean() - p[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any())
    )


def reliability(y: np.ndarray, p: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """Of each equally wide bin that holds any: mean chance given, share that is supported, rows."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    held = [which == b for b in range(bins)]
    return [(float(p[rows].mean()), float(y[rows].mean()), int(rows.sum())) for rows in held if rows.any()]


def f1_of_unsupported(y: np.ndarray, said: np.ndarray, share: float) -> float:
    """F1 of finding what is not supported, were `share` of all rows so: recall and false alarms stay, the balance is another."""
    found, alarm = float((~said[y < 0.5]).mean()), float((~said[y > 0.5]).mean())
    return 2 * share * found / (share + share * found + (1 - share) * alarm)


def interval(figure: Callable[[np.ndarray, np.ndarray], float], y: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval, each label drawn on its own so that none goes missing."""
    rng = np.random.default_rng(SEED)
    each = [np.flatnonzero(y > 0.5), np.flatnonzero(y < 0.5)]
    drawn = [np.concatenate([rng.choice(rows, len(rows)) for rows in each]) for _ in range(1000)]
    low, high = np.quantile([figure(y[rows], said[rows]) for rows in drawn], [0.025, 0.975])
    return float(low), float(high)


def main(data: Path, folder: Path) -> None:
    """Fit, print what cross-validation gives, and write the calibration beside the model."""
    rows = development(data, Judge(folder))
    mean, scale = rows.x[rows.fitted].mean(0), rows.x[rows.fitted].std(0) + 1e-6
    x = (rows.x - mean) / scale
    p = np.zeros(len(x))
    for fold in range(FOLDS):
        inside = rows.fitted & (rows.fold != fold)
        weight, bias = fit(x[inside], rows.y[inside], weights_of(rows.source[inside], rows.y[inside]))
        p[rows.fold == fold] = chance(x[rows.fold == fold], weight, bias)
    names = [n for n in np.unique(rows.source) if len(set(rows.y[rows.source == n])) == 2]

    def at(t: float) -> dict[str, float]:
        return {n: balanced(rows.y[rows.source == n], p[rows.source == n] >= t) for n in names}

    for name, value in at(SUPPORTED).items():
        mine = rows.source == name
        low, high = interval(balanced, rows.y[mine], p[mine] >= SUPPORTED)
        print(f"{name:20} {value:.3f} [{low:.3f}, {high:.3f}] of {mine.sum()}")
    mine = rows.source == "ragtruth_qa"
    for share in (float((rows.y[mine] < 0.5).mean()), RAGTRUTH_TEST):
        f1 = partial(f1_of_unsupported, share=share)
        low, high = interval(f1, rows.y[mine], p[mine] >= SUPPORTED)
        said = p[mine] >= SUPPORTED
        print(f"RAGTruth QA, {share:.0%} unsupported: F1 of these {f1(rows.y[mine], said):.3f} [{low:.3f}, {high:.3f}]")
    best = max(np.arange(0.2, 0.9, 0.01).tolist(), key=lambda t: float(np.mean(list(at(t).values()))))
    print(
        f"mean {np.mean(list(at(SUPPORTED).values())):.3f} at {SUPPORTED} (best {np.mean(list(at(best).values())):.3f} at {best:.2f})"
    )
    print(f"expected calibration error {calibration_error(rows.y, p):.3f}; chance given, share supported, rows:")
    for given, supported, count in reliability(rows.y, p):
        print(f"  {given:.2f}  {supported:.2f}  {count}")
    weight, bias = fit(x[rows.fitted], rows.y[rows.fitted], weights_of(rows.source[rows.fitted], rows.y[rows.fitted]))
    for name, value in zip(FEATURES, weight, strict=True):
        print(f"  {name:18} {value:+.3f}")
    out = {
        "features": FEATURES,
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weight": weight.round(6).tolist(),
        "bias": round(bias, 6),
    }
    (folder / CALIBRATION_FILE).write_text(json.dumps(out, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with faithfulness.jsonl.xz")
    parser.add_argument("--model", type=Path, default=MODEL_FOLDER)
    arguments = parser.parse_args()
    main(arguments.data, arguments.model)
