"""One file per format: a document → articles. `read` picks the reader by the document's kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from ingest.document import Document, Flag
from rag.errors import BadInput
from rag.types import Article

Reader = Callable[[Document], Iterator["Article | BadInput | Flag"]]

# By name: a run pays only for the libraries of the formats that it meets.
BY_ENDING: dict[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "table",
    ".tsv": "table",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".eml": "eml",
}
# These hold any number of articles and are read as a stream.
MANY = {"jsonl", "table"}


def read(source: Document | Path) -> Iterator[Article | BadInput | Flag]:
    """Every article in the document, and in place of one that cannot be read, why.

    Raises:
        BadInput: nothing of the document can be read.
    """
    document = source if isinstance(source, Document) else Document(str(source), str(source), source.suffix.lower(), source)
    reader = "entry" if document.kind == ".entry" else BY_ENDING.get(document.kind)
    if reader is None:
        raise BadInput(document.name, f"files ending in {document.kind or 'nothing'} are not read (only {', '.join(BY_ENDING)})")
    yield from import_module(f"ingest.readers.{reader}").read(document)
