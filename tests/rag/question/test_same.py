from __future__ import annotations

import pytest

from rag.question.same import exchanged, same_as
from rag.store.words import stems


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("AI law", "artificial intelligence"),
        ("artificial intelligence law", "AI"),
        ("the Screen Actors Guild", "SAG-AFTRA"),
        ("Writers Guild strike", "WGA"),
        ("3 films", "three"),
        ("ten films", "10"),
    ],
)
def test_wordings_of_the_same_thing(asked: str, other: str) -> None:
    assert tuple(stems(other)) in {wording for wordings in same_as(stems(asked)).values() for wording in wordings}


def test_other_words_have_no_other_wording() -> None:
    assert same_as(stems("voices of singers")) == {}


@pytest.mark.parametrize(
    ("asked", "other"), [("deleted songs", "tracks"), ("who coughed up", "paid"), ("helmed by whom", "directed")]
)
def test_what_a_news_desk_would_exchange(asked: str, other: str) -> None:
    assert tuple(stems(other)) in {wording for wordings in exchanged(stems(asked)).values() for wording in wordings}
    assert exchanged(stems("Tuesday in Vienna")) == {}
