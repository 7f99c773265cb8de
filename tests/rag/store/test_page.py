"""What ranking compares is kept when a passage is written, and ranking from it is the same as taking the passage apart anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.engine import Engine
from rag.retrieve import Retriever
from rag.store.library import Library, head
from rag.store.page import IN_HEAD, packed, places, stem_number, unpacked
from rag.store.words import stems
from rag.types import Article, Passage, Span

QUESTIONS = (
    "When did the ELVIS Act take effect?",
    "Did Lionsgate sign with Runway before Disney sued Midjourney, and what did the guilds say of it?",
    "latest union contract on artificial intelligence",
)


def _ranked(library: Library, bundled: Engine) -> list[list[tuple[str, int, float]]]:
    retriever = Retriever(library, bundled.settings)
    return [[(h.article.id, h.passage.start, h.score) for h in retriever.search(question, 20).hits] for question in QUESTIONS]


@pytest.fixture
def of_format_2(bundled: Engine, tmp_path: Path) -> Iterator[Library]:
    """The bundled articles as an earlier Slugline kept them."""
    folder = tmp_path / "earlier"
    shutil.copytree(bundled.settings.data_dir, folder)
    db = sqlite3.connect(folder / "ledger.sqlite3")
    db.executescript(
        "CREATE TABLE earlier (number INTEGER PRIMARY KEY REFERENCES passages (number) ON DELETE CASCADE, vectors BLOB NOT NULL);"
        "INSERT INTO earlier SELECT number, vectors FROM sentence_vectors; DROP TABLE sentence_vectors;"
        "ALTER TABLE earlier RENAME TO sentence_vectors; PRAGMA user_version = 2;"
    )
    db.close()
    library = Library(folder, bundled.library.embedder)
    yield library
    library.close()


def test_an_earlier_library_ranks_the_same_at_once_and_is_brought_up_by_the_next_writer(
    bundled: Engine, of_format_2: Library
) -> None:
    kept = _ranked(bundled.library, bundled)
    assert all(len(hits) == 20 for hits in kept)
    assert not bundled.library.ledger.without_stems()
    bare = len(of_format_2.ledger.without_stems())
    assert bare == bundled.library.counts()["passages"]
    before = _ranked(of_format_2, bundled)
    assert len(of_format_2.ledger.without_stems()) == bare, "a reader writes nothing"
    with of_format_2.writing():
        pass
    assert not of_format_2.ledger.without_stems()
    for found in (before, _ranked(of_format_2, bundled)):
        assert [[hit[:2] for hit in hits] for hits in found] == [[hit[:2] for hit in hits] for hits in kept]
        np.testing.assert_allclose([h[2] for hits in found for h in hits], [h[2] for hits in kept for h in hits], atol=1e-5)


def test_a_page_holds_the_stems_of_its_head_and_of_each_sentence() -> None:
    text = "Studios sued on Monday. Actors were striking."
    article = Article("a", "Voices cloned", "Sound Post", text)
    passage = Passage("a", 0, 0, len(text), text, (Span(0, 23), Span(24, len(text))))
    numbers, at = unpacked(packed(head(article), article, passage))
    said = stems(head(article)) + stems(text)
    assert numbers.tolist() == [stem_number(stem) for stem in said]
    assert at.tolist() == [IN_HEAD] * len(stems(head(article))) + [0] * len(stems(text[:23])) + [1] * len(stems(text[24:]))


def test_words_asked_for_are_found_among_many_whose_numbers_end_alike() -> None:
    wanted = [f"word{n}" for n in range(40)]
    others = [stem_number(stem) ^ 1 << 40 for stem in wanted]  # the same last bits
    numbers = np.array([*others, *(stem_number(f"word{n}") for n in (39, 0, 7, 4000)), *others], dtype=np.int64)
    found = places(wanted, numbers)
    assert found[40:44].tolist() == [39, 0, 7, -1]
    assert set(found[:40]) | set(found[44:]) == {-1}
    assert places([], numbers).tolist() == [-1] * len(numbers)
