"""Two runs on the same questions: what differs, how surely, and which questions changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eval.figures import statistics
from eval.results import Results, items_of
from eval.statistics import Difference, mcnemar, paired
from eval.suite import Suite
from eval.suites import SUITES, suite
from rag.errors import SluglineError


@dataclass(frozen=True)
class Change:
    """A question whose primary score changed."""

    id: str
    question: str
    before: float
    after: float


@dataclass(frozen=True)
class Comparison:
    """What `after` has more (or, below 0, less) than `before`, over the questions that both asked.

    `test` is the p of McNemar's test on the primary score where that is 0 or 1, else None; `alone` are ids that only one run has.
    """

    suite: Suite
    questions: int
    figures: dict[str, tuple[float, float, Difference]]
    better: list[Change]
    worse: list[Change]
    test: float | None
    alone: list[str]


def compare(before: Results, after: Results) -> Comparison:
    """Compare two runs of one suite, question by question.

    Raises:
        SluglineError: they are of different suites, or have no question in common.
    """
    name = before["suite"]
    if name != after["suite"] or name not in SUITES:
        raise SluglineError(f"One run is of {name}, the other of {after['suite']}: only runs of one suite can be compared.")
    of = suite(name)
    one, other = ({item.id: item for item in items_of(results)} for results in (before, after))
    both = [id_ for id_ in one if id_ in other and one[id_].question == other[id_].question]
    if not both:
        raise SluglineError("The two runs have no question in common.")
    first, second = [one[id_] for id_ in both], [other[id_] for id_ in both]
    mine, theirs = statistics(of.figures, first), statistics(of.figures, second)
    once = np.ones((1, len(both)))
    figures = {
        figure: (
            float(mine[figure].of(once)[0]),
            float(theirs[figure].of(once)[0]),
            paired(mine[figure], theirs[figure], len(both)),
        )
        for figure in of.figures
        if mine[figure].count and theirs[figure].count
    }
    changed = [
        Change(a.id, a.question, a.scores[of.primary], b.scores[of.primary])
        for a, b in zip(first, second, strict=True)
        if of.primary in a.scores and of.primary in b.scores and a.scores[of.primary] != b.scores[of.primary]
    ]
    better = [change for change in changed if change.after > change.before]
    worse = [change for change in changed if change.after < change.before]
    binary = all(item.scores.get(of.primary, 0.0) in (0.0, 1.0) for item in [*first, *second])
    return Comparison(
        of,
        len(both),
        figures,
        better,
        worse,
        mcnemar(len(better), len(worse)) if binary else None,
        sorted(set(one) ^ set(other)),
    )
