"""Judging the judge: pairs of a claim and a document with a human label, of four benchmarks or one file of one's own.

One threshold for every set (Laban et al., 2022; Tang et al., LLM-AggreFact, 2024): a claim counts as supported from a chance of
0.5 on. Balanced accuracy is the mean of the recalls of both classes, of several sets the mean over sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from eval.figures import Columns, Figure, Item, share_of
from eval.judges import SUPPORTED
from eval.statistics import Statistic, auroc, average, calibration_error, half_sum, ratio
from eval.suite import Context, Suite
from eval.suites import pair_formats
from eval.suites.pair_formats import Pair
from rag.errors import SluglineError

_AT_ONCE = 256  # pairs between two words of progress


def items(context: Context, pairs: list[Pair]) -> list[Item]:
    """Each pair with what the judge of `context` says of it.

    Raises:
        SluglineError: there are none.
    """
    if not pairs:
        raise SluglineError(f"{context.data} holds no pairs of the split {context.split}.")
    sets = {name: float(number) for number, name in enumerate(dict.fromkeys(pair.dataset for pair in pairs))}
    chances = np.zeros(len(pairs))
    for at in range(0, len(pairs), _AT_ONCE):
        some = pairs[at : at + _AT_ONCE]
        chances[at : at + len(some)] = context.judge.score([(pair.claim, pair.passage) for pair in some])
        context.progress(at + len(some), len(pairs))
    return [_item(pair, float(chance), sets[pair.dataset]) for pair, chance in zip(pairs, chances, strict=True)]


def _item(pair: Pair, chance: float, dataset: float) -> Item:
    failed = "" if 0 <= chance <= 1 else "the judge could not tell"
    if failed:
        chance = 0.0 if pair.supported else 1.0  # counts as wrong
    said = chance >= SUPPORTED
    scores = {
        "set": dataset,
        "chance": chance,
        "supported": float(pair.supported),
        "said": float(said),
        "right": float(said == pair.supported),
    }
    detail = {"claim": pair.claim, "passage": pair.passage[:4000], "label": pair.label, "judged": round(chance, 4)}
    return Item(pair.id, pair.dataset, pair.claim[:300], scores, detail, failed)


def _balanced(c: Columns) -> Statistic:
    """The mean over sets of the mean of both classes' recalls; a set of one class is left out."""
    parts = []
    for one in np.unique(c["set"]):
        recalls = [
            ratio(np.where((c["set"] == one) & (c["supported"] == label), c["right"], np.nan), c["right"] * 0 + 1)
            for label in (0, 1)
        ]
        if all(recall.count for recall in recalls):
            parts.append(half_sum(recalls[0], recalls[1]))
    return average(tuple(parts))


def _of_unsupported(kind: str) -> Callable[[Columns], Statistic]:
    """Precision, recall or F1 of the claims that the judge says are not supported."""

    def make(c: Columns) -> Statistic:
        said, true = 1 - c["said"], 1 - c["supported"]
        both = said * true
        of = {"precision": said, "recall": true, "f1": (said + true) / 2}[kind]
        return ratio(both, of)

    return make


FIGURES: dict[str, Figure] = {
    "balanced_accuracy": Figure(_balanced, "mean of the recalls of supported and unsupported claims, then over sets"),
    "accuracy": Figure(share_of("right"), "judged as people did"),
    "unsupported_precision": Figure(_of_unsupported("precision"), "of the claims judged unsupported: people say so too"),
    "unsupported_recall": Figure(_of_unsupported("recall"), "of the claims that people say are unsupported: judged so"),
    "unsupported_f1": Figure(_of_unsupported("f1"), "harmonic mean of the two"),
    "auroc": Figure(
        lambda c: auroc(c["chance"], c["supported"]), "chance that a supported claim scores above an unsupported one"
    ),
    "calibration_error": Figure(
        lambda c: calibration_error(c["chance"], c["supported"]),
        "how far the judge's chances are from how often claims are supported",
        "",
        False,
    ),
}


def _suite(
    name: str, about: str, upstream: str, licence: str, scoring: str, data: str, read: Callable[[Path, str], Iterable[Pair]]
) -> Suite:
    def run(context: Context) -> list[Item]:
        return items(context, context.some(list(read(suite.data_of(context), context.split))))

    suite = Suite(name, about, upstream, licence, scoring, FIGURES, "right", run, data, library=False)
    return suite


RAGTRUTH = _suite(
    "ragtruth",
    "answers of six models over retrieved passages, with the spans people found to be made up",
    "github.com/ParticleMedia/RAGTruth, folder dataset",
    "MIT",
    "a whole answer is unsupported when any span of it is marked; figures by task (QA is what is mostly quoted); spans are not scored",
    pair_formats.RAGTRUTH,
    pair_formats.ragtruth,
)
FAITHBENCH = _suite(
    "faithbench",
    "summaries by ten models on which detectors disagree",
    "github.com/vectara/FaithBench, folder data_for_release or FaithBench.csv",
    "for non-commercial use",
    "the worst label of a summary counts; Unwanted and Questionable are unsupported; balanced accuracy",
    pair_formats.FAITHBENCH,
    pair_formats.faithbench,
)
WICE = _suite(
    "wice",
    "claims of Wikipedia against the pages they cite",
    "github.com/ryokamoi/wice, folder data/entailment_retrieval",
    "ODC-BY 1.0",
    "only 'supported' is supported, 'partially_supported' is not; balanced accuracy",
    pair_formats.WICE,
    pair_formats.wice,
)
AGGREFACT = _suite(
    "aggrefact-csv",
    "LLM-AggreFact: eleven sets of claims and documents in one table",
    "huggingface.co/datasets/lytang/LLM-AggreFact, saved as CSV",
    "each set its own",
    "balanced accuracy at one threshold, mean over sets",
    pair_formats.AGGREFACT,
    pair_formats.aggrefact,
)
PAIRS = _suite(
    "pairs",
    "any pairs of claim and context with a label",
    "a file of one's own",
    "its own",
    "as aggrefact-csv; rows whose use is train are left out",
    pair_formats.PAIRS,
    pair_formats.pairs,
)
