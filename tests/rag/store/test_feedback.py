"""Feedback is kept in the library's folder, whole, and a broken file is told in one sentence."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from rag.errors import LibraryUnusable, SluglineError
from rag.store.feedback import FILE, Evidence, Feedback, Reason, Verdict


def test_what_a_reader_said_is_found_again_by_another_process(tmp_path: Path) -> None:
    number = Feedback(tmp_path).add(
        "When?", {"answer": "In “May”"}, "down", "out of date", "It moved", [Evidence("001", "It opened in June.")]
    )
    [row] = Feedback(tmp_path).all()
    assert (row.number, row.question, row.answer) == (number, "When?", {"answer": "In “May”"})
    assert (row.verdict, row.reason, row.note) == (Verdict.DOWN, Reason.OUT_OF_DATE, "It moved")
    assert row.evidence == (Evidence("001", "It opened in June."),)
    assert row.at.endswith("+00:00")


def test_a_word_can_be_taken_back(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path)
    first, second = feedback.add("a", {}, Verdict.UP), feedback.add("b", {}, Verdict.DOWN, Reason.OTHER)
    assert feedback.remove(first)
    assert not feedback.remove(first)
    assert [row.number for row in feedback.all()] == [second]


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert Feedback(tmp_path / "none").all() == []
    assert not (tmp_path / "none").exists()


def test_an_unknown_reason_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SluglineError, match="wrong source, out of date, unsupported, missing article, other"):
        Feedback(tmp_path).add("a", {}, "down", "boring")
    assert Feedback(tmp_path).all() == []


def test_several_threads_lose_nothing(tmp_path: Path) -> None:
    threads = [Thread(target=lambda n=n: Feedback(tmp_path).add(f"q{n}", {}, "up")) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row.question for row in Feedback(tmp_path).all()) == [f"q{n}" for n in range(8)]


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all, but long enough to be looked at")
    with pytest.raises(LibraryUnusable, match=r"feedback\.sqlite3"):
        Feedback(tmp_path).all()
