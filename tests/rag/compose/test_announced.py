"""A sentence that only announces differing accounts brings the one that gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.compose.announced import announces
from rag.config import Settings
from rag.engine import Engine
from rag.store.library import Library


@pytest.mark.parametrize(
    "sentence",
    [
        "Outlets do not agree on how many works qualify for the money.",
        "How much the tool cost to run is told in two ways.",
        "Streaming totals differ as well.",
        "Reactions to the agreement stood far apart.",
        "The day of the vote varies too.",
    ],
)
def test_what_announces(sentence: str) -> None:
    assert announces(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Outlets differ on the cost: Anews says $30 million, Particle less.",
        "The date varies, but most coverage gives 25 June.",
        "Budgets differ by up to $4 million.",
        "The union agreed to the contract.",
        "Critics disagreed about the younger hero, some of whom thought that the close-ups resembled a video game of the nineties and said so at length.",
    ],
)
def test_what_tells_something_itself(sentence: str) -> None:
    assert not announces(sentence)


def test_the_accounts_announced_follow_in_the_answer(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    announced = "Outlets do not agree on how many songs qualify for the Corvane payout."
    given = "The Stave listed 48,200 titles, and Harbour Post wrote of roughly half of that."
    text = f"Corvane set money aside in March. {announced} {given} Payment begins in the autumn. The label is based in Rotterdam."
    put([article_file("one.md", text, title="Corvane pays", outlet="Daily Reel", published="2026-03-02")])
    engine = Engine(library, settings.model_copy(update={"answer_threshold": 0.0, "max_sentences": 1}))
    said = [
        sentence.text for sentence in engine.ask("Do outlets agree on how many songs qualify for the Corvane payout?").sentences
    ]
    assert said == [announced, given]
