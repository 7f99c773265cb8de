"""What every form of showing shares: marks, bylines, and which addresses may become links."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from rag.dates import written
from rag.types import Article, Support

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
