"""What is damaged is named; what can be made again is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.split import cut, split
from rag.config import Settings
from rag.embed import Embedded, PackagedEmbedder
from rag.errors import LibraryDamaged, LibraryOfAnotherTime, LibraryUnusable, ModelChanged
from rag.retrieve import Retriever
from rag.store import rebuild
from rag.store.library import Library
from rag.types import Article, Passage, Span

Put = Callable[[list[Path]], None]
CORPUS = sorted((Path(__file__).parents[3] / "corpus").glob("*.md"))


class Turned(PackagedEmbedder):
    """Another model: the packaged one with its axes reversed, so that its vectors are of no use to the first."""

    fingerprint = "turned dim 384 sha256 1"

    def question(self, text: str) -> np.ndarray:
        return super().question(text)[::-1].copy()

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        found = super().sides(text, spans)
        return Embedded(found.vector[::-1].copy(), found.spans[:, ::-1].copy())

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        return [Embedded(e.vector[::-1].copy(), e.spans[:, ::-1].copy()) for e in super().passages(texts, spans)]


def _answers(library: Library, settings: Settings) -> list[tuple[str, float, float]]:
    found = Retriever(library, settings).search("digital replicas in the actors' contract", 8).hits
    return [(hit.passage.text, round(hit.words, 4), round(hit.dense, 3)) for hit in found]


@pytest.fixture
def filled(library: Library, put: Put) -> Library:
    put(CORPUS[:8])
    return library


def _copy(data_dir: Path) -> Path:
    """To be damaged: a database cut under a client that has it open takes the whole process down with it."""
    copy = data_dir.with_name(f"{data_dir.name}-copy")
    shutil.rmtree(copy, ignore_errors=True)
    return Path(shutil.copytree(data_dir, copy))


def _delete_words(data_dir: Path) -> None:
    shutil.rmtree(data_dir / "words")


def _empty_words(data_dir: Path) -> None:
    for file in (data_dir / "words").glob("*.term"):
        file.write_bytes(b"")


def _delete_vectors(data_dir: Path) -> None:
    (data_dir / "vectors" / "chroma.sqlite3").unlink()


def _truncate_vectors(data_dir: Path) -> None:
    file = data_dir / "vectors" / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        (_delete_words, "words"),
        (_empty_words, "words"),
        (_delete_vectors, "vectors"),
        (_truncate_vectors, "vectors"),
    ],
)
def test_a_damaged_index_is_named_when_opened_and_repair_makes_it_as_it_was(
    filled: Library, settings: Settings, embedder: PackagedEmbedder, damage: Callable[[Path], None], part: str
) -> None:
    before = _answers(filled, settings)
    copy = _copy(settings.data_dir)
    damage(copy)
    with pytest.raises(LibraryDamaged, match="slugline library repair") as told:
        Library(copy, embedder).counts()
    assert told.value.part == part
    assert [damage.part for damage in rebuild.check(copy)] == [part]
    rebuild.repair(copy, [part])
    assert rebuild.check(copy) == []
    assert _answers(Library(copy, embedder), settings) == before


def test_a_graph_whose_file_is_gone_or_cut_is_noticed(settings: Settings) -> None:
    """Chroma itself counts all passages and answers, with the wrong neighbours."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(1500, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    class Given(PackagedEmbedder):
        def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
            return [Embedded(vectors[int(text.split()[-1])], np.empty((0, 384), np.float32)) for text in texts]

    articles = [Article(id=f"a{n}", title="T", outlet="O", text=f"number {n}") for n in range(1500)]
    writer = Library(settings.data_dir, Given())
    with writer.writing():
        for at in range(0, 1500, 500):
            writer.put([(a, [Passage(a.id, 0, 0, len(a.text), a.text)]) for a in articles[at : at + 500]], "cut")
    assert rebuild.check(settings.data_dir) == []
    for name in ("data_level0.bin", "link_lists.bin", "length.bin", "header.bin"):
        copy = _copy(settings.data_dir)
        [file] = (copy / "vectors").glob(f"*-*/{name}")
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
        [damage] = rebuild.check(copy)
        assert damage.part == "vectors"
        with pytest.raises(LibraryDamaged, match="vector index"):
            Library(copy, Given()).counts()
    gone = _copy(settings.data_dir)
    shutil.rmtree(gone / "vectors" / file.parent.name)
    with pytest.raises(LibraryDamaged, match="vector index"):
        Library(gone, Given()).counts()
    rebuild.repair(gone, ["vectors"])
    assert rebuild.check(gone) == []


def test_a_writer_makes_a_damaged_index_again_and_says_so(
    filled: Library, settings: Settings, embedder: PackagedEmbedder
) -> None:
    before = _answers(filled, settings)
    copy = _copy(settings.data_dir)
    _truncate_vectors(copy)
    _delete_words(copy)
    said: list[str] = []
    with Library(copy, embedder).writing(waits=said.append):
        pass
    assert [line.split(" in ")[0] for line in said] == ["The vector index", "The word index"]
    assert rebuild.check(copy) == []
    assert _answers(Library(copy, embedder), settings) == before


def test_a_damaged_ledger_says_that_it_cannot_be_rebuilt(filled: Library, settings: Settings, embedder: PackagedEmbedder) -> None:
    filled.close()
    file = settings.data_dir / "ledger.sqlite3"
    file.write_bytes(b"no database" + file.read_bytes()[11:])
    with pytest.raises(LibraryDamaged, match=r"nothing here can rebuild it.*slugline library import"):
        Library(settings.data_dir, embedder)
    with pytest.raises(LibraryDamaged):
        rebuild.check(settings.data_dir)


def test_a_library_of_another_format_is_left_alone(filled: Library, settings: Settings, embedder: PackagedEmbedder) -> None:
    filled.close()
    with sqlite3.connect(settings.data_dir / "ledger.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryOfAnotherTime, match="Update Slugline"):
        Library(settings.data_dir, embedder)


def test_readers_go_on_while_an_index_is_rebuilt(filled: Library, settings: Settings) -> None:
    before = _answers(filled, settings)
    seen = []
    rebuild.repair(settings.data_dir, ["vectors", "words"], lambda done, of: seen.append(_answers(filled, settings)))
    assert seen
    assert all(one == before for one in seen)
    assert _answers(filled, settings) == before
    assert sorted(path.name for path in settings.data_dir.iterdir() if path.is_dir()) == ["vectors-2", "words-2"]


def test_another_model_embeds_anew_while_the_old_index_serves(filled: Library, settings: Settings) -> None:
    before, other, during = _answers(filled, settings), Turned(), []
    count = rebuild.reindex(
        settings.data_dir, other, lambda a: split(a, settings, other), cut(settings),
        lambda done, of: during.append(_answers(filled, settings)),
    )  # fmt: skip
    assert count == 8
    assert all(one == before for one in during)
    with pytest.raises(ModelChanged, match="slugline reindex"):
        filled.outlets()
    assert _answers(Library(settings.data_dir, other), settings) == before
    assert rebuild.check(settings.data_dir) == []


def test_an_interrupted_reindex_is_taken_up_with_what_changed_meanwhile(
    filled: Library, settings: Settings, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Turned()
    cutter = lambda a: split(a, settings, other)  # noqa: E731
    monkeypatch.setattr(rebuild, "STEP", 2)

    def stops(done: int, of: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.reindex(settings.data_dir, other, cutter, cut(settings), stops)
    ids = [article.id for article in filled.articles()]
    with filled.writing():
        filled.remove(ids[0])
    put(CORPUS[8:10])
    done = rebuild.reindex(settings.data_dir, other, cutter, cut(settings))
    assert done < 9, "what the first call had embedded is not embedded again"
    reopened = Library(settings.data_dir, other)
    assert reopened.counts()["articles"] == 9
    assert len(set(reopened.counts().values())) == 2, "passages, vectors and words agree"
    assert ids[0] not in {article.id for article in reopened.articles()}
    assert rebuild.check(settings.data_dir) == []


def test_a_reindex_that_cannot_write_leaves_the_old_index_in_force(
    filled: Library, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, other = _answers(filled, settings), Turned()

    def full(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("rag.store.rebuild.Words.add", full)
    with pytest.raises(LibraryUnusable):
        rebuild.reindex(settings.data_dir, other, lambda a: split(a, settings, other), cut(settings))
    assert _answers(filled, settings) == before
