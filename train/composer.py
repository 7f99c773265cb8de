"""Fit the weights of the extractive composer on the bundled development questions: `python -m train.composer`.

A sentence is right when it says a required fact and stands in an article that answers. Seconds on a CPU; no seed is needed
(the fit is convex). The threshold under which Slugline abstains is chosen here too, by cross-validation over questions.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.metrics import precision_recall
from eval.questions import BUNDLED, Question, load, says, says_all
from rag.compose.extract import WEIGHTS
from rag.compose.features import NAMES, Candidate, candidates, rows
from rag.config import load_settings
from rag.engine import Engine

FOLDS = 5


@dataclass(frozen=True)
class Asked:
    """A development question with its candidate sentences, their features, and which are right."""

    question: Question
    sentences: list[Candidate]
    x: np.ndarray
    right: np.ndarray


def gather(engine: Engine, questions: list[Question]) -> list[Asked]:
    """Retrieve and read for every question, as the engine does."""
    asked = []
    for question in questions:
        found = engine.retriever.search(question.text)
        sentences = candidates(found, engine.reader)
        right = [
            sentence.hit.article.id in question.articles
            and any(says(sentence.text, fact) for group in question.required for fact in group)
            for sentence in sentences
        ]
        asked.append(Asked(question, sentences, rows(found, sentences, engine.library.idf), np.array(right, dtype=float)))
    return asked


def fit(asked: list[Asked], mean: np.ndarray, scale: np.ndarray) -> LogisticRegression:
    """A logistic model of 'this sentence answers'; every question weighs the same however many sentences it has."""
    x = np.concatenate([a.x for a in asked])
    y = np.concatenate([a.right for a in asked])
    weight = np.concatenate([np.full(len(a.x), 10 / len(a.x)) for a in asked])
    return LogisticRegression(C=0.3, max_iter=1000).fit((x - mean) / scale, y, sample_weight=weight)


def best_threshold(confidence: np.ndarray, asked: list[Asked]) -> tuple[float, float]:
    """The confidence under which to abstain that gives the highest F1 of abstaining, and that F1."""
    judged = [i for i, a in enumerate(asked) if not a.question.abstain_ok]
    silent = [not asked[i].question.answerable for i in judged]
    best = (0.5, 0.0)
    for threshold in np.unique(confidence):
        precision, recall = precision_recall([bool(confidence[i] < threshold) for i in judged], silent)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        if f1 > best[1]:
            best = (float(threshold), f1)
    return best


def main(data_dir: Path, file: Path) -> None:
    """Cross-validate, print what to expect, fit on all and write the weights."""
    engine = Engine.open(load_settings(data_dir=data_dir))
    asked = gather(engine, load(BUNDLED / "dev.jsonl"))
    x = np.concatenate([a.x for a in asked])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    fold = np.random.default_rng(0).permutation(len(asked)) % FOLDS
    confidence, top = np.zeros(len(asked)), {1: [0.0] * 0, 3: [0.0] * 0}
    for k in range(FOLDS):
        model = fit([a for a, f in zip(asked, fold, strict=True) if f != k], mean, scale)
        for i in np.flatnonzero(fold == k):
            chances = model.predict_proba((asked[i].x - mean) / scale)[:, 1]
            confidence[i] = chances.max()
            order = np.argsort(-chances)
            if asked[i].question.answerable:
                for n in top:
                    text = " ".join(asked[i].sentences[j].text for j in order[:n])
                    top[n].append(float(says_all(text, asked[i].question.required)))
    threshold, f1 = best_threshold(confidence, asked)
    for n, values in top.items():
        print(f"cross-validated: best {n} sentences hold every fact for {np.mean(values):.3f} of the answerable")
    print(f"cross-validated: abstaining under {threshold:.3f} gives F1 {f1:.3f}")
    model = fit(asked, mean, scale)
    for name, value in zip(NAMES, model.coef_[0], strict=True):
        print(f"  {name:<20} {value:+.2f}")
    weights = {
        "features": list(NAMES),
        "mean": mean.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "weight": model.coef_[0].round(5).tolist(),
        "bias": round(float(model.intercept_[0]), 5),
        "threshold": round(threshold, 4),
    }
    file.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="a library that holds the bundled articles")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    main(arguments.data_dir, arguments.out)
