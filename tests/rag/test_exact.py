"""Exact checks: what of a claim its text does not hold."""

from __future__ import annotations

import pytest

from rag import exact

TEXT = (
    "Netflix spent 1.5 billion dollars on the slate, Variety reported on 2026-03-24. The union SAG-AFTRA did not sign. "
    '"We were never asked," Fran Drescher said. The band\'s album came out in June 2025.'
)


@pytest.mark.parametrize(
    ("claim", "lost"),
    [
        ("Netflix spent $1.5bn on the slate.", []),
        ("Netflix spent $1.6bn on the slate.", ["$1.6bn"]),
        ("Variety reported it on 24 March 2026.", []),
        ("Variety reported it on 25 March 2026.", ["25 March 2026"]),
        ("It was Deadline that reported the sum.", ["Deadline"]),
        ("Drescher said: “We were never asked”.", []),  # curly marks quote the same words
        ('Drescher said: "We were always asked".', ["We were always asked"]),
        ("The Band's album came out in June.", []),  # a capital alone is no other name
    ],
)
def test_missing_names_what_the_text_does_not_hold(claim: str, lost: list[str]) -> None:
    assert exact.missing(claim, TEXT) == lost


def test_a_claim_that_denies_what_the_text_does_not_deny_shows_beside_the_nearest_sentence() -> None:
    beside = exact.CHECKS.index("negation beside")
    assert exact.checks("The union SAG-AFTRA did sign.", TEXT)[beside] > 0
    assert exact.checks("The union SAG-AFTRA did not sign.", TEXT)[beside] == 0


def test_a_name_from_elsewhere_in_the_text_counts_beside_the_nearest_sentence_only() -> None:
    names, beside = exact.CHECKS.index("names"), exact.CHECKS.index("names beside")
    swapped = exact.checks("The union Variety did not sign.", TEXT)
    assert swapped[names] == 0
    assert swapped[beside] > 0
