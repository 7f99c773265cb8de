from __future__ import annotations

import pytest

from rag.compose.brackets import bracketed
from rag.types import Article

ARTICLE = Article(
    "a1",
    "Bill signed",
    "",
    "The bill passed.",
    people=("Bill Lee", "Megan Barry"),
    organisations=("Warner Music", "the Recording Academy"),
)


@pytest.mark.parametrize(
    ("text", "before", "shown"),
    [
        ("He signed it in Nashville.", "Governor Lee had backed the act.", "[Bill Lee] signed it in Nashville."),
        ("The label sued at once.", "The song used a voice of Warner Music.", "[Warner Music] sued at once."),
        ("He signed it.", "Bill Lee met Megan Barry.", ""),  # two people: whom 'he' means is left open
        ("He signed it.", "Bill Lee met Anna Crane.", ""),  # a person whom the article does not list
        ("The act passed.", "Bill Lee had backed it.", ""),
        ("He signed it.", "The act had passed.", ""),
    ],
)
def test_a_pronoun_gives_way_to_the_one_name_it_can_stand_for(text: str, before: str, shown: str) -> None:
    assert bracketed(text, before, ARTICLE) == shown
