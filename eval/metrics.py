"""Pure functions on ids and numbers. Each says its range, its direction and the awkward case."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet


def hit_at(k: int, ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """1 when one of `relevant` is among the first `k` of `ranked`, else 0.

    >>> hit_at(2, ranked=["a", "b", "c"], relevant={"c"})
    0.0
    """
    if not relevant:
        raise ValueError("hit_at needs a relevant id: leave such questions out of the mean and report how many")
    return float(any(id_ in relevant for id_ in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """1 over the rank of the first of `relevant`; 0 when none was found. Its mean over questions is MRR (Voorhees, TREC-8, 1999).

    >>> reciprocal_rank(["a", "b", "c"], {"b", "c"})
    0.5
    """
    if not relevant:
        raise ValueError("reciprocal_rank needs a relevant id: leave such questions out of the mean and report how many")
    return next((1 / rank for rank, id_ in enumerate(ranked, 1) if id_ in relevant), 0.0)


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean; 0 for no values, so that a report never shows NaN (the count beside it shows why)."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of `values` do not exceed: the nearest-rank percentile. 0 for no values.

    >>> percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.95)
    (2, 4)
    """
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def precision_recall(said: Sequence[bool], true: Sequence[bool]) -> tuple[float, float]:
    """Of the pairs (said, true): how many said are true, how many true are said. Both 0 to 1; 0 when there is none to count.

    >>> precision_recall([True, True, False, False], [True, False, True, False])
    (0.5, 0.5)
    """
    both = sum(s and t for s, t in zip(said, true, strict=True))
    return both / max(1, sum(said)), both / max(1, sum(true))


def ndcg_at(k: int, ranked: Sequence[str], gains: Mapping[str, float]) -> float:
    """Discounted cumulative gain of the first `k` over that of the best order, 0 to 1 (Järvelin and Kekäläinen, 2002; linear gain, as BEIR).

    >>> ndcg_at(2, ["a", "b"], {"a": 1.0, "c": 1.0}), ndcg_at(1, ["a"], {"a": 2.0})
    (0.6131471927654584, 1.0)
    """
    if not any(gain > 0 for gain in gains.values()):
        raise ValueError("ndcg_at needs a relevant id: leave such questions out of the mean and report how many")
    best = sorted(gains.values(), reverse=True)[:k]
    found = [gains.get(id_, 0.0) for id_ in ranked[:k]]
    return _discounted(found) / _discounted(best)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall_at(k: int, ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """Share of `relevant` among the first `k` of `ranked`, 0 to 1.

    >>> recall_at(2, ["a", "b", "c"], {"b", "c"})
    0.5
    """
    if not relevant:
        raise ValueError("recall_at needs a relevant id: leave such questions out of the mean and report how many")
    return len(relevant & set(ranked[:k])) / len(relevant)
