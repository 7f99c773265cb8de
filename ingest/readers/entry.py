"""An article as its feed carries it, for when its page cannot be had: all of it is in the hints."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a feed's entry."""
    yield Flag(document.name, "its page could not be fetched: this is the text in the feed")
    yield from fields.build(document.hints, document)
