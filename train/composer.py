"""Fit the extractive composer on the bundled development questions: `python -m train.composer --data-dir LIBRARY`.

Three logistic models. One tells whether a sentence answers: it is right when it says a required fact and stands in an article that
answers. One tells whether a sentence adds to those already chosen: a required fact that none of them says. The last tells whether what was
found answers the question at all. Minutes on a CPU; the fits are convex, so no seed matters.
The confidence under which Slugline abstains is chosen on the development questions, cross-validated.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.metrics import precision_recall
from eval.questions import BUNDLED, Question, load, says, says_all
from rag.compose.choose import choose, opening
from rag.compose.extract import whole_sentences
from rag.compose.features import NAMES, TELLS, Candidate, rows, tells
from rag.compose.further import ADDS, Further, Rated
from rag.compose.weights import WEIGHTS
from rag.config import load_settings
from rag.engine import Engine
from rag.retrieve import Retrieved

FITTED = 1427  # the development questions that the packaged weights are fitted on: all there were
# Of them those that the threshold is chosen on, one in six not told. The last 80 are joined questions of which nothing is told, there to learn from.
THRESHOLD_ON = 1347
FOLDS = 10
MOST = 5  # sentences of an answer, as the setting `max_sentences` has it
Chances = list[np.ndarray]  # of the sentences of a question, and of those of each of its parts
STRENGTH = 0.1  # inverse strength of the ridge penalty; cross-validated: 0.3 finds as many facts and abstains a little worse


@dataclass(frozen=True)
class Part:
    """The candidate sentences of a question, or of one that it joins, and their features."""

    sentences: list[Candidate]
    x: np.ndarray


@dataclass(frozen=True)
class Asked:
    """A development question as understood, what was read for it and for each of its parts, and which sentences of the whole are right."""

    question: Question
    text: str
    whole: Part
    parts: list[Part]
    right: np.ndarray


def gather(engine: Engine, questions: list[Question]) -> list[Asked]:
    """Retrieve and read for every question, as the engine does."""
    asked = []
    for question in questions:
        found = engine.retriever.search(question.text, joined=True)
        whole, *parts = [_part(engine, one) for one in (found, *found.parts)]
        right = np.array([_right(sentence, question, question.required) for sentence in whole.sentences], dtype=float)
        asked.append(Asked(question, found.understood.text, whole, parts, right))
    return asked


def _part(engine: Engine, found: Retrieved) -> Part:
    sentences = whole_sentences(found, engine.reader)
    return Part(sentences, rows(found, sentences, engine.library.idf))


def _right(sentence: Candidate, question: Question, facts: Sequence[Sequence[str]]) -> bool:
    """Whether `sentence` says one of `facts` and stands in an article that answers."""
    return sentence.hit.article.id in question.articles and any(says(sentence.text, fact) for group in facts for fact in group)


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
    weight = np.concatenate([np.full(len(a.whole.x), 10 / len(a.whole.x)) for a in asked])
    return _fit(np.concatenate([a.whole.x for a in asked]), np.concatenate([a.right for a in asked]), weight, STRENGTH)


def fit_tells(asked: list[Asked]) -> Fitted:
    """'What was found tells.'"""
    x = np.stack([_tells(a) for a in asked])
    return _fit(x, np.array([a.question.answerable for a in asked]), np.ones(len(asked)), STRENGTH)


def _tells(a: Asked) -> np.ndarray:
    return tells(a.whole.x, [part.x for part in a.parts])


def fit_adds(asked: list[Asked], chances: list[Chances], idf: Callable[[str], float]) -> Fitted:
    """'This sentence adds a required fact', beside what is chosen first and then, one after the other, the likeliest; a step of a question
    weighs the same however many sentences it has."""
    xs, ys, weights = [], [], []
    for a, of_it in zip(asked, chances, strict=True):
        if not a.question.answerable or not a.question.required or not len(of_it[0]):
            continue
        whole, parts, further = _choice(a, of_it, idf)
        for chosen in _grown(further, opening(a.text, whole, parts, further)[0]):
            said = " ".join(further.sentences[i].text for i in chosen)
            lacking = [group for group in a.question.required if not any(says(said, fact) for fact in group)]
            left = [i for i in range(len(further.sentences)) if i not in chosen]
            xs.append(further.rows(chosen)[left])
            ys.append([_right(further.sentences[i], a.question, lacking) for i in left])
            weights.append(np.full(len(left), 10 / len(left)))
    return _fit(np.concatenate(xs), np.concatenate(ys), np.concatenate(weights), STRENGTH)


def _choice(a: Asked, chances: Chances, idf: Callable[[str], float]) -> tuple[Rated, list[Rated], Further]:
    """What there is to choose from, as the composer has it."""
    whole, *parts = [Rated(part.sentences, of_it) for part, of_it in zip((a.whole, *a.parts), chances, strict=True)]
    return whole, parts, Further(a.text, whole, parts, idf)


def _grown(further: Further, chosen: list[int]) -> Iterator[list[int]]:
    """`chosen`, and again with the likeliest other sentence, up to one less than an answer has."""
    order = [int(i) for i in np.argsort(-further.chances, kind="stable") if i not in chosen]
    while len(chosen) < MOST and order:
        yield list(chosen)
        chosen = [*chosen, order.pop(0)]


def unseen(asked: list[Asked], fold: np.ndarray) -> list[Chances]:
    """The chances of the sentences of each question and of its parts, from models fitted on the other folds."""
    out: list[Chances] = [[]] * len(asked)
    for k in range(FOLDS):
        answers = fit_answers([a for a, of in zip(asked, fold, strict=True) if of != k])
        for i in np.flatnonzero(fold == k):
            out[i] = [answers.probability(part.x) if len(part.x) else np.zeros(0) for part in (asked[i].whole, *asked[i].parts)]
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


def cross_validate(asked: list[Asked], fold: np.ndarray, chances: list[Chances], idf: Callable[[str], float]) -> np.ndarray:
    """Print what to expect of questions not fitted on; the confidence in each, from models that have not seen it."""
    confidence = np.zeros(len(asked))
    held, lengths = [], []
    for k in range(FOLDS):
        known = np.flatnonzero(fold != k)
        fitted_on = [asked[i] for i in known]
        whether, adds = fit_tells(fitted_on), fit_adds(fitted_on, [chances[i] for i in known], idf)
        for i in np.flatnonzero(fold == k):
            a = asked[i]
            confidence[i] = whether.probability(_tells(a)[None])[0]
            if a.question.answerable:
                whole, parts, further = _choice(a, chances[i], idf)
                places, _ = choose(a.text, whole, parts, further, adds, MOST)
                held.append(says_all(" ".join(further.sentences[j].text for j in places), a.question.required))
                lengths.append(len(places))
    print(f"cross-validated: {np.mean(lengths):.2f} sentences hold every fact for {np.mean(held):.3f} of the answerable")
    return confidence


def main(data_dir: Path, file: Path) -> None:
    """Cross-validate, print what to expect, fit on all and write the weights."""
    engine = Engine.open(load_settings(data_dir=data_dir, answer_threshold=0.0))
    idf = engine.library.idf
    asked = gather(engine, load(BUNDLED / "dev.jsonl")[:FITTED])
    fold = np.random.default_rng(0).permutation(len(asked)) % FOLDS
    chances = unseen(asked, fold)
    confidence = cross_validate(asked, fold, chances, idf)
    threshold, precision, recall = best_threshold(confidence[:THRESHOLD_ON], asked[:THRESHOLD_ON])
    print(f"cross-validated: abstaining under {threshold:.3f} has precision {precision:.3f} and recall {recall:.3f}")
    fitted = {
        "answers": (NAMES, fit_answers(asked)),
        "adds": (ADDS, fit_adds(asked, chances, idf)),
        "tells": (TELLS, fit_tells(asked)),
    }
    for features, model in fitted.values():
        print("  " + ", ".join(f"{name} {value:+.2f}" for name, value in zip(features, model.model.coef_[0], strict=True)))
    weights = {name: model.as_json(features) for name, (features, model) in fitted.items()}
    file.write_text(json.dumps(weights | {"threshold": round(threshold, 4)}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="a library that holds the bundled articles")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    main(arguments.data_dir, arguments.out)
