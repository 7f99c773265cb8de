"""Follow-ups made whole, and questions that stand alone left as they are."""

from __future__ import annotations

import pytest

from rag.conversation import resolve
from rag.engine import Engine


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        (
            "How much did Netflix pay its machine learning product manager?",
            "and Disney?",
            "How much did Disney pay its machine learning product manager?",
        ),
        ("When did the ELVIS Act take effect?", "what about the NO FAKES Act?", "When did the NO FAKES Act take effect?"),
        ("Who signed the ELVIS Act?", "when was that?", "When was the ELVIS Act signed?"),
        ("What did the RIAA report in 2024?", "and in 2025?", "What did the RIAA report in 2025?"),
        ("When did the ELVIS Act take effect?", "where?", "Where did the ELVIS Act take effect?"),
    ],
)
def test_a_follow_up_is_made_whole(bundled: Engine, before: str, question: str, whole: str) -> None:
    assert resolve(question, [bundled.ask(before)], bundled.library.outlets()) == whole


@pytest.mark.parametrize(
    ("before", "question", "named"),
    [
        ("What did Grimes offer for songs in her voice?", "Does she set any limits?", "Grimes"),
        ("When did the ELVIS Act take effect?", "Who signed it?", "ELVIS Act"),
        ("How long did the writers strike last?", "and what did the union win?", "strike"),
    ],
)
def test_what_a_pronoun_or_a_plain_noun_stands_for_is_named(bundled: Engine, before: str, question: str, named: str) -> None:
    whole = resolve(question, [bundled.ask(before)], bundled.library.outlets())
    assert named in whole
    assert whole != question


@pytest.mark.parametrize(
    "question", ["How much did Deezer receive?", "When did SAG-AFTRA strike against game publishers?", "What is Tilly Norwood?"]
)
def test_a_question_of_its_own_stays_as_it_is(bundled: Engine, question: str) -> None:
    assert resolve(question, [bundled.ask("When did the ELVIS Act take effect?")], bundled.library.outlets()) == question


def test_without_anything_before_nothing_is_changed() -> None:
    assert resolve("and Disney?", []) == "and Disney?"


def test_the_answer_keeps_what_was_typed_and_what_it_was_read_as_and_the_reader_can_take_that_away(bundled: Engine) -> None:
    first = bundled.ask("How many days did the writers strike last?")
    second = bundled.ask("and the actors?", history=[first])
    assert second.question == "and the actors?"
    assert second.understood
    assert "actors" in second.understood.text
    assert second.understood.text != "and the actors?"
    assert "118" in second.text
    alone = bundled.ask("and the actors?", history=[first], dropped=frozenset({"follow-up"}))
    assert alone.understood
    assert alone.understood.text == "and the actors?"
