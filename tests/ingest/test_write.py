"""Reading goes on while what was read before is embedded and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.pipeline import STEP_ARTICLES, Options, ingest
from rag.config import Settings
from rag.embed import Embedded, PackagedEmbedder
from rag.errors import SluglineError
from rag.store import rebuild
from rag.store.library import Library
from rag.types import Span

HERE = Options(workers=0)


def _rows(file: Path, texts: Sequence[tuple[str, str]]) -> str:
    rows = [{"id": id_, "title": id_, "outlet": "Wire", "text": text} for id_, text in texts]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(file)


def _many(count: int) -> list[tuple[str, str]]:
    return [(f"n{n}", f"Singer{n}x sold the rights to a voice for {n + 100} dollars.") for n in range(count)]


def test_an_article_read_again_while_its_first_text_is_being_written_is_an_update(
    library: Library, settings: Settings, tmp_path: Path
) -> None:
    texts = [*_many(STEP_ARTICLES), ("n3", "Singer3x gave the voice away."), ("n4", _many(5)[4][1])]
    with library.writing():
        report = ingest([_rows(tmp_path / "a.jsonl", texts)], library, settings, options=HERE)
    assert (report.added, report.updated, report.unchanged) == (STEP_ARTICLES, 1, 1)
    assert [one.article.text for one in library.history("wire.n3")] == ["Singer3x gave the voice away.", _many(4)[3][1]]


class Tires(PackagedEmbedder):
    """Reads the passages of one step, and no more."""

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        if self.forward_seconds:
            raise SluglineError("The model is tired.")
        return super().passages(texts, spans)


def test_what_goes_wrong_while_writing_ends_the_ingest_and_keeps_whole_steps(settings: Settings, tmp_path: Path) -> None:
    file = _rows(tmp_path / "a.jsonl", _many(5 * STEP_ARTICLES))
    tired = Library(settings.data_dir, Tires())
    with pytest.raises(SluglineError, match="tired"), tired.writing():
        ingest([file], tired, settings, options=HERE)
    assert set(tired.counts().values()) == {STEP_ARTICLES}
    tired.close()
    library = Library(settings.data_dir, PackagedEmbedder())
    with library.writing():
        report = ingest([file], library, settings, options=HERE)
    assert (report.added, report.unchanged) == (4 * STEP_ARTICLES, STEP_ARTICLES)
    assert rebuild.check(settings.data_dir) == []
