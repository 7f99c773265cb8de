from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ingest.pipeline import ingest
from rag.config import Settings
from rag.store.library import Library


def _run(library: Library, settings: Settings, *sources: Path) -> dict[str, int]:
    with library.writing():
        report = ingest([str(source) for source in sources], library, settings)
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicates": report.duplicates,
        "failed": len(report.failed),
    }


def test_again_does_nothing_and_a_changed_file_replaces_its_article(
    library: Library, settings: Settings, article_file: Callable[..., Path]
) -> None:
    path = article_file("a.md", "First text.", title="One")
    assert _run(library, settings, path)["added"] == 1
    assert _run(library, settings, path) == {"added": 0, "updated": 0, "unchanged": 1, "duplicates": 0, "failed": 0}
    article_file("a.md", "Second text.", title="One")
    assert _run(library, settings, path)["updated"] == 1
    assert [article.text for article in library.articles()] == ["Second text."]


def test_a_bad_file_is_reported_and_the_rest_goes_on(
    library: Library, settings: Settings, article_file: Callable[..., Path], tmp_path: Path
) -> None:
    article_file("a.md", "Text.", title="One")
    (tmp_path / "b.md").write_bytes(b"\x00\x00")
    article_file("c.md", "Other text.", title="Three")
    counts = _run(library, settings, tmp_path, tmp_path / "missing")
    assert (counts["added"], counts["failed"]) == (2, 2)


def test_the_same_article_under_two_names_is_one(library: Library, settings: Settings, article_file: Callable[..., Path]) -> None:
    one = article_file("a.md", "Text.", title="One", url="https://e.example/story")
    other = article_file("b.md", "Text.", title="One", url="https://E.example/story/#part")
    counts = _run(library, settings, one, other)
    assert (counts["added"], counts["duplicates"]) == (1, 1)
    assert library.counts()["articles"] == 1


def test_more_articles_than_one_step_holds_are_all_written(library: Library, settings: Settings, tmp_path: Path) -> None:
    lines = [f'{{"title": "T{n}", "text": "Story number {n}.", "url": "https://e.example/{n}"}}' for n in range(70)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    assert _run(library, settings, tmp_path / "many.jsonl")["added"] == 70
    assert library.counts() == {"articles": 70, "passages": 70, "vectors": 70, "words": 70}


def test_an_empty_folder_is_said_to_be_empty(library: Library, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert _run(library, settings, tmp_path / "empty")["failed"] == 1
