"""PDF, read by PDFium: the text of each page, and where in the article's text each page begins."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ingest.document import Document, Flag
from ingest.readers import fields
from rag.errors import BadInput
from rag.types import Article

MOST_PAGES = 3000
_DATE = re.compile(r"D?:?(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?(Z|[+-]\d\d'?\d\d)?")


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a PDF.

    Raises:
        BadInput: it is damaged, locked with a password, or a scan without text.
    """
    import pypdfium2

    data = document.read()
    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        reason = "is locked with a password; save it without one" if locked else f"is not a readable PDF ({_reason(error)})"
        raise BadInput(document.name, reason) from error
    try:
        count = len(file)
        if count > MOST_PAGES:
            raise BadInput(document.name, f"has {count} pages, too many for one article")
        pages = [_text(file, number) for number in range(count)]
        about = file.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        raise BadInput(document.name, f"is damaged and cannot be read ({_reason(error)})") from error
    finally:
        file.close()
    if not any(any(c.isalnum() for c in text) for text in pages):
        raise BadInput(document.name, "holds no text, only pictures of pages perhaps; run a text recognition (OCR) over it first")
    parts = [fields.clean(_paragraphs(text)) for text in _without_running_heads(pages)]
    starts, text = [], ""
    for part in parts:
        text = text + "\n\n" if text and part else text
        starts.append(len(text))
        text += part
    title = fields.line(about.get("Title"))
    if not title or re.search(r"\.(?:docx?|indd|qxd|pdf|pages)$|^(?:untitled|microsoft word)", title, re.IGNORECASE):
        title = Path(document.member or document.name).stem
    made = _DATE.match(about.get("CreationDate", ""))
    yield from fields.build(
        {
            "title": title,
            "author": about.get("Author"),
            "published": "-".join(made.groups()[:3]) if made else None,
            "text": text,
            "pages": starts,
        },
        document,
    )


def _reason(error: Exception) -> str:
    return str(error).rsplit("PDFium:", 1)[-1].strip(" ).") or "unknown fault"


def _text(file: object, number: int) -> str:
    page = file[number]  # type: ignore[index]
    try:
        words = page.get_textpage()
        try:
            return str(words.get_text_bounded()).replace("\r\n", "\n").replace("\x02", "-").replace("\ufffe", "-")
        finally:
            words.close()
    finally:
        page.close()


def _without_running_heads(pages: list[str]) -> list[str]:
    """`pages` without what stands at the top or foot of most of them: running heads, page numbers."""
    if len(pages) < 3:
        return pages
    cut = [[line for line in page.split("\n") if line.strip()] for page in pages]
    edges = Counter(key for lines in cut for key in {_shape(line) for line in lines[:2] + lines[-2:]})
    usual = {shape for shape, times in edges.items() if times > 0.6 * len(pages)}
    out = []
    for lines in cut:
        last = len(lines) - 2
        out.append("\n".join(line for i, line in enumerate(lines) if not ((i < 2 or i >= last) and _shape(line) in usual)))
    return out


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _paragraphs(text: str) -> str:
    """Lines as set on the page, joined to paragraphs: one ends at a sentence's end on a short line, or at a blank one."""
    lines = [line.strip() for line in text.split("\n")]
    usual = statistics.median([len(line) for line in lines if line] or [0])
    out: list[str] = []
    last = ""
    for line in lines:
        if out and out[-1].endswith("-") and re.match(r"[a-z]", line) and re.search(r"[a-z]-$", out[-1]):
            out[-1] = out[-1][:-1] + line
        elif out and out[-1] and line and not (len(last) < 0.75 * usual and re.search(r"[.!?:\u201d\"]$", last)):
            out[-1] += " " + line
        else:
            out.append(line)
        last = line
    return "\n\n".join(paragraph for paragraph in out if paragraph)
