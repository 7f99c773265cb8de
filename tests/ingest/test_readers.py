from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ingest.document import Flag
from ingest.readers import read
from rag.errors import BadInput
from rag.types import Article

PAGE = """<html><head><title>Studio buys AI firm</title><meta property="og:site_name" content="Daily Reel">
<meta property="article:published_time" content="2026-03-05T10:00:00Z"><meta name="author" content="Ann Lee">
<link rel="canonical" href="https://dailyreel.example/buys"></head><body><nav>Home News</nav><article><h1>Studio buys AI firm</h1>
<p>Netflix bought the post-production company InterPositive, founded by Ben Affleck, the companies said on Thursday.</p>
<p>The price was not given, but two people with knowledge of the deal put it near 600 million dollars in cash and stock.</p>
<script>alert("never text")</script><p style="display:none">hidden words</p><!-- a comment --></article></body></html>"""


def _one(tmp_path: Path, name: str, data: str | bytes) -> Article:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    [found] = read(path)
    assert isinstance(found, Article)
    return found


def test_markdown_keeps_its_front_matter_and_loses_its_marks(tmp_path: Path) -> None:
    article = _one(
        tmp_path,
        "a.md",
        "---\nid: x1\ntitle: Deal\noutlet: Daily Reel\npublished: 2026-03-24\ntopics: [law, film]\n"
        "sources:\n  - {outlet: TheWrap, url: 'https://e.example/1', date: 2026-03}\n---\n"
        "**Bold** claim with a [link](https://e.example) and ![image](https://tracker.example/x.png).<!-- hidden -->\n",
    )
    assert article.id == "daily-reel.x1"
    assert (article.title, article.outlet, article.published) == ("Deal", "Daily Reel", dt.date(2026, 3, 24))
    assert article.topics == ("law", "film")
    assert article.sources[0].outlet == "TheWrap"
    assert article.text == "Bold claim with a link and ."


def test_markdown_without_front_matter_takes_its_heading_for_the_title(tmp_path: Path) -> None:
    article = _one(tmp_path, "a.md", "# A heading\n\nSome text.\n")
    assert (article.title, article.text) == ("A heading", "Some text.")


def test_plain_text_takes_a_first_line_that_stands_alone_for_the_title(tmp_path: Path) -> None:
    assert _one(tmp_path, "a.txt", "A headline\n\nSome text.").title == "A headline"
    assert _one(tmp_path, "note.txt", "Some text that goes on.\nAnd on.").title == "note"


def test_html_gives_the_article_and_its_metadata_and_nothing_hidden(tmp_path: Path) -> None:
    article = _one(tmp_path, "a.html", PAGE)
    assert (article.title, article.outlet, article.author) == ("Studio buys AI firm", "Daily Reel", "Ann Lee")
    assert article.published == dt.date(2026, 3, 5)
    assert article.url == "https://dailyreel.example/buys"
    assert "600 million dollars" in article.text
    for never in ("alert", "comment", "Home News"):
        assert never not in article.text


def test_jsonl_takes_either_name_of_a_field_and_goes_on_after_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        json.dumps({"title": "One", "source": "The Verge", "body": "Text one.", "published_at": "2023-10-02T10:00:00+00:00"}),
        "{not json",
        json.dumps(["a", "list"]),
        json.dumps({"title": "No text", "outlet": "Wired"}),
        json.dumps({"title": "Bad day", "text": "x", "published": "not a day"}),
        json.dumps({"title": "Two", "outlet": "Wired", "text": "Text two.", "url": "https://Wired.example/Two/#top"}),
    ]
    path.write_text("\n".join(rows))
    found = list(read(path))
    articles = [item for item in found if isinstance(item, Article)]
    errors = [item for item in found if isinstance(item, BadInput)]
    assert [(a.title, a.outlet, a.published) for a in articles] == [
        ("One", "The Verge", dt.date(2023, 10, 2)),
        ("Bad day", "", None),
        ("Two", "Wired", None),
    ]
    assert [error.source.rsplit(":", 1)[1] for error in errors] == ["2", "3", "4"]
    [flag] = [item for item in found if isinstance(item, Flag)]
    assert flag.source.endswith(":5")
    assert "not a day" in flag.warning


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b"\x7fELF\x00\x00\x00\x01", "binary"),
        ("a.md", b"---\ntitle: [unclosed\n---\ntext", "YAML"),
        ("a.md", b"---\ntitle: only\n---\n", "no article text"),
        ("a.txt", b"\xff\xfeA\x00b", "says it is utf-16"),
        ("a.html", b"<html><head></head></html>", "no article text"),
        ("a.xyz", b"text", "are not read"),
    ],
)
def test_a_bad_file_is_named_with_its_reason(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BadInput, match=reason) as caught:
        list(read(path))
    assert name in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    text = "Emilia Pérez à Cannes: « le cinéma », déjà vu. " * 20
    assert "Emilia Pérez à Cannes" in _one(tmp_path, "a.txt", text.encode(encoding)).text


def test_invisible_characters_never_reach_the_text(tmp_path: Path) -> None:
    article = _one(tmp_path, "a.txt", "Net\u200bflix \u202epaid\u202c $5.\x07")
    assert article.text == "Netflix paid $5."
