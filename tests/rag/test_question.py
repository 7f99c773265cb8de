from __future__ import annotations

import datetime as dt

import pytest

from rag.question import Asks, asks, understand


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did the strike end?", Asks.DATE),
        ("How much did Netflix pay?", Asks.FIGURE),
        ("Krafton budget?", Asks.FIGURE),
        ("Which company made it?", Asks.NAME),
        ("Why did fans complain?", Asks.OTHER),
    ],
)
def test_the_kind_of_answer_asked_for(question: str, kind: Asks) -> None:
    assert asks(question) is kind


def test_outlets_are_recognised_with_and_without_their_article() -> None:
    understood = understand("Did Verge and TechCrunch agree with variety shows?", ["The Verge", "TechCrunch", "Wired"])
    assert understood.outlets == ("The Verge", "TechCrunch")


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened in March 2026?", dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
        ("What happened after 2024?", dt.date(2024, 1, 1), None),
        ("What happened before 9 November 2023?", None, dt.date(2023, 11, 9)),
        ("What happened?", None, None),
    ],
)
def test_dates_asked_for(question: str, since: dt.date | None, until: dt.date | None) -> None:
    understood = understand(question)
    assert (understood.since, understood.until) == (since, until)


def test_latest_is_understood() -> None:
    assert understand("What is the latest on NO FAKES?").latest
    assert not understand("Who was late?").latest
