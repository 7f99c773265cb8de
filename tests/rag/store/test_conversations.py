"""Conversations are kept, found by their words, and another owner's are out of reach."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from rag.store.conversations import Conversations, Turn, new_id
from rag.types import Answer, Article, Citation, Filters, Hit, Passage, Sentence, Support


def _turn(question: str = "When?", text: str = "It took effect on 1 July 2024.") -> Turn:
    article = Article("a1", "A title", "Daily Reel", f"Long before. {text} And after.", dt.date(2024, 7, 2), pages=(0,))
    hit = Hit(Passage("a1", 0, 13, 13 + len(text), text), article, 0.5, also=("The Wire",))
    answer = Answer(question, (Sentence(text, (1,), Support.WEAK, 0.4),), (Citation(1, hit, text),), as_of=article.published)
    return Turn(question, answer, Filters(since=dt.date(2024, 1, 1)), frozenset({"dates"}))


def test_a_conversation_comes_back_whole_but_for_the_rest_of_its_articles(tmp_path: Path) -> None:
    turn = _turn()
    Conversations(tmp_path).keep("c1", [turn])
    kept = Conversations(tmp_path).open("c1")
    assert kept is not None
    assert kept.name == "When?"
    [back] = kept.turns
    assert (back.filters, back.dropped, back.answer.sentences) == (turn.filters, turn.dropped, turn.answer.sentences)
    [citation] = back.answer.citations
    assert (citation.quote, citation.hit.also, citation.hit.article.published) == (
        "It took effect on 1 July 2024.", ("The Wire",), dt.date(2024, 7, 2),
    )  # fmt: skip
    assert "Long before" not in citation.hit.article.text


def test_words_of_questions_answers_and_names_find_it_and_wildcards_are_plain(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    kept.keep("c1", [_turn("When did the Act begin?")])
    kept.keep("c2", [_turn("Who won 100%?", "Nobody_did.")])
    kept.rename("c1", "Law  desk")
    assert [one.id for one in kept.find("LAW DESK")] == ["c1"]
    assert [one.id for one in kept.find("1 july")] == ["c1"]
    assert [one.id for one in kept.find("100%")] == ["c2"]
    assert [one.id for one in kept.find("y_d")] == ["c2"]
    assert kept.find("%%") == []
    assert [one.id for one in kept.find()] == ["c2", "c1"]


def test_another_owner_can_neither_read_rename_overwrite_nor_delete(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    kept.keep("c1", [_turn()], owner="ana")
    kept.keep("c1", [_turn("Mine now")], owner="bo")
    assert kept.open("c1", "bo") is None
    assert not kept.rename("c1", "x", "bo")
    assert not kept.delete("c1", "bo")
    assert [one.name for one in kept.find(owner="ana")] == ["When?"]
    assert kept.delete("c1", "ana")
    assert kept.open("c1", "ana") is None


def test_ids_do_not_repeat_and_nothing_is_kept_of_no_turns(tmp_path: Path) -> None:
    assert len({new_id() for _ in range(100)}) == 100
    Conversations(tmp_path).keep("c1", [])
    assert Conversations(tmp_path).find() == []
