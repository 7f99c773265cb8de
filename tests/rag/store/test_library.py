"""Ledger, vectors and words are one thing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag.config import Settings
from rag.embed import PackagedEmbedder
from rag.errors import LibraryBusy, LibraryUnusable, ModelChanged
from rag.retrieve import Retriever
from rag.store.library import Library
from rag.types import Filters

Put = Callable[[list[Path]], None]
ROOT = Path(__file__).parents[3]


def _ids(library: Library, settings: Settings, question: str, filters: Filters = Filters()) -> list[str]:
    return [hit.article.id for hit in Retriever(library, settings).search(question, 10, filters).hits]


@pytest.fixture
def two(article_file: Callable[..., Path]) -> list[Path]:
    strike = article_file(
        "strike.md", "Actors walked out over digital replicas.\n\nThe strike began in July.", id="strike", title="Strike",
        outlet="Daily Reel", published=dt.date(2023, 7, 14), topics=["labor"],
    )  # fmt: skip
    song = article_file(
        "song.md", "A song with a cloned voice was pulled from Spotify.", id="song", title="Song", outlet="Sound Post",
        published=dt.date(2024, 4, 17), topics=["music"],
    )  # fmt: skip
    return [strike, song]


def test_an_article_is_found_by_its_words_and_by_its_meaning(
    library: Library, settings: Settings, put: Put, two: list[Path]
) -> None:
    put(two)
    assert library.counts() == {"articles": 2, "passages": 2, "vectors": 2, "words": 2}
    assert _ids(library, settings, "digital replicas")[0] == "daily-reel.strike"
    assert _ids(library, settings, "performers stop working")[0] == "daily-reel.strike"


def test_a_changed_article_replaces_the_old_text_everywhere(
    library: Library, settings: Settings, put: Put, two: list[Path]
) -> None:
    put(two)
    two[1].write_text(two[1].read_text("utf-8").replace("pulled from Spotify", "kept on Tidal"), "utf-8")
    put(two)
    assert library.counts() == {"articles": 2, "passages": 2, "vectors": 2, "words": 2}
    texts = [hit.passage.text for hit in Retriever(library, settings).search("cloned voice song", 10).hits]
    assert any("kept on Tidal" in text for text in texts)
    assert not any("Spotify" in text for text in texts)


def test_a_removed_article_is_in_none_of_the_stores(library: Library, settings: Settings, put: Put, two: list[Path]) -> None:
    put(two)
    with library.writing():
        assert library.remove("sound-post.song")
        assert not library.remove("sound-post.song")
    assert library.counts() == {"articles": 1, "passages": 1, "vectors": 1, "words": 1}
    assert "sound-post.song" not in _ids(library, settings, "cloned voice song Spotify")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(outlets=("sound post",)), {"sound-post.song"}),
        (Filters(topics=("labor",)), {"daily-reel.strike"}),
        (Filters(since=dt.date(2024, 1, 1)), {"sound-post.song"}),
        (Filters(until=dt.date(2023, 7, 14)), {"daily-reel.strike"}),
        (Filters(outlets=("Nobody",)), set()),
    ],
)
def test_nothing_outside_an_explicit_filter_is_found(
    library: Library, settings: Settings, put: Put, two: list[Path], filters: Filters, expected: set[str]
) -> None:
    put(two)
    assert set(_ids(library, settings, "strike song voice replicas", filters)) == expected


def test_what_another_process_ingests_is_found_without_reopening(
    library: Library, settings: Settings, put: Put, two: list[Path]
) -> None:
    put(two[:1])
    assert "sound-post.song" not in _ids(library, settings, "cloned voice")
    command = [sys.executable, "cli.py", "--data-dir", str(settings.data_dir), "ingest", str(two[1])]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    hit = Retriever(library, settings).search("cloned voice", 10).hits[0]
    assert hit.article.id == "sound-post.song"
    assert hit.words > 0
    assert hit.dense > 0


def test_a_writer_that_dies_before_publishing_leaves_nothing_that_readers_see(
    library: Library, settings: Settings, put: Put, two: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(two[:1])

    def dies(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(library.ledger, "publish", dies)
    with pytest.raises(MemoryError), library.writing():
        ingest([str(two[1])], library, settings)
    assert _ids(library, settings, "cloned voice song Spotify") == ["daily-reel.strike"]
    monkeypatch.undo()
    put(two)
    assert library.counts() == {"articles": 2, "passages": 2, "vectors": 2, "words": 2}


def test_a_second_writer_is_told_who_holds_the_library(library: Library, embedder: PackagedEmbedder) -> None:
    other = Library(library.data_dir, embedder)
    holders: list[str] = []
    with library.writing(), pytest.raises(LibraryBusy, match="being written by process"), other.writing(0.1, holders.append):
        pass
    assert len(holders) == 1


def test_opening_with_another_model_names_both(library: Library, put: Put, two: list[Path]) -> None:
    put(two)

    class Other(PackagedEmbedder):
        fingerprint = "other-model dim 384 sha256 0"

    with pytest.raises(ModelChanged, match=r"all-MiniLM-L6-v2 dim 384.*other-model"):
        Library(library.data_dir, Other())


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path, embedder: PackagedEmbedder) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LibraryUnusable, match="--data-dir"):
        Library(tmp_path / "file" / "library", embedder)


def test_any_llamaindex_program_can_read_the_collection(
    library: Library, embedder: PackagedEmbedder, put: Put, two: list[Path]
) -> None:
    import chromadb
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.chroma import ChromaVectorStore

    put(two)
    collection = chromadb.PersistentClient(str(library.data_dir / "vectors")).get_collection("passages")
    store = ChromaVectorStore(chroma_collection=collection)
    vector = embedder.question("a cloned voice in a song").tolist()
    found = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=1))
    assert found.nodes is not None
    assert "cloned voice" in found.nodes[0].get_content()
    assert found.nodes[0].metadata["outlet"] == "Sound Post"
