"""The bundled questions as a gate: the project's own floors, and a scorer that can fail an answer."""

from __future__ import annotations

from eval.questions import Question
from eval.suites.bundled import figures, is_correct, run
from rag.engine import Engine
from rag.types import Answer, Sentence


def _question(**given: object) -> Question:
    fields = {
        "id": "x", "type": "figure", "text": "How much?", "far": False, "answerable": True, "articles": ("001",),
        "required": (("$900,000",),), "forbidden": ("$800,000",),
    }  # fmt: skip
    return Question(**(fields | given))  # type: ignore[arg-type]


def _said(text: str) -> Answer:
    return Answer("How much?", (Sentence(text, (1,)),))


def test_an_answer_is_right_when_it_says_the_fact_and_none_that_contradicts() -> None:
    assert is_correct(_question(), _said("It paid $900k."))
    assert not is_correct(_question(), _said("It paid $90."))
    assert not is_correct(_question(), _said("It paid $900,000 or $800,000."))
    assert not is_correct(_question(), Answer("How much?", abstained=True))


def test_what_the_coverage_does_not_tell_is_right_only_when_said_so() -> None:
    unanswerable = _question(answerable=False, articles=(), required=())
    assert is_correct(unanswerable, Answer("How much?", abstained=True))
    assert not is_correct(unanswerable, _said("It paid $900,000."))


def test_dev_questions_stay_above_their_floors(bundled: Engine) -> None:
    got = figures(run(bundled, "dev"))
    assert not {name: (got[name], floor) for name, floor in FLOORS.items() if got[name] < floor}


# A little under what was measured when they were last raised: rounding differs between processors.
FLOORS = {
    "hit@3": 0.89,
    "hit@10": 0.96,
    "correct": 0.68,
    "citation_correct": 0.99,
    "abstention_precision": 0.6,
    "abstention_recall": 0.7,
}
