"""Fit the extractive composer on the bundled development questions: `python -m train.composer --data-dir LIBRARY`.

Two logistic models. One tells whether a sentence answers: it is right when it says a required fact and stands in an article that
answers. The other tells whether what was found answers the question at all. Seconds on a CPU; both fits are convex, so no seed matters.
The confidence under which Slugline abstains is chosen on the development questions, cross-validated.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.metrics import precision_recall
from eval.questions import BUNDLED, Question, load, says, says_all
from rag.compose.extract import WEIGHTS
from rag.compose.features import NAMES, TELLS, Candidate, candidates, rows, tells
from rag.config import load_settings
from rag.engine import Engine

FITTED = 1110  # the development questions that the packaged weights are fitted on: all there were
FOLDS = 10
STRENGTH = 0.1  # inverse strength of the ridge penalty; cross-validated: 0.3 finds as many facts and abstains a little worse


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
        found = engine.retriever.search(question.text, joined=True)
        sentences = candidates(found, engine.reader)
        right = [
            sentence.hit.article.id in question.articles
            and any(says(sentence.text, fact) for group in question.required for fact in group)
            for sentence in sentences
        ]
        asked.append(Asked(question, sentences, rows(found, sentences, engine.library.idf), np.array(right, dtype=float)))
    return asked


@dataclass(frozen=True)
class Fitted:
    """A logistic model and how its features were standardised."""

    mean: np.ndarray
    scale: np.ndarray
    model: LogisticRegression

    def probability(self, x: np.ndarray) -> np.ndarray:
        """For each row of `x`."""
        p: np.ndarray = self.model.predict_proba((x - self.mean) / self.scale)[:, 1]
        return p

    def as_json(self, features: Sequence[str]) -> dict[str, object]:
        """What `rag.compose.extract` reads."""
        return {
            "features": list(features),
            "mean": self.mean.round(5).tolist(),
            "scale": self.scale.round(5).tolist(),
            "weight": self.model.coef_[0].round(5).tolist(),
            "bias": round(float(self.model.intercept_[0]), 5),
        }


def _fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, strength: float) -> Fitted:
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=2000).fit((x - mean) / scale, y, sample_weight=weight)
    return Fitted(mean, scale, model)


def fit_answers(asked: list[Asked]) -> Fitted:
    """'This sentence answers'; every question weighs the same however many sentences it has."""
    weight = np.concatenate([np.full(len(a.x), 10 / len(a.x)) for a in asked])
    return _fit(np.concatenate([a.x for a in asked]), np.concatenate([a.right for a in asked]), weight, STRENGTH)


def fit_tells(asked: list[Asked], chances: list[np.ndarray]) -> Fitted:
    """'What was found tells', from the chances of its sentences by models that have not seen the question."""
    x = np.stack([tells(a.x, chance) for a, chance in zip(asked, chances, strict=True)])
    return _fit(x, np.array([a.question.answerable for a in asked]), np.ones(len(asked)), STRENGTH)


def unseen(asked: list[Asked], fold: np.ndarray) -> list[np.ndarray]:
    """The chance of each sentence of each question, from models fitted on the other folds."""
    out = [np.zeros(0)] * len(asked)
    for k in range(FOLDS):
        answers = fit_answers([a for a, of in zip(asked, fold, strict=True) if of != k])
        for i in np.flatnonzero(fold == k):
            out[i] = answers.probability(asked[i].x)
    return out


def best_threshold(confidence: np.ndarray, asked: list[Asked]) -> tuple[float, float, float]:
    """The confidence under which to abstain at which the worse of precision and recall of abstaining is highest; then the two.

    The F1 is flat over a wide range, and its highest point turns away more of what could be answered.
    """
    judged = [i for i, a in enumerate(asked) if not a.question.abstain_ok]
    silent = [not asked[i].question.answerable for i in judged]
    tried = []
    for threshold in np.unique(confidence[judged]):
        precision, recall = precision_recall([bool(confidence[i] < threshold) for i in judged], silent)
        tried.append((min(precision, recall), float(threshold), precision, recall))
    _, threshold, precision, recall = max(tried)
    return threshold, precision, recall


def cross_validate(asked: list[Asked], fold: np.ndarray, chances: list[np.ndarray]) -> np.ndarray:
    """Print what to expect of questions not fitted on; the confidence in each, from models that have not seen it."""
    confidence = np.zeros(len(asked))
    for k in range(FOLDS):
        known = np.flatnonzero(fold != k)
        whether = fit_tells([asked[i] for i in known], [chances[i] for i in known])
        for i in np.flatnonzero(fold == k):
            confidence[i] = whether.probability(tells(asked[i].x, chances[i])[None])[0]
    for n in (1, 3, 5):
        held = []
        for a, chance in zip(asked, chances, strict=True):
            if a.question.answerable:
                text = " ".join(a.sentences[j].text for j in np.argsort(-chance)[:n])
                held.append(says_all(text, a.question.required))
        print(f"cross-validated: best {n} sentences hold every fact for {np.mean(held):.3f} of the answerable")
    return confidence


def main(data_dir: Path, file: Path) -> None:
    """Cross-validate, print what to expect, fit on all and write the weights."""
    engine = Engine.open(load_settings(data_dir=data_dir, answer_threshold=0.0))
    asked = gather(engine, load(BUNDLED / "dev.jsonl")[:FITTED])
    fold = np.random.default_rng(0).permutation(len(asked)) % FOLDS
    chances = unseen(asked, fold)
    threshold, precision, recall = best_threshold(cross_validate(asked, fold, chances), asked)
    print(f"cross-validated: abstaining under {threshold:.3f} has precision {precision:.3f} and recall {recall:.3f}")
    answers = fit_answers(asked)
    whether = fit_tells(asked, chances)
    for names, fitted in ((NAMES, answers), (TELLS, whether)):
        print("  " + ", ".join(f"{name} {value:+.2f}" for name, value in zip(names, fitted.model.coef_[0], strict=True)))
    weights = {
        "answers": answers.as_json(NAMES),
        "tells": whether.as_json(TELLS),
        "threshold": round(threshold, 4),
    }
    file.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="a library that holds the bundled articles")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    main(arguments.data_dir, arguments.out)
