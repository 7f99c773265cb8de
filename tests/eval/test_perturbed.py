from __future__ import annotations

from functools import partial

from eval.figures import measured
from eval.ranking import articles
from eval.suites.perturbed import COUNT, SUITE, judged, perturb
from rag.engine import Engine


def test_every_question_is_changed_and_the_same_way_each_time() -> None:
    once, again = perturb(), perturb()
    assert once == again
    assert len(once) == COUNT
    assert all(one.before != one.after and one.how for one in once)
    assert {how for one in once for how in one.how} == {"slip", "lower", "upper", "accents", "number", "abbreviation"}


def test_slips_and_other_spellings_cost_little(bundled: Engine) -> None:
    got = measured(SUITE.figures, judged(perturb(), partial(articles, bundled.retriever)))
    assert got["hit@3_perturbed"].value >= 0.95
    assert got["loss"].value <= 0.03
    assert got["hit@3"].count == COUNT
