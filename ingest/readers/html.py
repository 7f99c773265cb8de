"""Saved web pages, read by trafilatura: the article and its metadata without menus, scripts and comments."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article


def read(data: bytes, origin: str) -> Iterator[Article | BadInput]:
    """The one article of a page."""
    import trafilatura

    found = trafilatura.bare_extraction(
        fields.decode(data, origin), with_metadata=True, include_comments=False, include_tables=False
    )
    if found is None:
        raise BadInput(origin, "no article text was found on this page")
    page = found.as_dict()
    yield fields.article(
        {
            "title": page.get("title"),
            "outlet": page.get("sitename") or page.get("hostname"),
            "author": page.get("author"),
            "published": page.get("date"),
            "url": page.get("url"),
            "topics": page.get("tags"),
            "text": (page.get("text") or "").replace("\n", "\n\n"),  # trafilatura puts one newline between paragraphs
        },
        origin,
    )
