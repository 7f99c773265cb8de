"""The bundled articles lose nothing of what was collected for them.

`facts/NNN.json` lists, for each article, the figures, dates, names and outlets it must carry. An entry an article
deliberately leaves out stands under `omitted` with the reason.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import frontmatter
import pytest

from rag.dates import PartialDate, find_dates
from rag.figures import find_figures

HERE = Path(__file__).parent
CORPUS = HERE.parent.parent / "corpus"
ARTICLES = sorted(CORPUS.glob("[0-9]*.md"))
KEYS = {"id", "title", "outlet", "published", "topics", "people", "organisations", "sources"}


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.replace("’", "'"))  # noqa: RUF001
    return re.sub(r"\s+", " ", "".join(c for c in text if not unicodedata.combining(c))).casefold()


def _facts(path: Path) -> dict[str, Any]:
    return json.loads((HERE / "facts" / f"{path.name[:3]}.json").read_text("utf-8"))


def _partial(written: str) -> PartialDate:
    parts = [None if part == "????" else int(part) for part in written.split("-")] + [None, None]
    return PartialDate(parts[0], parts[1], parts[2])


def missing(article: str, facts: dict[str, Any]) -> list[str]:
    """What `article` does not say of `facts`."""
    plain, lost = _plain(article), []
    values = {figure.value for figure in find_figures(article)} | set()
    for written in facts["figures"]:
        wanted = {figure.value for figure in find_figures(written)}
        if not wanted <= values and _plain(written) not in plain:
            lost.append(f"figure {written}")
    said = list(find_dates(article))
    years = {date.year for date in said}
    for written in facts["dates"]:
        wanted_date = _partial(written)
        if wanted_date.month is None:
            found = wanted_date.year in years
        else:
            found = any(
                date.month == wanted_date.month
                and (wanted_date.day is None or date.day == wanted_date.day)
                and (date.year is None or wanted_date.year is None or date.year == wanted_date.year)
                for date in said
            )
        if not found:
            lost.append(f"date {written}")
    lost += [f"{kind[:-1]} {name}" for kind in ("names", "outlets") for name in facts[kind] if _plain(name) not in plain]
    return lost


def test_there_are_85_articles_numbered_without_a_gap() -> None:
    assert [path.name[:3] for path in ARTICLES] == [f"{n:03d}" for n in range(1, 86)]


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_article_says_every_figure_date_name_and_outlet(path: Path) -> None:
    post = frontmatter.load(str(path))
    assert not missing(f"{post['title']}\n{post.content}", _facts(path))


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_article_is_readable_prose_of_250_to_700_words(path: Path) -> None:
    content = frontmatter.load(str(path)).content
    assert 250 <= len(content.split()) <= 700
    assert not re.search(r"^\s*([-*+]|\d+\.)\s|^#", content, re.MULTILINE), "lists and headings are not prose"
    assert len(content.split("\n\n")) >= 3, "a reader needs paragraphs"


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_front_matter_is_complete(path: Path) -> None:
    meta = frontmatter.load(str(path)).metadata
    assert set(meta) == KEYS
    assert meta["id"] == path.name[:3]
    assert meta["outlet"] == "Slugline Briefs"
    assert isinstance(meta["published"], dt.date)
    for key in ("topics", "people", "organisations"):
        assert all(isinstance(item, str) for item in meta[key]), key
    assert meta["topics"]
    assert meta["sources"]
    for source in meta["sources"]:
        assert set(source) == {"outlet", "title", "date", "url"}


def test_a_lost_figure_date_or_name_is_noticed() -> None:
    facts = {"figures": ["$1.5 billion"], "dates": ["2026-03-24"], "names": ["Bob Iger"], "outlets": ["TheWrap"]}
    whole = "TheWrap said on 24 March 2026 that Bob Iger spent $1.5bn."
    assert missing(whole, facts) == []
    assert missing("The paper said on 25 March 2026 that Bob Igor spent $1.6bn.", facts) == [
        "figure $1.5 billion",
        "date 2026-03-24",
        "name Bob Iger",
        "outlet TheWrap",
    ]
