"""CSV and TSV: an article a row, its fields named by the first row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

LONGEST_FIELD = 16 << 20
_TEXT_NAMES = ("text", "body", "content")
_LISTS = ("topics", "people", "organisations")


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """Each row's article; a row that cannot be one comes back as its error, with its line.

    Raises:
        BadInput: the file is no table, or has no column of text.
    """
    csv.field_size_limit(LONGEST_FIELD)
    with document.open() as stream:
        head = stream.read(64 << 10)
    if not head.strip():
        raise BadInput(document.name, "the file is empty")
    # The first part tells the encoding; a character cut at its end is not the file's fault.
    encoding = _encoding(head, document.name)
    with document.open() as stream:
        yield from _rows(io.TextIOWrapper(stream, encoding, errors="replace", newline=""), document)


def _encoding(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for cut in range(4):
        try:
            (head[: len(head) - cut]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if b"\x00" in head:
            raise BadInput(name, "this is a binary file, not text")
        return "utf-8-sig"
    fields.decode(head, name)
    return "cp1252"


def _rows(text: IO[str], document: Document) -> Iterator[Article | BadInput | Flag]:
    first = text.readline(1 << 20)
    text.seek(0)
    delimiter = max(",;\t|", key=first.count)
    rows = csv.DictReader(text, delimiter=delimiter)
    try:
        rows.fieldnames = [(name or "").strip().lower() for name in rows.fieldnames or []]
    except csv.Error as error:
        raise BadInput(document.name, f"is not a table ({error})") from error
    if not set(rows.fieldnames) & set(_TEXT_NAMES):
        raise BadInput(document.name, f"its first row names no column of text ({', '.join(_TEXT_NAMES)})")
    while True:
        where = f"{document.name}:{rows.line_num + 1}"
        try:
            row = next(rows, None)
            if row is None:
                return
            values: dict[str, object] = {key: value for key, value in row.items() if isinstance(key, str) and value}
            if not values:
                continue
            for name in _TEXT_NAMES:
                if isinstance(values.get(name), str):
                    values[name] = fields.without_markup(str(values[name]))
            for name in _LISTS:
                if isinstance(values.get(name), str):
                    values[name] = str(values[name]).replace(";", ",")
            yield from fields.build(values, document, f":{rows.line_num}")
        except csv.Error as error:
            yield BadInput(where, f"the row cannot be read ({error})")
            if "field larger" in str(error):
                return  # the parser has lost its place
        except BadInput as error:
            yield error
