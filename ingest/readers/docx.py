"""Word documents, read by python-docx: paragraphs and tables in order, hidden and deleted text left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.document import Document, Flag
from ingest.readers import fields
from ingest.unpack import check_archive
from rag.errors import BadInput
from rag.types import Article

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a Word document; its title is that of its properties, else its first heading, else the file's name."""
    import docx
    from docx.table import Table

    data = document.read()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(document.name, "is locked with a password or in the old .doc format; save it as a plain .docx")
    check_archive(data, document.name)
    try:
        file = docx.Document(io.BytesIO(data))
        about = file.core_properties
        blocks: list[str] = []
        heading = ""
        for item in file.iter_inner_content():
            if isinstance(item, Table):
                blocks += [" \u2013 ".join(filter(None, (_text(cell._tc) for cell in row.cells))) for row in item.rows]
                continue
            text = _text(item._p)
            style = str(item.style.name if item.style is not None else "")
            if not heading and text and style.startswith(("Title", "Heading")):
                heading = text
            else:
                blocks.append(text)
        named = {
            "title": about.title or heading or Path(document.member or document.name).stem,
            "author": about.author if about.author not in {"python-docx", "Unknown"} else "",
            "language": about.language,
            "published": about.created,
        }
    except BadInput:
        raise
    except (KeyError, ValueError, AttributeError, TypeError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise BadInput(document.name, f"is not a readable Word document ({type(error).__name__}: {error})"[:200]) from error
    yield from fields.build(named | {"text": "\n\n".join(block for block in blocks if block.strip())}, document)


def _text(element: Any) -> str:
    """The words of a paragraph or cell as shown: with what tracked changes put in, without what they took out or is hidden."""
    parts: list[str] = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}p"):
        if node.tag == f"{_W}p":
            parts.append(" " if parts else "")
            continue
        run = node.getparent()
        if run.tag == f"{_W}r":
            hidden = run.find(f"{_W}rPr/{_W}vanish")
            if hidden is not None and hidden.get(f"{_W}val") not in {"0", "false"}:
                continue
        parts.append(node.text or "" if node.tag == f"{_W}t" else " ")
    return "".join(parts).strip()
