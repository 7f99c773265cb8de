from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.config import Settings
from rag.embed import Embedded, PackagedEmbedder
from rag.question import understand
from rag.retrieve import Retriever, Ways
from rag.retrieve.features import PASSAGE
from rag.store.library import Library
from rag.types import Span
from rag.whoswho import Described, WhosWho, table
from rag.whoswho.described import ENTRIES, MOST, entries

_EPIC = "Which tutor drilled the leads of the postwar architect epic?"


def _described(embedder: PackagedEmbedder, question: str, known: Callable[[str], float] = lambda stem: 5.0) -> list[str]:
    found = table().described(question, embedder.question(question)[None], lambda stems: [known(s) for s in stems], 5.0)
    return [name.name for name in found]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        (_EPIC, "The Brutalist"),
        ("Does Spotify's French rival label machine-made songs?", "Deezer"),
        ("Who voices the Sith lord of Star Wars?", "James Earl Jones"),
        ("Who wrote the songs of the Disney film about the ice queen and her sister?", "Frozen"),
    ],
)
def test_what_a_question_describes_is_known_by_name(embedder: PackagedEmbedder, question: str, name: str) -> None:
    assert name in _described(embedder, question)


def test_what_a_question_names_itself_is_not_described_by_it(embedder: PackagedEmbedder) -> None:
    named = _described(embedder, "Which tutor drilled the leads of The Brutalist, the postwar architect epic?")
    assert "The Brutalist" not in named
    assert len(named) <= MOST


def test_only_what_the_library_has_is_described_and_a_common_name_is_worth_less(embedder: PackagedEmbedder) -> None:
    assert "The Brutalist" not in _described(embedder, _EPIC, lambda stem: 0.0 if stem == "brutalist" else 5.0)
    vectors = embedder.question(_EPIC)[None]
    rare, common = (table().described(_EPIC, vectors, lambda stems, idf=idf: [idf for _ in stems], 5.0)[0] for idf in (5.0, 1.0))
    assert rare.name == common.name
    assert rare.worth == pytest.approx(5 * common.worth)


def test_words_of_a_name_count_one_behind_the_other(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    put(
        [
            article_file("a.md", "Fans of Star Wars queued for the premiere in the rain.", title="Queue"),
            article_file("b.md", "A star of the stage spoke of the wars between fans and of the rain.", title="Stage"),
        ]
    )
    retriever = Retriever(library, settings)
    asked = replace(
        retriever.ask(understand("Who queued in the rain?")), described=(Described("Star Wars", (("star", "war"),), 0.3),)
    )
    compared = retriever.compare(asked)
    assert compared is not None
    worth = compared.passage[0, :, PASSAGE.index("described")]
    titles = [retriever.library.read([page.number])[page.number][1].title for page in compared.pages]
    assert dict(zip(titles, worth.tolist(), strict=True)) == {"Queue": pytest.approx(3.0), "Stage": 0.0}


def test_a_passage_with_the_name_described_comes_first(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    coached = "A dialect coach trained the two leading actors of {} for months, the director said."
    put(
        [
            article_file("a.md", coached.format("Wicked"), title="Accents on screen"),
            article_file("b.md", coached.format("The Brutalist"), title="Accents on screen"),
            article_file("c.md", coached.format("Barbie"), title="Accents on screen"),
        ]
    )
    found = Retriever(library, settings).search(_EPIC).hits
    assert "The Brutalist" in found[0].passage.text
    without = Retriever(library, settings, ways=replace(Ways(), described=False)).search(_EPIC)
    assert found[0].score > without.hits[0].score


def test_an_embedder_of_the_users_own_does_not_change_what_is_described(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    class Foreign:
        """Its vectors lead nowhere."""

        fingerprint = "nowhere dim 384"

        def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
            nowhere = np.eye(1, 384, dtype=np.float32)
            return Embedded(nowhere[0], np.repeat(nowhere, len(spans), axis=0))

    put([article_file("b.md", "A dialect coach trained the two leading actors of The Brutalist.", title="Accents")])
    retriever = Retriever(library, settings)
    question = retriever.search(_EPIC).understood
    expected = retriever.ask(question).described
    assert [name.name for name in expected] == ["The Brutalist"]
    library.embedder = Foreign()  # type: ignore[assignment]
    assert retriever.ask(question).described == expected


def test_the_table_is_well_formed_and_its_vectors_are_of_it() -> None:
    rows = [json.loads(line) for line in ENTRIES.read_text("utf-8").splitlines()]
    assert len({row["name"].casefold() for row in rows}) == len(rows) > 2000
    assert all(set(row) == {"name", "also", "about"} and len(row["about"].split()) >= 6 for row in rows)
    known = entries()
    assert all(entry.wordings and entry.clauses for entry in known)
    assert table().described("a", np.zeros((1, 384), dtype=np.float32), lambda stems: [1.0 for _ in stems], 1.0) == ()


def test_vectors_of_another_table_are_refused(tmp_path: Path) -> None:
    changed = tmp_path / "entries.jsonl"
    changed.write_text(ENTRIES.read_text("utf-8").replace("the", "a", 1), "utf-8")
    with pytest.raises(ValueError, match=r"train\.whoswho"):
        WhosWho(changed).described("a", np.zeros((1, 384), dtype=np.float32), lambda stems: [1.0 for _ in stems], 1.0)
