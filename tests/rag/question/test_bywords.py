"""What the trade calls people and companies is read as their names, where the library has them."""

from __future__ import annotations

import pytest

from rag.engine import Engine
from rag.question.bywords import meant


def _all(name: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the Mouse House send the search giant?", [("the Mouse House", "Disney"), ("the search giant", "Google")]),
        ("Who sued the company behind Claude?", [("the company behind Claude", "Anthropic")]),
        ("When did the people behind Sora leave?", [("the people behind Sora", "OpenAI")]),
        ("What does TikTok's owner say?", [("TikTok's owner", "ByteDance")]),
        ("Did the director of Oppenheimer sign?", [("the director of Oppenheimer", "Christopher Nolan")]),
        ("What did the Jolene singer say?", [("the Jolene singer", "Dolly Parton")]),
        ("How was the actors' union's vote?", [("the actors' union", "SAG-AFTRA")]),
        ("Which Grammy did the Fab Four win?", [("the Fab Four", "the Beatles")]),
        ("Who bought the machine-made songs?", [("machine-made", "AI-made")]),
        ("What did the streamer announce?", [("the streamer", "Netflix")]),
    ],
)
def test_a_byword_is_read_as_the_name(question: str, expected: list[tuple[str, str]]) -> None:
    assert list(meant(question, _all)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Which actors' union struck in 2023?",
        "What did Amazon say when the streamer raised its prices?",
        "How long is Titanic?",
        "Who directed the Star Wars films?",
        "Is the firm a maker of toys?",
        "What do the alien actors say?",
        "Who is the maker of Sora?",
        "How many YouTube creators were in the beta?",
        "What may a YouTube creator sell?",
        "What do iPhone owners get?",
        "What did a Matrix actor say?",
        "What does the Titanic star earn?",
        "What do people of TikTok like?",
        "What does the video platform TikTok ban?",
        "What did Adobe, the software giant, promise?",
        "Is OpenAI the maker of Sora?",
    ],
)
def test_what_asks_for_the_name_or_names_it_stays(question: str) -> None:
    assert meant(question, _all) == ()


def test_a_name_that_the_library_lacks_is_not_read_in() -> None:
    assert meant("What did the Jolene singer say?", lambda name: False) == ()


def test_the_question_is_searched_for_by_name_and_says_so(bundled: Engine) -> None:
    found = bundled.retriever.search("How many characters did the Mouse House license to Sora's maker?")
    assert dict(found.understood.corrected) == {"the Mouse House": "Disney", "Sora's maker": "OpenAI"}
    assert found.understood.text == "How many characters did Disney license to OpenAI?"
    assert "Disney" in found.hits[0].article.title


def test_a_library_without_the_name_is_searched_as_asked(bundled: Engine) -> None:
    question = "What did the Jolene singer say?"
    assert bundled.retriever.search(question).understood.text == question
