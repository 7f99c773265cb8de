"""A changed article keeps its id, and its earlier texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingest.split import cut
from rag.config import Settings
from rag.store.library import Library

Put = Callable[[list[Path]], None]


def _change(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def test_an_earlier_text_stays_readable_and_is_never_found(library: Library, put: Put, article_file: Callable[..., Path]) -> None:
    file = article_file("song.md", "The song was pulled from Spotify.", id="song", title="Song", outlet="Sound Post")
    put([file])
    assert library.article("sound-post.song").revision == 1  # type: ignore[union-attr]
    _change(file, "Spotify", "Tidal")
    put([file])
    _change(file, "Tidal", "Deezer")
    put([file])
    history = library.history("sound-post.song")
    assert [(one.article.revision, one.article.text.split()[-1]) for one in history] == [
        (3, "Deezer."),
        (2, "Tidal."),
        (1, "Spotify."),
    ]
    assert history[0].article.updated == dt.datetime.now(dt.timezone.utc).date()
    assert history[2].article.updated is None
    assert library.candidates([("song Spotify", library.embedder.question("Spotify"))], 10) == [3]
    assert library.counts() == {"articles": 1, "passages": 1, "vectors": 1, "words": 1}


def test_cutting_the_same_text_in_another_way_is_no_revision(
    library: Library, settings: Settings, article_file: Callable[..., Path]
) -> None:
    from ingest.pipeline import ingest

    words = " ".join(f"Sentence number {n} tells of studios and voices." for n in range(40))
    file = article_file("long.md", words, id="long", title="Long", outlet="Daily Reel")
    shorter = settings.model_copy(update={"passage_tokens": 64})
    assert cut(shorter) != cut(settings)
    with library.writing():
        ingest([str(file)], library, settings)
        before = library.counts()["passages"]
        ingest([str(file)], library, shorter)
    [only] = library.history("daily-reel.long")
    assert only.article.revision == 1
    assert library.counts()["passages"] > before


def test_removing_an_article_removes_its_history(library: Library, put: Put, article_file: Callable[..., Path]) -> None:
    file = article_file("song.md", "The song was pulled.", id="song", title="Song", outlet="Sound Post")
    put([file])
    _change(file, "pulled", "restored")
    put([file])
    with library.writing():
        library.remove("sound-post.song")
    assert library.history("sound-post.song") == []
    put([file])
    [only] = library.history("sound-post.song")
    assert only.article == replace(only.article, revision=1, updated=None)
