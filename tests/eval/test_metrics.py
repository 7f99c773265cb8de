"""Ranking metrics against pytrec_eval, the answers' against scikit-learn's way of counting and hand cases."""

from __future__ import annotations

import random

import pytest
import pytrec_eval

from eval.metrics import average_precision, exact_match, hit_at, ndcg_at, precision_recall, recall_at, reciprocal_rank, token_f1


@pytest.mark.parametrize("seed", range(25))
def test_ranking_metrics_are_trec_evals(seed: int) -> None:
    chance = random.Random(seed)
    documents = [f"d{n}" for n in range(30)]
    gains = {document: chance.choice([1, 1, 2, 3]) for document in chance.sample(documents, chance.randint(1, 8))}
    ranked = chance.sample(documents, chance.randint(1, 30))
    scores = {document: float(len(ranked) - rank) for rank, document in enumerate(ranked)}
    measures = {"map", "recip_rank", "ndcg_cut.10", "recall.10", "success.5"}
    theirs = pytrec_eval.RelevanceEvaluator({"q": gains}, measures).evaluate({"q": scores})["q"]
    relevant = set(gains)
    assert average_precision(ranked, relevant) == pytest.approx(theirs["map"])
    assert reciprocal_rank(ranked, relevant) == pytest.approx(theirs["recip_rank"])
    assert ndcg_at(10, ranked, {document: float(gain) for document, gain in gains.items()}) == pytest.approx(
        theirs["ndcg_cut_10"]
    )
    assert recall_at(10, ranked, relevant) == pytest.approx(theirs["recall_10"])
    assert hit_at(5, ranked, relevant) == pytest.approx(theirs["success_5"])


def test_a_question_with_nothing_relevant_is_an_error_not_a_score() -> None:
    for metric in (reciprocal_rank, average_precision):
        with pytest.raises(ValueError, match="relevant"):
            metric(["a"], set())


def test_answers_are_compared_as_squad_does() -> None:
    assert exact_match("the Beatles!", ["Rolling Stones", "Beatles"]) == 1
    assert exact_match("Beatles and more", ["Beatles"]) == 0
    assert token_f1("It was the Beatles", ["The Beatles"]) == pytest.approx(2 * 1 / (3 + 1))
    assert token_f1("", ["x"]) == exact_match("", ["x"]) == 0
    assert token_f1("", []) == exact_match("", []) == 1


def test_nothing_said_has_no_precision_and_is_not_nan() -> None:
    assert precision_recall([False, False], [True, False]) == (0.0, 0.0)
