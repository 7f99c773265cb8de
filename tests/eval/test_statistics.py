"""Figures and intervals against hand cases, scipy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, precision_score, recall_score, roc_auc_score

from eval.statistics import (
    Statistic,
    auroc,
    average,
    calibration_error,
    estimates,
    half_sum,
    mcnemar,
    mean,
    paired,
    quantile,
    ratio,
    resamples,
)

NAN = float("nan")


def _once(statistic: Statistic, items: int) -> float:
    return float(statistic.of(np.ones((1, items)))[0])


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(3)


def test_an_item_without_a_score_does_not_count() -> None:
    values = np.array([1.0, NAN, 0.0, 1.0])
    assert _once(mean(values), 4) == pytest.approx(2 / 3)
    assert mean(values).count == 3


def test_the_interval_of_a_mean_is_scipys(chance: np.random.Generator) -> None:
    values = chance.beta(2, 1, size=150)
    got = estimates({"m": mean(values)}, len(values))["m"]
    theirs = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="percentile", rng=1).confidence_interval
    assert got.value == pytest.approx(values.mean())
    assert (got.low, got.high) == pytest.approx((theirs.low, theirs.high), abs=0.004)


def test_the_interval_of_a_ratio_moves_both_sums_together(chance: np.random.Generator) -> None:
    below = chance.integers(1, 9, size=120).astype(float)
    above = np.floor(below * chance.random(120))
    got = estimates({"r": ratio(above, below)}, 120)["r"]
    theirs = stats.bootstrap(
        (above, below), lambda a, b, axis: a.sum(axis) / b.sum(axis), paired=True, n_resamples=20_000, method="percentile", rng=1
    ).confidence_interval
    assert (got.low, got.high) == pytest.approx((theirs.low, theirs.high), abs=0.006)


def test_the_same_seed_draws_the_same_in_blocks_of_any_size() -> None:
    blocks = list(resamples(3, count=50))
    assert sum(len(block) for block in blocks) == 50
    assert all((block.sum(axis=1) == 3).all() for block in blocks)
    assert np.array_equal(np.concatenate(blocks), np.concatenate(list(resamples(3, count=50))))


def test_where_every_item_has_the_same_score_the_interval_is_exact_and_not_a_point() -> None:
    got = estimates({"all": mean(np.ones(20)), "none": mean(np.zeros(20))}, 20)
    exact = stats.binomtest(20, 20).proportion_ci(method="exact")
    assert (got["all"].low, got["all"].high) == pytest.approx((exact.low, exact.high))
    exact = stats.binomtest(0, 20).proportion_ci(method="exact")
    assert (got["none"].low, got["none"].high) == pytest.approx((exact.low, exact.high))


def test_what_no_item_has_is_left_out_and_never_nan() -> None:
    got = estimates({"nothing": mean(np.full(4, NAN)), "one": mean(np.array([NAN, 1.0, NAN, NAN]))}, 4)
    assert set(got) == {"one"}
    assert not any(np.isnan([one.value, one.low, one.high]).any() for one in got.values())


def test_percentiles_are_nearest_rank() -> None:
    values = np.array([40.0, 10.0, NAN, 30.0, 20.0])
    assert [_once(quantile(values, share), 5) for share in (0.5, 0.75, 0.95, 0.01)] == [20, 30, 40, 10]


def test_area_under_the_curve_is_scikit_learns_with_ties_and_weights(chance: np.random.Generator) -> None:
    scores = chance.integers(0, 10, size=200).astype(float)
    positive = (chance.random(200) < scores / 12).astype(float)
    assert _once(auroc(scores, positive), 200) == pytest.approx(roc_auc_score(positive, scores))
    weights = chance.integers(0, 3, size=(1, 200)).astype(float)
    weighted = roc_auc_score(positive, scores, sample_weight=weights[0])
    assert float(auroc(scores, positive).of(weights)[0]) == pytest.approx(weighted)


def test_one_class_alone_has_no_area() -> None:
    assert auroc(np.array([0.1, 0.2]), np.array([1.0, 1.0])).count == 0


def test_ratios_are_scikit_learns_precision_recall_and_balanced_accuracy(chance: np.random.Generator) -> None:
    true = (chance.random(300) < 0.3).astype(float)
    said = (chance.random(300) < 0.3 + 0.3 * true).astype(float)
    assert _once(ratio(said * true, said), 300) == pytest.approx(precision_score(true, said))
    assert _once(ratio(said * true, true), 300) == pytest.approx(recall_score(true, said))
    recalls = [ratio(np.where(true == label, said == true, NAN).astype(float), np.ones(300)) for label in (0, 1)]
    assert _once(half_sum(recalls[0], recalls[1]), 300) == pytest.approx(balanced_accuracy_score(true, said))


def test_an_average_over_an_empty_part_is_no_figure() -> None:
    assert average((mean(np.array([1.0])), mean(np.array([NAN])))).count == 0


def test_calibration_error_by_hand() -> None:
    # Two bins: stated 0.95 and true in half the cases (gap 0.45), stated 0.25 and true in a quarter (gap 0).
    chances = np.array([0.95, 0.95, 0.25, 0.25, 0.25, 0.25])
    true = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert _once(calibration_error(chances, true), 6) == pytest.approx(0.45 * 2 / 6)


def test_a_difference_on_the_same_items_is_surer_than_two_intervals(chance: np.random.Generator) -> None:
    one = (chance.random(200) < 0.6).astype(float)
    other = one.copy()
    other[np.flatnonzero(one == 0)[:12]] = 1
    got = paired(mean(one), mean(other), 200)
    assert got.value == pytest.approx(0.06)
    assert got.low > 0
    assert got.p < 0.01
    assert paired(mean(one), mean(one), 200).p == 1


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (7, 2), (12, 12), (1, 9)])
def test_mcnemar_is_scipys_exact_binomial(better: int, worse: int) -> None:
    theirs = stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert mcnemar(better, worse) == pytest.approx(theirs)
