"""Outlets that differ are set side by side; what only looks like a difference is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.config import Settings
from rag.engine import Engine
from rag.store.library import Library
from rag.types import Answer, Form

Put = Callable[[Sequence[Path]], None]
Write = Callable[..., Path]

FIRST = "The Harbour Studio strike ended with a vote of 412 members in favour of the contract, the Harbour union said in Lowton."
QUESTION = "How many members voted for the contract that ended the Harbour Studio strike?"


@pytest.fixture
def ask(library: Library, settings: Settings, put: Put, article_file: Write) -> Callable[..., Answer]:
    def run(other: str, published: str, question: str = QUESTION) -> Answer:
        put(
            [
                article_file("one.md", FIRST, title="Harbour Studio strike ends", outlet="Daily Reel", published="2026-03-02"),
                article_file("two.md", other, title="Vote at Harbour Studio", outlet="Stage Ledger", published=published),
                article_file(
                    "three.md", "A bakery in Lyon won a prize for bread.", title="Bread", outlet="Oven", published="2026-03-01"
                ),
            ]
        )
        return Engine(library, settings.model_copy(update={"answer_threshold": 0.0})).ask(question)

    return run


OTHER = "The Harbour Studio strike ended with a vote of 437 members in favour of the contract, the studio said in Lowton."


def test_two_figures_for_one_matter_stand_side_by_side(ask: Callable[..., Answer]) -> None:
    answer = ask(OTHER, "2026-03-03")
    assert answer.form is Form.DIFFER
    assert {"412", "437"} <= {number for number in ("412", "437") if number in answer.text}
    assert [sentence.outlets for sentence in answer.sentences[:2]] in (
        [("Daily Reel",), ("Stage Ledger",)],
        [("Stage Ledger",), ("Daily Reel",)],
    )


def test_the_same_figure_is_no_difference_and_both_outlets_carry_it(ask: Callable[..., Answer]) -> None:
    answer = ask(OTHER.replace("437", "412"), "2026-03-03")
    assert answer.form is not Form.DIFFER
    assert set(answer.sentences[0].outlets) == {"Daily Reel", "Stage Ledger"}


def test_the_next_contract_three_years_on_is_another_matter(ask: Callable[..., Answer]) -> None:
    assert ask(OTHER, "2029-03-03").form is not Form.DIFFER


def test_outlets_that_the_question_names_each_get_their_word(ask: Callable[..., Answer]) -> None:
    answer = ask(OTHER, "2029-03-03", "Do Daily Reel and Stage Ledger agree on how many voted for the Harbour Studio contract?")
    assert answer.form is Form.DIFFER
    assert "412" in answer.text
    assert "437" in answer.text
