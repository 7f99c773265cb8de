"""The same story once: exact copies skipped, wire copies under one story, same-topic stories apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.bench.copies import Story, build, halves, read_stories, said_copies
from ingest.pipeline import Report, ingest
from ingest.recognise import canonical_url
from rag.config import Settings
from rag.store.library import Library

CORPUS = Path(__file__).parents[2] / "corpus"


def _run(library: Library, settings: Settings, path: Path, *rows: dict[str, str]) -> Report:
    path.write_text("\n".join(map(json.dumps, rows)))
    with library.writing():
        report = ingest([str(path)], library, settings)
    assert not report.failed
    return report


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return halves(read_stories(CORPUS), "test")


def test_copies_are_told_from_other_stories_on_the_topic(stories: list[Story]) -> None:
    pairs = build(stories, copies=160, negatives=160, seed=11)
    said = said_copies(pairs)
    right = sum(s for pair, s in zip(pairs, said, strict=True) if pair.copy)
    assert right / sum(pair.copy for pair in pairs) >= 0.95
    assert right / sum(said) >= 0.95


def test_wire_copy_joins_the_story_of_the_first_and_stays_there(
    library: Library, settings: Settings, tmp_path: Path, stories: list[Story]
) -> None:
    story, other = stories[0], stories[1]
    rows = [
        {"title": story.title, "outlet": "Reuters", "url": "https://reuters.com/a", "text": story.text},
        {
            "title": "Studio news",
            "outlet": "Variety",
            "url": "https://variety.com/b",
            "text": story.text + " Ann Lee contributed.",
        },
        {"title": "Same words", "outlet": "Yahoo", "url": "https://yahoo.com/c", "text": story.text},
        {"title": other.title, "outlet": "Variety", "url": "https://variety.com/d", "text": other.text},
    ]
    report = _run(library, settings, tmp_path / "a.jsonl", *rows)
    assert (report.added, report.near_copies) == (4, 2)
    by_outlet = {article.url: article.story for article in library.articles()}
    assert by_outlet["https://reuters.com/a"] == by_outlet["https://variety.com/b"] == by_outlet["https://yahoo.com/c"]
    assert by_outlet["https://variety.com/d"] != by_outlet["https://reuters.com/a"]
    again = _run(library, settings, tmp_path / "a.jsonl", *reversed(rows))
    assert (again.unchanged, again.updated) == (4, 0)


def test_exact_copy_is_skipped_until_the_first_is_removed(
    library: Library, settings: Settings, tmp_path: Path, stories: list[Story]
) -> None:
    one = {"title": "A", "outlet": "Variety", "url": "https://variety.com/a", "text": stories[0].text}
    copy = one | {"title": "B", "url": "https://variety.com/b", "text": stories[0].text.replace(" ", "  ")}
    report = _run(library, settings, tmp_path / "a.jsonl", one, copy)
    assert (report.added, report.duplicates) == (1, 1)
    with library.writing():
        assert library.remove(library.articles()[0].id)
    assert _run(library, settings, tmp_path / "b.jsonl", copy).added == 1


def test_short_texts_are_copies_only_word_for_word_and_under_one_title(
    library: Library, settings: Settings, tmp_path: Path
) -> None:
    rows = [{"title": title, "outlet": "Reel", "text": "No comment.", "id": title} for title in ("Netflix", "Disney")]
    report = _run(library, settings, tmp_path / "a.jsonl", *rows)
    assert (report.added, report.near_copies) == (2, 0)


@pytest.mark.parametrize(
    "variant",
    [
        "http://www.variety.com/2026/film/deal-1234/",
        "https://variety.com/2026/film/deal-1234/?utm_source=x&utm_medium=social&fbclid=abc",
        "https://variety.com/2026/film/deal-1234/amp/",
        "https://variety.com/2026/film/deal-1234?amp=1",
        "https://m.variety.com/2026/film/deal-1234",
        "https://amp.variety.com/2026/film/deal-1234#comments",
        "HTTPS://VARIETY.com:443/2026/film/deal-1234",
        "https://variety-com.cdn.ampproject.org/c/s/variety.com/2026/film/deal-1234/amp/",
        "https://www.google.com/amp/s/variety.com/2026/film/deal-1234/amp/",
    ],
)
def test_variants_of_an_address_are_one_article(variant: str) -> None:
    assert canonical_url(variant) == "https://variety.com/2026/film/deal-1234"


def test_different_pages_keep_different_addresses() -> None:
    assert (
        len({canonical_url(f"https://variety.com/{page}") for page in ("a?id=1", "a?id=2", "a", "b", "amplifiers", "camp")}) == 6
    )
