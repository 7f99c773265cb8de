"""One file per format: bytes → articles. `read` picks the reader by the file's ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.readers import html, jsonl, markdown, plain
from rag.errors import BadInput
from rag.types import Article

Reader = Callable[[bytes, str], Iterator["Article | BadInput"]]

BY_ENDING: dict[str, Reader] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": plain.read,
    ".html": html.read,
    ".htm": html.read,
    ".jsonl": jsonl.read,
    ".ndjson": jsonl.read,
}


def read(path: Path) -> Iterator[Article | BadInput]:
    """Every article in the file at `path`, and in place of one that cannot be read, why.

    Raises:
        BadInput: nothing of the file can be read.
    """
    reader = BY_ENDING.get(path.suffix.lower())
    if reader is None:
        raise BadInput(str(path), f"files ending in {path.suffix or 'nothing'} are not read (only {', '.join(BY_ENDING)})")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(str(path), f"cannot be opened ({error.strerror or error})") from error
    if not data.strip():
        raise BadInput(str(path), "the file is empty")
    yield from reader(data, str(path.resolve()))
