"""The word index: what common and unknown words do to a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.store.words import Words
from rag.types import Article, Filters


@pytest.fixture
def words(tmp_path: Path) -> Words:
    """Ten passages with 'studio' in them, three of them with 'strike', one with 'ballot'; two outlets."""
    index = Words(tmp_path / "words", create=True)
    said = ["the studio"] * 7 + ["the studio strike"] * 2 + ["the studio strike ballot"]
    index.add((n, text, Article(f"a{n}", "", f"Outlet {n % 2}", text)) for n, text in enumerate(said, 1))
    index.reload()
    return index


def test_what_most_passages_have_finds_them_where_it_is_all_that_is_asked_for(words: Words) -> None:
    assert {number for number, _ in words.search("studio", 40)} == set(range(1, 11))


def test_a_word_that_no_passage_has_takes_nothing_away(words: Words) -> None:
    assert {number for number, _ in words.search("studio zeppelin", 40)} == set(range(1, 11))


def test_a_rare_word_comes_first_and_the_common_ones_fill_what_is_left(words: Words) -> None:
    found = [number for number, _ in words.search("the studio's ballot", 40)]
    assert found[0] == 10
    assert len(found) == 10


def test_with_enough_rare_ones_the_common_word_is_not_looked_for(words: Words) -> None:
    assert {number for number, _ in words.search("studio strike", 3)} == {8, 9, 10}


def test_filters_hold_for_both(words: Words) -> None:
    assert {number for number, _ in words.search("studio ballot", 40, Filters(outlets=("Outlet 0",)))} == {2, 4, 6, 8, 10}
