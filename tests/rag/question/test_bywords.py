"""What the trade calls people and companies is read as their names, where the library has them."""

from __future__ import annotations

import json

import pytest

from rag.engine import Engine
from rag.question.bywords import BYWORDS, meant

DATA: dict[str, dict[str, list[str]]] = json.loads(BYWORDS.read_text(encoding="utf-8"))
ROLE = {
    "makes": "maker",
    "stars": "star",
    "directors": "director",
    "singers": "singer",
    "creators": "creator",
    "studios": "publisher",
    "characters": "voice actor",
}


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
        ("What did the Squid Game showrunner say?", [("the Squid Game showrunner", "Hwang Dong-hyuk")]),
        ("Did the author of The Handmaid's Tale sign?", [("the author of The Handmaid's Tale", "Margaret Atwood")]),
        ("What does the Fortnite developer sell?", [("the Fortnite developer", "Epic Games")]),
        ("Did the voice behind SpongeBob sue?", [("the voice behind SpongeBob", "Tom Kenny")]),
        ("Did the Oppenheimer film's director sign?", [("the Oppenheimer film's director", "Christopher Nolan")]),
        ('Did the "Truman Show" star sign?', [('the "Truman Show" star', "Jim Carrey")]),
        ("Did Goodfellas' film-maker sign?", [("Goodfellas' film-maker", "Martin Scorsese")]),
        ("What does Barbie's maker sell?", [("Barbie's maker", "Mattel")]),
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
        "Name the director of The Brutalist",
        "Please name the maker of Claude and the maker of Sora",
        "Which company is Claude's maker?",
        "How many YouTube creators were in the beta?",
        "What may a YouTube creator sell?",
        "What do iPhone owners get?",
        "What did a Matrix actor say?",
        "What does the Titanic star earn?",  # two are known
        "What do people of TikTok like?",
        "What does the video platform TikTok ban?",
        "What did Adobe, the software giant, promise?",
        "Is OpenAI the maker of Sora?",
        "What did the director of Alien: Romulus say?",
        "What did the director of Deadpool 2 say?",
    ],
)
def test_what_asks_for_the_name_or_names_it_stays(question: str) -> None:
    assert meant(question, _all) == ()


def test_a_name_that_the_library_lacks_is_not_read_in() -> None:
    assert meant("What did the Jolene singer say?", lambda name: False) == ()


def test_of_two_stars_of_a_film_only_the_one_in_the_library_can_be_meant() -> None:
    question = "What did the Good Will Hunting star say?"
    assert meant(question, _all) == ()
    assert meant(question, lambda name: name != "Ben Affleck" and name != "Matt Damon") == (
        ("the Good Will Hunting star", "Stellan Skarsgård"),
    )
    assert meant(question, lambda name: name == "Matt Damon") == (("the Good Will Hunting star", "Matt Damon"),)


def test_who_wrote_a_work_is_not_who_filmed_it() -> None:
    question = "What did the Dune {} say?"
    assert meant(question.format("author"), _all) == (("the Dune author", "Frank Herbert"),)
    assert meant(question.format("director"), _all) == (("the Dune director", "Denis Villeneuve"),)
    assert meant(question.format("author"), lambda name: name == "Denis Villeneuve") == ()


@pytest.mark.parametrize("section", DATA)
def test_every_name_is_found_by_one_of_its_titles(section: str) -> None:
    """In a library that has nobody else: who shares every title with another is still found."""
    for name, titles in DATA[section].items():
        asked = (f"Did the {title.removeprefix('The ')} {ROLE[section]} sign?" for title in titles)
        own = (f"Did {title}'s {ROLE[section]} sign?" for title in titles)
        assert any(name == read for question in (*asked, *own) for _, read in meant(question, name.__eq__)), name


def test_the_question_is_searched_for_by_name_and_says_so(bundled: Engine) -> None:
    found = bundled.retriever.search("How many characters did the Mouse House license to Sora's maker?")
    assert dict(found.understood.corrected) == {"the Mouse House": "Disney", "Sora's maker": "OpenAI"}
    assert found.understood.text == "How many characters did Disney license to OpenAI?"
    assert "Disney" in found.hits[0].article.title


def test_a_library_without_the_name_is_searched_as_asked(bundled: Engine) -> None:
    question = "What did the Jolene singer say?"
    assert bundled.retriever.search(question).understood.text == question
