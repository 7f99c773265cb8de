"""Plain text: the first line is the title when it stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

_LONGEST_TITLE = 160


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a text file."""
    text = fields.clean(fields.decode(document.read(), document.name, document.charset))
    first, _, rest = text.partition("\n\n")
    alone = rest.strip() and "\n" not in first and len(first) <= _LONGEST_TITLE and not first.endswith(".")
    title, body = (first, rest) if alone else (Path(document.member or document.name).stem, text)
    yield from fields.build({"title": title, "text": body}, document)
