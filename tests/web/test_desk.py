"""What becomes of a conversation: stopped, kept, edited; over the real engine."""

from __future__ import annotations

import pytest

from rag.engine import Engine
from rag.errors import SluglineError
from rag.store.conversations import Conversations
from rag.types import Filters
from web.desk import Chat, Desk

WHEN = "When did Tennessee's ELVIS Act take effect?"


@pytest.fixture
def desk(bundled: Engine) -> Desk:
    return Desk(bundled)


def _last(chats: object) -> Chat:
    *_, last = chats  # type: ignore[misc]
    assert isinstance(last, Chat)
    return last


def test_a_stopped_answer_keeps_what_there_is_of_it(desk: Desk) -> None:
    running = desk.reply(Chat(), WHEN, Filters())
    next(running)
    after_first_sentence = next(running)
    assert after_first_sentence.running
    stopped = desk.stopped(after_first_sentence)
    assert not stopped.running
    assert stopped.turns[0].stopped
    assert len(stopped.turns[0].answer.sentences) == 1
    assert "Stopped before" in desk.conversation(stopped)
    kept = desk.conversations.open(stopped.id)
    assert kept is not None
    assert kept.turns[0].stopped
    assert desk.stopped(stopped) == stopped, "stopping what does not run does nothing"


def test_a_button_pressed_while_an_answer_runs_cannot_undo_what_the_answer_makes(desk: Desk) -> None:
    running = list(desk.reply(Chat(), WHEN, Filters()))[1]
    assert running.running
    assert not list(desk.act(running, {"act": "drop", "turn": "1", "chip": "dates"}, Filters()))


def test_a_kept_conversation_comes_back_with_all_that_is_shown_of_it(desk: Desk, bundled: Engine) -> None:
    chat = _last(desk.reply(Chat(), WHEN, Filters(topics=("law",))))
    chat = _last(desk.reply(chat, "Who has won this year's Tour de France?", Filters()))
    kept = Conversations(bundled.settings.data_dir).open(chat.id)
    assert kept is not None
    again = Chat(kept.id, kept.turns)
    assert desk.conversation(again) == desk.conversation(chat)
    assert desk.sources(again) == desk.sources(chat)
    assert desk.conversations.open(chat.id, owner="somebody else") is None


def test_what_a_browser_makes_up_does_nothing(desk: Desk) -> None:
    chat = _last(desk.reply(Chat(), WHEN, Filters()))
    for did in (
        {}, {"act": "drop", "turn": "99", "chip": "dates"}, {"act": "up", "turn": "x"}, {"act": "reason", "turn": "1", "reason": "<b>"},
        {"act": "nonsense", "turn": "1"},
    ):  # fmt: skip
        assert not list(desk.act(chat, did, Filters()))
    assert "no longer in the library" in desk.sources(_last(desk.act(chat, {"act": "article", "id": "../x"}, Filters())))


def test_a_question_too_long_is_refused_in_a_sentence(desk: Desk) -> None:
    with pytest.raises(SluglineError, match="at most 2000"):
        _last(desk.reply(Chat(), "why " * 600, Filters()))


def test_examples_follow_the_library_and_are_answered(desk: Desk, bundled: Engine) -> None:
    questions = desk.examples()
    assert 3 <= len(questions) <= 4
    assert not any(bundled.ask(question).abstained for question in questions)
