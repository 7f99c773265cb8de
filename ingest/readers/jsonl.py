"""JSON Lines: an article a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article


def read(data: bytes, origin: str) -> Iterator[Article | BadInput]:
    """Each line's article; a bad line comes back as its error, with its number."""
    for number, row in enumerate(fields.decode(data, origin).splitlines(), 1):
        if not row.strip():
            continue
        where = f"{origin}:{number}"
        try:
            value = json.loads(row)
            if not isinstance(value, dict):
                raise BadInput(where, "the line is not a JSON object")
            yield fields.article(value, where)
        except json.JSONDecodeError as error:
            yield BadInput(where, f"the line is not JSON ({error.msg} at column {error.colno})")
        except BadInput as error:
            yield error
