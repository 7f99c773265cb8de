"""A library as one file, and back."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.config import Settings
from rag.embed import PackagedEmbedder
from rag.errors import BadArchive, ModelChanged
from rag.retrieve import Retriever
from rag.store import backup, rebuild
from rag.store.library import Library

Put = Callable[[list[Path]], None]
CORPUS = sorted((Path(__file__).parents[3] / "corpus").glob("*.md"))[:4]


@pytest.fixture
def archive(library: Library, put: Put, tmp_path: Path, article_file: Callable[..., Path]) -> Path:
    file = article_file("song.md", "The song was pulled.", id="song", title="Song", outlet="Sound Post", topics=["music"])
    put([*CORPUS, file])
    file.write_text(file.read_text("utf-8").replace("pulled", "restored"), "utf-8")
    put([file])
    out = tmp_path / "backup.zip"
    backup.export(library.data_dir, out)
    return out


def test_what_is_exported_comes_back_whole(
    library: Library, settings: Settings, archive: Path, tmp_path: Path, embedder: PackagedEmbedder
) -> None:
    other = Library(tmp_path / "other", embedder)
    with other.writing():
        report = backup.restore(other, archive)
    assert (report.added, report.updated, report.unchanged, report.kept) == (5, 0, 0, 0)
    assert other.articles() == library.articles()
    assert other.history("sound-post.song")[1].article.text == library.history("sound-post.song")[1].article.text
    assert other.counts() == library.counts()
    question = "When was the song restored?"
    ours, theirs = (Retriever(one, settings).search(question, 8) for one in (library, other))
    assert [(h.passage, h.dense) for h in theirs.hits] == [(h.passage, h.dense) for h in ours.hits]
    assert all(np.array_equal(a, b) for a, b in zip(ours.sentences, theirs.sentences, strict=True))
    assert rebuild.check(other.data_dir) == []
    with other.writing():
        assert backup.restore(other, archive).unchanged == 5


def test_an_article_changed_since_stays_as_it_is(library: Library, put: Put, archive: Path, tmp_path: Path) -> None:
    song = tmp_path / "song.md"
    song.write_text(song.read_text("utf-8").replace("restored", "sold"), "utf-8")
    put([song])
    with library.writing():
        report = backup.restore(library, archive)
    assert report.kept + report.unchanged == 5
    assert library.article("sound-post.song").text.strip() == "The song was sold."  # type: ignore[union-attr]


def test_one_altered_or_missing_byte_anywhere_and_nothing_is_taken(
    archive: Path, tmp_path: Path, embedder: PackagedEmbedder
) -> None:
    whole, chance = archive.read_bytes(), random.Random(7)
    other = Library(tmp_path / "other", embedder)
    broken = tmp_path / "broken.zip"
    cases = [whole[: chance.randrange(len(whole))] for _ in range(20)]
    for at in [0, len(whole) - 1, len(whole) - 80, *(chance.randrange(len(whole)) for _ in range(60))]:
        cases.append(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
    for case in [b"", b"not an archive" * 20, *cases]:
        broken.write_bytes(case)
        with pytest.raises(BadArchive, match=r"broken.zip was not imported"), other.writing():
            backup.restore(other, broken)
    assert other.counts()["articles"] == 0


def test_an_import_that_dies_leaves_no_article(archive: Path, tmp_path: Path, embedder: PackagedEmbedder) -> None:
    other = Library(tmp_path / "other", embedder)

    def dies(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), other.writing():
        backup.restore(other, archive, dies)
    assert other.articles() == []
    with other.writing():
        pass
    assert set(other.counts().values()) == {0}


def test_vectors_of_another_model_are_refused(archive: Path, tmp_path: Path) -> None:
    class Other(PackagedEmbedder):
        fingerprint = "other-model dim 384 sha256 0"

    other = Library(tmp_path / "other", Other())
    with pytest.raises(ModelChanged, match=r"all-MiniLM-L6-v2.*other-model"), other.writing():
        backup.restore(other, archive)


def test_the_archive_is_an_ordinary_zip_with_ordinary_arrays(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert len(opened.read("articles.jsonl").splitlines()) == 5
        with opened.open("vectors.npy") as file:
            vectors = np.load(file)
    assert vectors.dtype == np.float16
    assert vectors.shape[1] == 384
    assert np.allclose(np.linalg.norm(vectors.astype(float), axis=1), 1, atol=1e-2)


def test_a_failed_export_leaves_the_earlier_file(archive: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = archive.read_bytes()

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "_seal", fails)
    with pytest.raises(KeyboardInterrupt):
        backup.export(library.data_dir, archive)
    assert archive.read_bytes() == before
    assert list(archive.parent.glob("*.part")) == []


def test_an_empty_library_can_be_exported_and_imported(tmp_path: Path, settings: Settings, library: Library) -> None:
    backup.export(settings.data_dir, tmp_path / "empty.zip")
    with library.writing():
        assert backup.restore(library, tmp_path / "empty.zip") == backup.Imported()
