"""Vectors made in a process beside this one are those made in this one, also when it is killed."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import EmbedderBeside, beside
from rag.embed import PackagedEmbedder
from rag.errors import SluglineError
from rag.store.library import Library
from rag.types import Span

TEXTS = ("The guild ended its strike. It had lasted 118 days.", "A studio licensed a voice.")
SPANS = ((Span(0, 27), Span(28, 52)), (Span(0, 26),))


@pytest.fixture
def apart(embedder: PackagedEmbedder) -> Iterator[EmbedderBeside]:
    made = EmbedderBeside(embedder)
    yield made
    made.close()


def _same_passages(apart: EmbedderBeside, embedder: PackagedEmbedder) -> None:
    for there, here in zip(apart.passages(TEXTS, SPANS), embedder.passages(TEXTS, SPANS), strict=True):
        assert np.array_equal(there.vector, here.vector)
        assert np.array_equal(there.spans, here.spans)


def test_the_vectors_are_the_same_and_the_time_of_the_model_is_told(apart: EmbedderBeside, embedder: PackagedEmbedder) -> None:
    _same_passages(apart, embedder)
    assert np.array_equal(apart.question("Who struck?"), embedder.question("Who struck?"))
    there, here = (one.sides(TEXTS[0], SPANS[0]) for one in (apart, embedder))
    assert np.array_equal(there.spans, here.spans)
    assert apart.count(TEXTS[0]) == embedder.count(TEXTS[0])
    assert apart.forward_seconds > 0


def test_one_that_is_killed_is_replaced(apart: EmbedderBeside, embedder: PackagedEmbedder) -> None:
    apart.question("")
    spent = apart.forward_seconds
    for child in multiprocessing.active_children():
        child.kill()
    _same_passages(apart, embedder)
    assert apart.forward_seconds > spent


def test_killed_again_and_again_it_says_so_in_a_sentence(apart: EmbedderBeside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.embedding._prepare", _dying)
    with pytest.raises(SluglineError, match=r"killed twice.*--workers 0"):
        apart.question("")


def _dying(folder: Path) -> None:
    import os

    os._exit(1)


def test_there_is_no_second_process_where_torch_is_loaded_or_another_model_named(
    embedder: PackagedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert beside(embedder) is embedder, "these tests have loaded torch"
    monkeypatch.delitem(sys.modules, "torch")
    assert isinstance(beside(embedder), EmbedderBeside)
    other = object()
    assert beside(other) is other  # type: ignore[arg-type]


def test_the_command_stores_the_same_vectors_either_way(tmp_path: Path, embedder: PackagedEmbedder) -> None:
    article = tmp_path / "strike.md"
    article.write_text("# A strike\n\n" + " ".join(f"On day {n} the guild told studios about voice {n}." for n in range(60)))
    stored = []
    for workers in ("0", "1"):
        data_dir = tmp_path / workers
        command = [sys.executable, "-m", "ingest", "--json", "--workers", workers, "--data-dir", str(data_dir), str(article)]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert report["added"] == 1
        assert 0 < report["forward_seconds"] < report["seconds"]
        library = Library(data_dir, embedder)
        stored.append([np.asarray(vector).tobytes() for _, vector in library.ledger.vectors()])
        library.close()
    assert stored[0] == stored[1]
    assert len(stored[0]) > 3
