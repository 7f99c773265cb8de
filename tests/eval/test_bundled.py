"""The bundled questions as the project's own gate, and a scorer that can fail an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from eval import gate
from eval.answering import FIGURES, ask_all, is_correct
from eval.judges import Ours
from eval.questions import Question
from eval.results import Results, run
from eval.suite import Context
from eval.suites import suite
from rag.engine import Engine
from rag.types import Answer, Article, Citation, Hit, Passage, Sentence


def _question(**given: object) -> Question:
    fields = {
        "id": "x", "type": "figure", "text": "How much?", "far": False, "answerable": True, "articles": ("001",),
        "required": (("$900,000",),), "forbidden": ("$800,000",),
    }  # fmt: skip
    return Question(**(fields | given))  # type: ignore[arg-type]


def _said(text: str, article: str = "001") -> Answer:
    passage = Passage(article, 0, 0, len(text), text)
    hit = Hit(passage, Article(article, "Title", "Outlet", text, dt.date(2026, 1, 1)), 1.0)
    return Answer("How much?", (Sentence(text, (1,)),), (Citation(1, hit, text),))


def test_an_answer_is_right_when_it_says_the_fact_and_none_that_contradicts() -> None:
    assert is_correct(_question(), _said("It paid $900k."))
    assert not is_correct(_question(), _said("It paid $90."))
    assert not is_correct(_question(), _said("It paid $900,000 or $800,000."))
    assert not is_correct(_question(), Answer("How much?", abstained=True))


def test_what_the_coverage_does_not_tell_is_right_only_when_said_so() -> None:
    unanswerable = _question(answerable=False, articles=(), required=())
    assert is_correct(unanswerable, Answer("How much?", abstained=True))
    assert not is_correct(unanswerable, _said("It paid $900,000."))


def test_without_required_facts_reference_answers_then_evidence_then_articles_decide() -> None:
    assert is_correct(_question(required=(), answers=("$900,000",)), _said("It paid $900k."))
    assert not is_correct(_question(required=(), answers=("$90",)), _said("It paid $900k."))
    assert is_correct(_question(required=(), evidence=("It  paid $900k.",)), _said("It paid $900k."))
    assert not is_correct(_question(required=(), evidence=("It paid nothing.",)), _said("It paid $900k."))
    assert is_correct(_question(required=()), _said("Anything.", "001"))
    assert not is_correct(_question(required=()), _said("Anything.", "002"))


class _Answers(Engine):
    """The bundled engine, whose answers and failures a test gives."""

    def __init__(self, engine: Engine, answers: dict[str, Answer]) -> None:
        self.__dict__.update(engine.__dict__)
        self._answers = answers

    def ask(self, question: str, *_: Any, **__: Any) -> Answer:
        if question == "fail":
            raise RuntimeError("the disk caught fire")
        return self._answers.get(question, _said("Hello there."))


def test_a_fact_cited_to_an_article_that_does_not_answer_is_not_cited_rightly(bundled: Engine) -> None:
    right, wrong = _question(id="r", text="right"), _question(id="w", text="wrong")
    engine = _Answers(bundled, {"right": _said("It paid $900,000.", "001"), "wrong": _said("It paid $900,000.", "002")})
    items = {item.id: item for item in ask_all(engine, [right, wrong], Ours())}
    assert items["r"].scores["correct"] == items["w"].scores["correct"] == 1
    assert items["r"].scores["facts_right"] == items["r"].scores["cited_right"] == 1
    assert items["w"].scores["facts_right"] == items["w"].scores["cited_right"] == 0


def test_a_question_that_fails_counts_as_wrong_and_is_listed(bundled: Engine) -> None:
    engine = _Answers(bundled, {})
    [item] = ask_all(engine, [_question(text="fail")], Ours())
    assert "disk caught fire" in item.failed
    assert item.scores["correct"] == item.scores["hit@10"] == item.scores["faithful_answer"] == 0
    assert all(value == value for value in item.scores.values())


def test_dev_questions_stay_above_their_floors(dev: Results) -> None:
    assert not dev["failed"]
    fell = gate.below(dev, FIGURES, gate.floors("bundled", "dev"))
    assert not fell, gate.table(fell)


def test_every_figure_has_an_interval_around_it_and_is_a_number(dev: Results) -> None:
    assert set(dev["figures"]) == set(FIGURES) - {"exact_match", "token_f1", "tokens", "cost"}
    for name, value in dev["figures"].items():
        low, high = dev["intervals"][name]
        assert low <= high
        assert low <= value <= high or name == "calibration_error", name  # resampling adds to how far chances seem off
    assert sum(of["questions"] for of in dev["by_type"].values()) == dev["questions"] == len(dev["items"])


def test_two_runs_on_the_same_state_give_the_same_but_for_time(bundled: Engine) -> None:
    def once() -> Results:
        found = run(suite("bundled"), Context(lambda: bundled, Ours(), split="dev", limit=25))
        for name in ("at", "seconds"):
            found.pop(name)
        for table in ("figures", "intervals"):
            found[table] = {name: value for name, value in found[table].items() if not name.startswith("latency")}
        found["by_type"] = found["intervals_by_type"] = None
        for item in found["items"]:
            item["scores"].pop("ms")
        return found

    assert once() == once()
