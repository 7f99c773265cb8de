"""Pure functions on ids and numbers. Each says its range, its direction and the awkward case."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
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


def average_precision(ranked: Sequence[str], relevant: AbstractSet[str]) -> float:
    """Mean, over `relevant`, of the precision at the rank of each, 0 for those not found; its mean over questions is MAP (Manning et al.,
    Introduction to Information Retrieval, 2008, ch. 8).

    >>> average_precision(["a", "b", "c"], {"a", "c", "d"})
    0.5555555555555555
    """
    if not relevant:
        raise ValueError("average_precision needs a relevant id: leave such questions out of the mean and report how many")
    found, total = 0, 0.0
    for rank, id_ in enumerate(ranked, 1):
        if id_ in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


_ARTICLES = re.compile(r"\b(a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """`text` as SQuAD compares answers: lower case, without punctuation, articles and further white space.

    >>> normalised("The  Eiffel-Tower, (Paris).")
    'eiffeltower paris'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


def exact_match(said: str, answers: Sequence[str]) -> float:
    """1 when `said` is one of `answers` after `normalised`, else 0; without answers, whether nothing is said (Rajpurkar et al., 2016, 2018).

    >>> exact_match("The Beatles.", ["Beatles"]), exact_match("", [])
    (1.0, 1.0)
    """
    return float(normalised(said) in [normalised(answer) for answer in answers or ("",)])


def token_f1(said: str, answers: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of `said`'s words against the closest of `answers`, 0 to 1; where either is empty, whether
    both are (Rajpurkar et al., 2016, 2018).

    >>> token_f1("the quick fox", ["quick brown fox", "dog"])
    0.8
    """
    return max(_token_f1(normalised(said).split(), normalised(answer).split()) for answer in answers or ("",))


def _token_f1(said: Sequence[str], right: Sequence[str]) -> float:
    if not said or not right:
        return float(said == right)
    both = sum((Counter(said) & Counter(right)).values())
    return 2 * both / (len(said) + len(right))
