from __future__ import annotations

from decimal import Decimal

import pytest

from rag.figures import amounts, find_figures


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1.5bn", "1.5 billion dollars"),
        ("$900k", "$900,000"),
        ("87%", "87 per cent"),
        ("twelve", "12"),
        ("two hundred and thirty-five", "235"),
        ("US$40m", "40 million US dollars"),
        ("half a million", "500,000"),
        ("Rs 7.4 crore", "74,000,000 rupees"),
    ],
)
def test_the_same_amount_in_other_words_is_the_same(one: str, other: str) -> None:
    assert amounts(one) == amounts(other)


@pytest.mark.parametrize(("one", "other"), [("$1.5bn", "$1.6bn"), ("3%", "£3"), ("12", "120"), ("1,000", "1")])
def test_different_amounts_differ(one: str, other: str) -> None:
    [a], [b] = find_figures(one), find_figures(other)
    assert not a.same_amount(b)


def test_dates_are_not_figures() -> None:
    assert amounts("On 2 May 2023 it paid $5.") == {(Decimal(5), "$")}
