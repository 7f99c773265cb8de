from __future__ import annotations

import pytest

from rag.question.form import asks_news, form_of, without_courtesy
from rag.types import Form


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("What is the latest on Sora?", Form.TIMELINE),
        ("How has the fight over Suno developed?", Form.TIMELINE),
        ("What has happened since the strike?", Form.TIMELINE),
        ("Do Variety and Deadline disagree on the budget?", Form.DIFFER),
        ("I have seen two figures for the fine. Which is it?", Form.DIFFER),
        ("Which studios sued Midjourney?", Form.LIST),
        ("List the unions that struck in 2023", Form.LIST),
        ("Which court heard the case?", Form.PROSE),
        ("When did the ELVIS Act take effect?", Form.PROSE),
        ("Who directed the latest film of Nolan?", Form.PROSE),
    ],
)
def test_the_words_of_a_question_tell_the_form_of_its_answer(question: str, form: Form) -> None:
    assert form_of(question) is form


def test_the_newest_is_asked_for_by_news_alone() -> None:
    assert asks_news("any news on the NO FAKES Act?")
    assert not asks_news("What is the history of the NO FAKES Act?")


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Can you tell me: When did the strike end?", "When did the strike end?"),
        ("Hi! Could you please tell me who directed The Brutalist? Thanks!", "Who directed The Brutalist?"),
        ("I'd like to know how much Narrativ raised", "How much Narrativ raised"),
        ("Is it known in which city it was shot?", "In which city it was shot?"),
        ("Who won, do you know?", "Who won?"),
        ("who directed it please", "Who directed it"),
        ("Who says thanks?", "Who says thanks?"),
        ("Do you know Tilly Norwood?", "Do you know Tilly Norwood?"),
        ("So about how many clips were made?", "So about how many clips were made?"),
        ("OK Computer: who made it?", "OK Computer: who made it?"),
        ("please", "please"),
    ],
)
def test_words_that_only_ask_to_be_told_are_left_out(question: str, asked: str) -> None:
    assert without_courtesy(question) == asked
