"""Worker processes read what this process would have read, in the same order, and outlive one that dies."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from ingest.document import Document
from ingest.sources import Sources, Wanted
from ingest.split import split
from ingest.work import Counter, Found, Workers
from rag.config import load_settings
from rag.embed import PackagedEmbedder
from rag.errors import BadInput
from rag.store.library import head
from rag.types import Article

SETTINGS = load_settings()


def _documents(folder: Path) -> list[Document | BadInput]:
    for n in range(12):
        (folder / f"{n:02}.md").write_text(
            f"# Story {n}\n\n" + f"Sentence {n} of the story, as the studio told it on Monday. " * 30
        )
    rows = [json.dumps({"title": f"Row {n}", "text": f"Text of row {n}."}) for n in range(70)]
    (folder / "rows.jsonl").write_text("\n".join([*rows, "{bad"]))
    (folder / "bad.md").write_bytes(b"\x00")
    return list(Sources(Wanted()).documents([str(folder), str(folder / "missing")]))


def _told(found: list[Found]) -> list[str]:
    return [one.item.id if isinstance(one.item, Article) else str(getattr(one.item, "reason", "")) for one in found]


def test_processes_give_the_same_in_the_same_order_with_passages_cut(tmp_path: Path) -> None:
    documents = _documents(tmp_path)
    embedder = PackagedEmbedder()
    here = list(Workers(0, SETTINGS, embedder.folder).read(documents))
    beside = list(Workers(2, SETTINGS, embedder.folder).read(documents))
    assert _told(beside) == _told(here)
    for one in beside:
        if isinstance(one.item, Article):
            assert list(one.passages or ()) == split(one.item, SETTINGS, embedder)


def test_a_few_documents_start_no_process(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    reading = Workers(None, SETTINGS, PackagedEmbedder().folder).read(_documents(tmp_path))
    next(reading)
    assert not set(multiprocessing.active_children()) - before


def test_a_long_file_of_rows_is_cut_beside_where_there_are_cores_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workers, "_beside", lambda self, documents, count: iter(["beside"] * min(count, 1)))
    for cores, rows, beside in ((8, 300, False), (8, 1_000, True), (2, 1_000, False)):
        monkeypatch.setattr("ingest.work._cores", lambda cores=cores: cores)
        file = tmp_path / f"{rows}.jsonl"
        file.write_text("\n".join(json.dumps({"title": f"Row {n}", "text": f"Text of row {n}. " * 100}) for n in range(rows)))
        found = list(Workers(None, SETTINGS, None).read(Sources(Wanted()).documents([str(file)])))
        assert (found == ["beside"]) == beside


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    documents = _documents(tmp_path)
    here = _told(list(Workers(0, SETTINGS, None).read(documents)))
    reading = Workers(1, SETTINGS, None).read(documents)
    beside = [next(reading)]
    for child in multiprocessing.active_children():
        child.kill()
    beside += reading
    assert _told(beside) == here


class _Deadly(Document):
    """Ends whichever process it is handed to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_a_document_that_kills_its_reader_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    documents = _documents(tmp_path)
    first = documents[0]
    assert isinstance(first, Document)
    documents[5] = _Deadly(
        **{field.name: getattr(first, field.name) for field in dataclasses.fields(first)} | {"name": "deadly.md"}
    )
    found = list(Workers(2, SETTINGS, None).read(documents))
    [told] = [one.item for one in found if one.source == "deadly.md"]
    assert isinstance(told, BadInput)
    assert "crashed the program that read it" in told.reason
    here = list(Workers(0, SETTINGS, None).read([*documents[:5], *documents[6:]]))
    assert _told([one for one in found if one.source != "deadly.md"]) == _told(here)


def test_who_stops_reading_waits_for_nobody(tmp_path: Path) -> None:
    """Processes at work, and with long rows still to be handed to them, are ended."""
    before = set(multiprocessing.active_children())
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps({"title": f"Row {n}", "text": f"Text of row {n}. " * 2_000}) for n in range(300)))
    reading = Workers(2, SETTINGS, None).read(Sources(Wanted()).documents([str(file)]))
    next(reading)
    assert len(set(multiprocessing.active_children()) - before) == 2
    reading.close()
    assert not set(multiprocessing.active_children()) - before


def test_the_counter_counts_as_the_embedder_does() -> None:
    embedder = PackagedEmbedder()
    article = Article(
        id="x", title="Émilia Pérez à Cannes", outlet="Reel", text="Über 5,000 people \u2013 they said \u2018no\u2019 to AI."
    )
    text = head(article) + article.text
    assert Counter(embedder.folder).count(text) == embedder.count(text)
