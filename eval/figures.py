"""Items, what was measured on each, and the figures that a suite makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eval.statistics import Estimate, Statistic, estimates, mean, quantile


@dataclass(frozen=True)
class Item:
    """One question or pair of a suite.

    `scores` are the numbers measured on it, by column; a column that does not apply to it is absent. `detail` is what a reader of
    the report wants to see. An item that `failed` (why, in a sentence) has the scores of a wrong one.
    """

    id: str
    type: str
    question: str
    scores: Mapping[str, float]
    detail: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""


class Columns(defaultdict[str, np.ndarray]):
    """The scores of items by column: float64, shape (items,), NaN where an item has none; a column nobody has is all NaN."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(lambda: np.full(len(items), np.nan))
        for i, item in enumerate(items):
            for name, value in item.scores.items():
                self[name][i] = value


@dataclass(frozen=True)
class Figure:
    """How a figure is made of the columns, its unit ('share', 'ms', 'tokens', 'USD', or '' for a plain number), which way is better,
    and what it says."""

    make: Callable[[Columns], Statistic]
    about: str
    unit: str = "share"
    higher_is_better: bool = True

    def worse(self, value: float, than: float) -> bool:
        """Whether `value` is on the bad side of `than`."""
        return value < than if self.higher_is_better else value > than


def statistics(figures: Mapping[str, Figure], items: Sequence[Item]) -> dict[str, Statistic]:
    """Each figure as a statistic over `items`."""
    columns = Columns(items)
    return {name: figure.make(columns) for name, figure in figures.items()}


def measured(figures: Mapping[str, Figure], items: Sequence[Item]) -> dict[str, Estimate]:
    """Each figure of `items` with its interval; those that no item has are left out."""
    return estimates(statistics(figures, items), len(items)) if items else {}


def by_type(figures: Mapping[str, Figure], items: Sequence[Item]) -> dict[str, tuple[int, dict[str, Estimate]]]:
    """For each type, in the order of its first item: how many items it has, and its figures."""
    kinds = dict.fromkeys(item.type for item in items)
    groups = {kind: [item for item in items if item.type == kind] for kind in kinds}
    return {kind: (len(group), measured(figures, group)) for kind, group in groups.items()}


def share_of(column: str) -> Callable[[Columns], Statistic]:
    """The mean of a column of shares."""
    return lambda columns: mean(columns[column])


def _quantile(column: str, share: float) -> Callable[[Columns], Statistic]:
    return lambda columns: quantile(columns[column], share)


def latency(column: str = "ms", of: str = "the answers") -> dict[str, Figure]:
    """Percentiles of milliseconds."""
    return {
        f"latency_p{round(100 * share)}_ms": Figure(
            _quantile(column, share), f"{share:.0%} of {of} took at most this", "ms", False
        )
        for share in (0.5, 0.95, 0.99)
    }
