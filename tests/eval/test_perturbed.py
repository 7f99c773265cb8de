from __future__ import annotations

from functools import partial

from eval.retrieval import articles
from eval.suites.perturbed import COUNT, figures, perturb
from rag.engine import Engine


def test_every_question_is_changed_and_the_same_way_each_time() -> None:
    once, again = perturb(), perturb()
    assert once == again
    assert len(once) == COUNT
    assert all(one.before != one.after and one.how for one in once)
    assert {how for one in once for how in one.how} == {"slip", "lower", "upper", "accents", "number", "abbreviation"}


def test_slips_and_other_spellings_cost_little(bundled: Engine) -> None:
    got = figures(perturb(), partial(articles, bundled.retriever))
    assert got["hit@3"] >= 0.95
    assert got["loss"] <= 0.03
