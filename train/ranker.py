"""Fit the ranking's weights: `python -m train.ranker --data-dir BUNDLED --multihop DIR --qa FILE --work DIR`.

A passage scores the weighted sum of its features and those of its best sentence; over the candidates of a side these scores, through
a softmax, are the chances that the side wants the passage. A fact that a question needs is wanted by one of its sides, which one is not
known: its likelihood is the mean over sides. Fitted are the weights that make the known facts most likely, by turns with the
choice of each passage's best sentence (hard expectation-maximisation). No seed matters.

The weight of 'described' comes after all others, which stay, from all bundled development questions, for the other sets' name what they are
about: the one with the highest mean reciprocal rank.

Sets: MultiHop-RAG's development half, SQuAD's paragraphs (rows for training), the oldest bundled development questions; each weighs the same.
`--half 0|1` leaves the other half of MultiHop-RAG's out, to see what to expect on questions not fitted on.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from eval.questions import BUNDLED, load
from eval.suites import multihop_rag, paragraphs
from ingest.pipeline import ingest
from rag.config import Settings, load_settings
from rag.embed import open_embedder
from rag.question import understand
from rag.retrieve import Retriever
from rag.retrieve.features import PASSAGE, SENTENCE, Sheet
from rag.retrieve.rank import WEIGHTS, Model
from rag.store.library import Library

FITTED = 110  # of the bundled development questions, the oldest
ROUNDS = 4
L2 = 1e-3
SQUAD_QUESTIONS = 600
GRID = [step / 10 for step in range(31)]
START = {"side_cosine": 3.0, "side_said": 5.0, "cosine": 3.0, "said": 2.0}


@dataclass(frozen=True)
class Example:
    """A question's candidates, the places among them of the passages that hold each fact it needs, and its weight."""

    sheet: Sheet
    facts: list[list[int]]
    weight: float


@dataclass(frozen=True)
class Likelihood:
    """Minus the mean log likelihood of the facts, and its gradient, for features of shape (sides, pages, features)."""

    examples: Sequence[tuple[np.ndarray, list[list[int]], float]]

    def __call__(self, weights: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = L2 * float(weights @ weights) / 2, L2 * weights
        total = sum(weight for _, _, weight in self.examples)
        for x, facts, weight in self.examples:
            scores = x @ weights
            chances = np.exp(scores - scores.max(axis=1, keepdims=True))
            chances /= chances.sum(axis=1, keepdims=True)
            mean = np.einsum("sp,spf->sf", chances, x)
            for places in facts:
                here = chances[:, places]
                by_side = here.sum(axis=1)
                likelihood = float(by_side.mean()) + 1e-12
                wanted = (here[:, :, None] * x[:, places]).sum(axis=1) - by_side[:, None] * mean
                share = weight / len(facts) / total
                loss -= share * np.log(likelihood)
                gradient = gradient - share * wanted.mean(axis=0) / likelihood
        return loss, gradient


def at_best_sentence(sheet: Sheet, weights: np.ndarray) -> np.ndarray:
    """Shape (sides, pages, features): each page's sentence features at the sentence that scores most."""
    scores = sheet.sentence @ weights
    out = np.zeros((*sheet.passage.shape[:2], sheet.sentence.shape[2]))
    ends = [*sheet.starts[1:], scores.shape[1]]
    for page, (start, end) in enumerate(zip(sheet.starts, ends, strict=True)):
        best = start + scores[:, start:end].argmax(axis=1)
        out[:, page] = sheet.sentence[np.arange(len(scores)), best]
    return out


def fit(examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Weights of PASSAGE and of SENTENCE."""
    of_sentence = np.array([START.get(name, 0.0) for name in SENTENCE])
    weights = np.zeros(len(PASSAGE) + len(SENTENCE))
    for _ in range(ROUNDS):
        rows = [
            (np.concatenate([e.sheet.passage, at_best_sentence(e.sheet, of_sentence)], axis=2), e.facts, e.weight)
            for e in examples
        ]
        found = minimize(Likelihood(rows), weights, jac=True, method="L-BFGS-B", options={"maxiter": 80})
        weights = found.x
        of_sentence = weights[len(PASSAGE) :]
        print(f"loss {found.fun:.4f}")
    return weights[: len(PASSAGE)], of_sentence


def fit_described(examples: Sequence[Example], passage: np.ndarray, sentence: np.ndarray) -> float:
    """The weight of 'described' beside the others."""
    at = PASSAGE.index("described")
    rows = [
        (e.sheet.passage[:, :, at], Model(passage, sentence).scores(e.sheet, frozenset({"described"})), e.facts) for e in examples
    ]

    def mrr(weight: float) -> float:
        ranks = []
        for described, scores, facts in rows:
            order = np.argsort(-softmax(scores + weight * described, axis=1).sum(axis=0), kind="stable")
            ranks.append(1 + int(np.flatnonzero(np.isin(order, [place for places in facts for place in places]))[0]))
        return float(np.mean(1 / np.array(ranks)))

    return max(GRID, key=mrr)


def examples_of(retriever: Retriever, asked: Sequence[tuple[str, list[set[int]]]], weight: float) -> Iterator[Example]:
    """From questions with, for each fact, the numbers of the passages that hold it; those whose facts are no candidates are left out."""
    outlets = retriever.library.outlets()
    for question, facts in asked:
        sheet = retriever.compare(retriever.ask(understand(question, outlets)))
        if sheet is None:
            continue
        place = {page.number: i for i, page in enumerate(sheet.pages)}
        found = [places for fact in facts if (places := [place[number] for number in fact if number in place])]
        if found:
            yield Example(sheet, found, weight / len(asked))


def filled(folder: Path, file: Path) -> Retriever:
    """A retriever over a library in `folder` that holds the articles in `file`."""
    settings: Settings = load_settings(data_dir=folder)
    library = Library(folder, open_embedder(settings.embed_model))
    with library.writing():
        ingest([str(file)], library, settings)
    return Retriever(library, settings)


def all_numbers(library: Library) -> list[int]:
    """Of every passage in a library that nobody is writing to."""
    return sorted(library.ledger.numbers(library.ledger.generation))


def numbers_of(library: Library) -> dict[str, set[int]]:
    """The numbers of each article's passages."""
    out: dict[str, set[int]] = {}
    for number, (_, article, _, _) in library.read(all_numbers(library)).items():
        out.setdefault(article.id, set()).add(number)
    return out


def _without(features: np.ndarray, at: int) -> np.ndarray:
    out: np.ndarray = features.copy()
    out[:, :, at] = 0
    return out


def main(arguments: argparse.Namespace) -> None:
    """Gather, fit, write."""
    work: Path = arguments.work
    examples: list[Example] = []

    multihop = filled(work / "multihop", multihop_rag.corpus_file(arguments.multihop, work))
    questions = multihop_rag.questions(arguments.multihop)
    if arguments.half is not None:
        questions = [question for question in questions if multihop_rag.half(question.text) == arguments.half]
    passages = multihop.library.read(all_numbers(multihop.library))
    squashed = {number: multihop_rag.squash(passage.text) for number, (passage, _, _, _) in passages.items()}
    holders = {
        fact: {number for number, text in squashed.items() if multihop_rag.squash(fact) in text}
        for fact in {fact for question in questions for fact in question.facts}
    }
    examples += examples_of(multihop, [(q.text, [holders[fact] for fact in q.facts]) for q in questions], 1.0)

    with lzma.open(arguments.qa, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    squad = filled(work / "squad2", paragraphs.corpus_file(rows, "squad2", work))
    numbers = numbers_of(squad.library)
    asked = paragraphs.questions(rows, "squad2", "train", SQUAD_QUESTIONS)
    examples += examples_of(squad, [(question, [numbers[paragraph]]) for question, paragraph in asked], 1.0)

    bundled = filled(arguments.data_dir, Path("corpus"))
    numbers = numbers_of(bundled.library)
    dev = load(BUNDLED / "dev.jsonl")
    rights = [[set().union(*(numbers[a] for a in q.articles))] for q in dev]
    of_dev = [(q.text, right) for q, right in zip(dev, rights, strict=True) if q.articles]
    examples += examples_of(bundled, of_dev[: sum(bool(q.articles) for q in dev[:FITTED])], 1.0)

    print(f"{len(examples)} questions")
    at = PASSAGE.index("described")
    passage, sentence = fit([replace(e, sheet=replace(e.sheet, passage=_without(e.sheet.passage, at))) for e in examples])
    passage[at] = fit_described(list(examples_of(bundled, of_dev, 1.0)), passage, sentence)
    weights = {
        "passage": dict(zip(PASSAGE, passage.round(4).tolist(), strict=True)),
        "sentence": dict(zip(SENTENCE, sentence.round(4).tolist(), strict=True)),
    }
    print(json.dumps(weights))
    arguments.out.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="a library that holds the bundled articles, or is to")
    parser.add_argument(
        "--multihop", type=Path, required=True, help="folder with MultiHop-RAG's corpus.json and MultiHopRAG.json"
    )
    parser.add_argument("--qa", type=Path, required=True, help="questions over paragraphs: .jsonl.xz")
    parser.add_argument("--work", type=Path, required=True, help="where libraries are made and kept")
    parser.add_argument("--half", type=int, choices=(0, 1), help="fit on this half of MultiHop-RAG's development half alone")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    main(parser.parse_args())
