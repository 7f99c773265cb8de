"""'Before the strike ended' limits a question by a day that the library knows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from rag import show
from rag.engine import Engine
from rag.retrieve.events import date_of, named
from rag.types import Article, Hit, Passage, Span


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did writers ask for before the strike ended?", [("before", "the strike ended")]),
        ("After Sora 2 launched, what did the studios do?", [("after", "Sora 2 launched")]),
        ("Since the video game strike began what has the union said?", [("after", "the video game strike began")]),
        ("How long before the GPT-4o demo did he call?", []),
        ("What changed two months after the strike ended?", []),  # the time between, not a limit
        ("How long after the strike ended did he call?", []),
        ("What does it do before the camera?", []),  # nothing happens
        ("What came after the deal?", []),  # any deal
    ],
)
def test_events_that_limit_a_question_are_named(question: str, found: list[tuple[str, str]]) -> None:
    assert [(how, question[span.start : span.end]) for how, span in named(question)] == found


def test_a_clause_with_a_date_or_an_outlet_is_a_limit_already() -> None:
    question = "What was said before the report of 3 May 2024 was released?"
    date = Span(question.index("3 May"), question.index("3 May") + len("3 May 2024"))
    assert named(question)
    assert not named(question, [date])


def _dated(text: str, words: str, published: dt.date | None = dt.date(2024, 5, 10)) -> dt.date | None:
    article = Article("a", "A title", "An outlet", text, published=published)
    passage = Passage("a", 0, 0, len(text), text, (Span(0, len(text)),))
    vector = np.ones(3, dtype=np.float32)
    found = date_of(words, [Hit(passage, article, 1.0)], [vector[None]], vector)
    return found and found[0]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("The strike of the dubbing actors ended on 4 March 2024.", dt.date(2024, 3, 4)),
        ("The dubbing strike, begun on 2 January 2024, was lifted on 4 March 2024.", dt.date(2024, 3, 4)),
        ("The dubbing strike ended on 4 December.", dt.date(2023, 12, 4)),  # the last one up to when it was published
        ("The dubbing strike ended on Wednesday.", dt.date(2024, 5, 8)),
        ("The dubbing strike ended after 41 days.", None),
        ("The dubbing talks ended on 4 March 2024.", None),  # not all that the question says
    ],
)
def test_a_day_is_taken_from_a_sentence_that_says_all_of_the_event(text: str, day: dt.date | None) -> None:
    assert _dated(text, "the dubbing strike ended") == day


def test_the_library_dates_an_event_and_the_reader_sees_it_and_can_take_it_away(bundled: Engine) -> None:
    question = "What has SAG-AFTRA said since the video game strike ended?"
    answer = bundled.ask(question)
    assert answer.understood is not None
    assert answer.understood.since == dt.date(2025, 7, 9)
    (event,) = answer.understood.events
    assert (event.how, event.words, event.article_id) == ("after", "the video game strike ended", "009")
    assert "after the video game strike ended (9 July 2025)" in show.answer_html(answer)
    assert show.answer_json(answer)["understood"]["events"][0]["day"] == "2025-07-09"
    both = show.answer_html(bundled.ask("In 2026, what has SAG-AFTRA said since the video game strike ended?"))
    assert "after the video game strike ended (9 July 2025); since 1 January 2026; until 31 December 2026" in both
    without = bundled.ask(question, dropped=frozenset({"dates"})).understood
    assert without is not None
    assert (without.events, without.since) == ((), None)
