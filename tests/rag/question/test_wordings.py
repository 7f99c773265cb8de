"""A passage's own words for those of a question, and the search that looks for either."""

from __future__ import annotations

import pytest

from rag.question.wordings import WORDINGS, in_words_of
from rag.reader import Reader
from rag.types import Span

SPAM = "Spotify said it had taken down more than 75 million spam tracks over the preceding 12 months, three sites reported."


@pytest.mark.parametrize(
    ("question", "passage", "asked"),
    [
        ("How many spam songs has Spotify deleted in a year?", SPAM, "How many spam tracks has Spotify taken down in a year?"),
        ("Who helmed the movie?", "Ada Moss directed the film.", "Who directed the film?"),
        ("Which tracks were spam?", SPAM, "Which tracks were spam?"),
        ("Which novels were spam?", SPAM, "Which novels were spam?"),
        ("Did they take-down the songs?", "The songs were removed; to remove them took a day.", "Did they remove the songs?"),
        ("Who is the songster?", SPAM, "Who is the songster?"),
        ("Who runs Harborlight Pictures?", "Ada Moss leads the film maker.", "Who leads Harborlight Pictures?"),
    ],
)
def test_only_what_the_passage_lacks_and_says_otherwise_is_put_in_its_words(question: str, passage: str, asked: str) -> None:
    assert in_words_of(question, passage) == asked


def test_the_groups_are_words_and_phrases_of_one_line_each_none_of_them_alone_or_twice() -> None:
    groups = [line.split() for line in WORDINGS.read_text("utf-8").splitlines()]
    assert len(groups) > 1000
    for group in groups:
        assert len(set(group)) == len(group) > 1, group
        assert all(wording == wording.casefold() and not wording.startswith("-") for wording in group), group


def test_the_reader_takes_one_word_for_another_that_says_the_same() -> None:
    [[songs]], [[tracks]] = (
        Reader().read(question, [SPAM], [[Span(0, len(SPAM))]])
        for question in ("How many spam songs has Spotify deleted?", "How many spam tracks has Spotify taken down?")
    )
    assert songs == tracks > 0
