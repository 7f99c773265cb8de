"""JSON Lines: an article a line, read one at a time so that a file may be larger than memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

LONGEST_LINE = 16 << 20


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """Each line's article; a bad line comes back as its error, with its number."""
    for number, row in lines(document):
        where = f"{document.name}:{number}"
        if isinstance(row, BadInput):
            yield row
            continue
        try:
            value = json.loads(row)
            if not isinstance(value, dict):
                raise BadInput(where, "the line is not a JSON object")
            for key in ("text", "body", "content"):
                if isinstance(value.get(key), str):
                    value[key] = fields.without_markup(value[key])
            yield from fields.build(value, document, f":{number}")
        except json.JSONDecodeError as error:
            yield BadInput(where, f"the line is not JSON ({error.msg} at column {error.colno})")
        except RecursionError:
            yield BadInput(where, "the line is nested too deeply to be read")
        except BadInput as error:
            yield error
        except ValueError as error:  # a number of more digits than Python converts
            yield BadInput(where, f"the line cannot be read ({error})")


def lines(document: Document) -> Iterator[tuple[int, str | BadInput]]:
    """Each line that is not blank with its number, decoded by itself unless the file has the byte order mark of UTF-16.

    Raises:
        BadInput: the file is empty or cannot be opened.
    """
    with document.open() as stream:
        head = stream.read(4)
    if not head:
        raise BadInput(document.name, "the file is empty")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        for number, row in enumerate(fields.decode(document.read(), document.name).splitlines(), 1):
            if row.strip():
                yield number, row
        return
    with document.open() as stream:
        number = 0
        while data := stream.readline(LONGEST_LINE + 1):
            number += 1
            where = f"{document.name}:{number}"
            if len(data) > LONGEST_LINE:
                while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                    pass
                yield number, BadInput(where, f"the line is longer than {LONGEST_LINE >> 20} MB, too long for one article")
                continue
            if not data.strip():
                continue
            try:
                yield number, fields.decode(data, where)
            except BadInput as error:
                yield number, error
