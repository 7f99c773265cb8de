"""What every form of showing shares: marks, bylines, and which addresses may become links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlsplit

from rag.dates import written
from rag.question.form import without_courtesy
from rag.types import Article, Citation, Sentence, Support, Understood

# Shape and word beside the colour: not everybody sees the colour.
MARKS = {Support.FULL: ("✓", "supported"), Support.WEAK: ("≈", "weakly supported"), Support.NONE: ("✗", "not in the coverage")}


def safe_url(url: str) -> str:
    """`url` when it is http or https, else nothing: no other scheme may become a link."""
    try:
        return url if urlsplit(url).scheme.lower() in {"http", "https"} else ""
    except ValueError:
        return ""


def day(date: dt.date | None) -> str:
    return written(date) if date else "undated"


def byline(article: Article) -> str:
    """'Outlet, 24 March 2026', with the author when there is one, and when a later text of it was taken."""
    updated = f"updated {written(article.updated)}" if article.updated else ""
    parts = (article.outlet or "unknown outlet", article.author, day(article.published), updated)
    return ", ".join(part for part in parts if part)


def page_of(citation: Citation) -> int | None:
    """Number of the page that the quoted words stand on, where the article has pages."""
    passage = citation.hit.passage
    at = passage.text.find(citation.quote)
    return citation.hit.article.page_at(passage.start + max(0, at))


def cited(citation: Citation) -> str:
    """The byline of what is cited: as of an article, with the page where it has pages ('..., page 3')."""
    page = page_of(citation)
    return byline(citation.hit.article) + (f", page {page}" if page else "")


def carried(outlets: Sequence[str]) -> str:
    """How many independent outlets carry a sentence, in words; nothing where only one does: its source tells which."""
    return f"{len(outlets)} outlets: {', '.join(outlets)}" if len(outlets) > 1 else ""


def understood_words(understood: Understood, question: str) -> str:
    """How a question was read where that differs from how it was typed, courtesies apart: 'Read as: ...'; else nothing."""
    return f"Read as: {understood.text}" if understood.text != without_courtesy(" ".join(question.split())) else ""


def dated(sentence: Sentence) -> str:
    """The date that stands in front of a sentence of a timeline or a list of the latest; nothing where it has none."""
    return sentence.when or (written(sentence.date) if sentence.date else "")
