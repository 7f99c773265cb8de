"""Figures with their uncertainty: every statistic is a function of how often each item counts, so that the figure itself (each item
once) and its bootstrap (items drawn with replacement) come from one definition.

The bootstrap is the percentile one (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13), with a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
SEED = 7
LEVEL = 0.95
_CELLS = 4_000_000  # weights held at once: 32 MB


@dataclass(frozen=True)
class Statistic:
    """A number computed from weighted items.

    `of` takes weights of shape (resamples, items), how often each item counts, and gives shape (resamples,). `count` is over how many
    items it is; 0 means that there is nothing to compute. `share` says that it is a mean of values from 0 to 1.
    """

    of: Callable[[np.ndarray], np.ndarray]
    count: int
    share: bool = False


@dataclass(frozen=True)
class Estimate:
    """A figure, its 95 % interval, and over how many items it is."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Difference:
    """A figure of one run less that of another on the same items, its 95 % interval, and the two-sided p of no difference."""

    value: float
    low: float
    high: float
    p: float


def _over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below; 0 where a resample drew nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0))


def ratio(above: np.ndarray, below: np.ndarray, share: bool = True) -> Statistic:
    """Sum of `above` over sum of `below`, both of shape (items,); NaN in either means that the item does not count."""
    counts = ~(np.isnan(above) | np.isnan(below))
    top, bottom = np.where(counts, above, 0.0), np.where(counts, below, 0.0)
    return Statistic(lambda w: _over(w @ top, w @ bottom), int((bottom > 0).sum()), share)


def mean(values: np.ndarray, share: bool = True) -> Statistic:
    """Arithmetic mean over the items that are not NaN."""
    return ratio(values, np.where(np.isnan(values), np.nan, 1.0), share)


def half_sum(one: Statistic, other: Statistic) -> Statistic:
    """The mean of two statistics: balanced accuracy is that of the two classes' recalls."""
    return average((one, other))


def average(parts: tuple[Statistic, ...]) -> Statistic:
    """The mean of several statistics, each weighing the same; none of them may be empty."""
    if not parts or any(not part.count for part in parts):
        return Statistic(lambda w: np.zeros(len(w)), 0)
    return Statistic(
        lambda w: np.mean([part.of(w) for part in parts], axis=0),
        sum(part.count for part in parts),
        all(part.share for part in parts),
    )


def quantile(values: np.ndarray, share: float) -> Statistic:
    """Nearest-rank percentile: the smallest value that at least `share` (0 to 1) of the items that are not NaN do not exceed."""
    here = np.flatnonzero(~np.isnan(values))
    here = here[np.argsort(values[here], kind="stable")]
    ordered = values[here]

    def of(w: np.ndarray) -> np.ndarray:
        upto = np.cumsum(w[:, here], axis=1)
        wanted = np.maximum(np.ceil(share * upto[:, -1] - 1e-9), 1)
        return np.asarray(ordered[np.minimum((upto < wanted[:, None]).sum(axis=1), len(ordered) - 1)])

    return Statistic(of, len(here))


def auroc(scores: np.ndarray, positive: np.ndarray) -> Statistic:
    """Area under the ROC curve: the chance that a positive item scores above a negative one, ties counting half (Hanley and McNeil,
    1982). `positive` is 0, 1 or NaN. A resample without either class gives 0.5."""
    here = np.flatnonzero(~(np.isnan(scores) | np.isnan(positive)))
    here = here[np.argsort(scores[here], kind="stable")]
    starts = np.flatnonzero(np.r_[True, np.diff(scores[here]) > 0]) if len(here) else np.zeros(0, dtype=int)
    is_positive = positive[here] > 0
    both = bool(is_positive.any() and (~is_positive).any())

    def of(w: np.ndarray) -> np.ndarray:
        plus = np.add.reduceat(w[:, here] * is_positive, starts, axis=1)
        minus = np.add.reduceat(w[:, here] * ~is_positive, starts, axis=1)
        below = np.cumsum(minus, axis=1) - minus
        pairs = plus.sum(1) * minus.sum(1)
        area = (plus * (below + 0.5 * minus)).sum(1)
        return np.where(pairs > 0, _over(area, pairs), 0.5)

    return Statistic(of, len(here) if both else 0)


def calibration_error(chances: np.ndarray, true: np.ndarray, bins: int = 10) -> Statistic:
    """Expected calibration error: how far stated chances are from how often they came true, weighed over `bins` of equal width
    (Naeini et al., 2015; Guo et al., 2017). 0 is best. `true` is 0, 1 or NaN."""
    counts = ~(np.isnan(chances) | np.isnan(true))
    place = np.clip((np.where(counts, chances, 0.0) * bins).astype(int), 0, bins - 1)
    inside = np.zeros((len(chances), bins))
    inside[np.arange(len(chances)), place] = counts
    gap = inside * np.where(counts, chances - true, 0.0)[:, None]

    def of(w: np.ndarray) -> np.ndarray:
        return _over(np.abs(w @ gap).sum(1), (w @ inside).sum(1))

    return Statistic(of, int(counts.sum()))


def resamples(items: int, count: int = RESAMPLES, seed: int = SEED) -> Iterator[np.ndarray]:
    """How often each of `items` was drawn, in blocks of shape (some, items); `count` rows in all, the same for a seed always."""
    chance = np.random.default_rng(seed)
    step = max(1, min(count, _CELLS // max(1, items)))
    for at in range(0, count, step):
        rows = min(step, count - at)
        drawn = chance.integers(items, size=(rows, items)) + items * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * items).reshape(rows, items).astype(float)


def estimates(statistics: Mapping[str, Statistic], items: int, seed: int = SEED) -> dict[str, Estimate]:
    """Each statistic with its interval; those over no item are left out, so that no figure is ever NaN.

    A share that is 0 or 1 in every resample gets the exact interval of Clopper and Pearson (1934): a bootstrap of equal values has
    no width, which would claim more than was seen.
    """
    known = {name: statistic for name, statistic in statistics.items() if statistic.count}
    if not known:
        return {}
    once = np.ones((1, items))
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in known}
    for weights in resamples(items, seed=seed):
        for name, statistic in known.items():
            drawn[name].append(statistic.of(weights))
    out = {}
    for name, statistic in known.items():
        value = float(statistic.of(once)[0])
        low, high = _middle(np.concatenate(drawn[name]))
        if statistic.share and low == high == value and value in (0.0, 1.0):
            open_end = ((1 - LEVEL) / 2) ** (1 / statistic.count)
            low, high = (open_end, 1.0) if value else (0.0, 1 - open_end)
        out[name] = Estimate(value, low, high, statistic.count)
    return out


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def paired(one: Statistic, other: Statistic, items: int, seed: int = SEED) -> Difference:
    """`other` less `one`, both over the same items in the same order: the same draws count for both (paired bootstrap, Koehn, 2004).

    p is twice the smaller share of resamples on either side of 0, at most 1 and never 0.
    """
    once = np.ones((1, items))
    value = float(other.of(once)[0] - one.of(once)[0])
    drawn = np.concatenate([other.of(weights) - one.of(weights) for weights in resamples(items, seed=seed)])
    low, high = _middle(drawn)
    least = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return Difference(value, low, high, min(1.0, 2 * (least + 1) / (len(drawn) + 1)))


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact p of McNemar's test (1947): of the items that changed, are as many better as worse? 1 when none changed.

    >>> mcnemar(0, 5), mcnemar(3, 3)
    (0.0625, 1.0)
    """
    changed = better + worse
    tail = sum(math.comb(changed, k) for k in range(min(better, worse) + 1))
    return float(min(1.0, 2 * tail / 2**changed))
