"""What a written sentence must keep of how its passage says it."""

from __future__ import annotations

import pytest

from rag.checks import faults

TOLD = [
    "If the vote fails, the union will walk out on Friday. The studio, which will appeal if it loses, has 400 staff.",
    "The company will pay $5 million if the court approves the deal. Even if sales fall, the studio keeps its staff of 90.",
]


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("The union will walk out on Friday.", "if the vote fails"),
        ("The company will pay $5 million.", "if the court approves the deal"),
        ("If the vote fails, the union will walk out on Friday.", ""),
        ("The union would walk out on Friday.", ""),
        ("The company could pay $5 million.", ""),
        ("The studio has 400 staff.", ""),  # the condition is of something else
        ("The studio keeps its staff of 90.", ""),  # 'even if' is none
    ],
)
def test_what_holds_only_on_a_condition_is_not_said_without_it(sentence: str, condition: str) -> None:
    found = [fault for fault in faults(sentence, TOLD) if "condition" in fault]
    assert found == ([f"leaves out the condition: {condition}"] if condition else [])
