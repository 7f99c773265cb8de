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


def test_sides_of_a_comparison_keep_their_own_outlet_and_date() -> None:
    understood = understand(
        "Did The Verge report on 7 October 2023 that the studio had licensed the voices, while TechCrunch said that the singers had sued?",
        ["The Verge", "TechCrunch"],
    )
    verge, techcrunch = understood.sides
    assert (verge.outlets, techcrunch.outlets) == (("The Verge",), ("TechCrunch",))
    assert verge.periods == ((dt.date(2023, 10, 7), dt.date(2023, 10, 7)),)
    assert not techcrunch.periods


def test_a_plain_question_has_one_side_the_whole_of_it() -> None:
    question = "When did the ELVIS Act take effect?"
    assert [side.text for side in understand(question).sides] == [question]


def test_a_question_of_many_clauses_has_no_more_sides_than_can_be_searched() -> None:
    question = "; ".join(f"what did studio {n} say about its new voice model" for n in range(12))
    sides = understand(question).sides
    assert len(sides) == 6
    assert sides[0].span.start == 0
    assert sides[-1].span.end == len(question)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What does CNBC say?", ("Cnbc | World News",)),
        ("What does Fox News say?", ("FOX News - Health", "FOX News - Life")),
        ("what did engadget report?", ("Engadget",)),
        ("Is this the age of AI, or a variety of it?", ()),
        ("a variety of claims", ()),
        ("Did The Age report it?", ("The Age",)),
    ],
)
def test_outlets_go_by_the_names_people_use(question: str, found: tuple[str, ...]) -> None:
    known = ["Cnbc | World News", "FOX News - Health", "FOX News - Life", "Engadget", "The Age", "Variety"]
    assert understand(question, known).outlets == found


def test_relative_dates_are_told_from_today() -> None:
    understood = understand("What happened last summer?", today=dt.date(2026, 8, 10))
    assert (understood.since, understood.until) == (dt.date(2025, 6, 1), dt.date(2025, 8, 31))


def test_names_are_found_but_not_in_a_question_all_in_capitals() -> None:
    assert understand("Did Tilly Norwood sign with OpenAI?").names == ("Tilly Norwood", "OpenAI")
    assert understand("DID TILLY NORWOOD SIGN?").names == ()
