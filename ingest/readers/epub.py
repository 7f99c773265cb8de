"""EPUB: the chapters in reading order as one article."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from ingest.document import Document, Flag
from ingest.readers import fields, page
from ingest.unpack import check_archive
from rag.errors import BadInput
from rag.types import Article

_DC = "{http://purl.org/dc/elements/1.1/}"


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of an EPUB: title, author, publisher, date and language as its package file gives them."""
    data = document.read()
    check_archive(data, document.name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if {"META-INF/encryption.xml", "META-INF/rights.xml"} <= names:  # without rights only fonts are encrypted
                raise BadInput(document.name, "is locked by its shop (DRM)")
            container = _xml(archive.read("META-INF/container.xml"))
            package_name = next(e.get("full-path", "") for e in container.iter("{*}rootfile"))
            package = _xml(archive.read(package_name))
            files = {item.get("id"): item.get("href", "") for item in package.iter("{*}item")}
            chapters = []
            for ref in package.iter("{*}itemref"):
                href = unquote(files.get(ref.get("idref")) or "").split("#")[0]
                name = posixpath.normpath(posixpath.join(posixpath.dirname(package_name), href))
                if ref.get("linear") != "no" and name in names:
                    chapters.append(page.prose(fields.decode(archive.read(name), document.name)))
    except (KeyError, StopIteration, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError) as error:
        raise BadInput(document.name, f"is not a readable EPUB ({type(error).__name__}: {error})"[:200]) from error

    def about(name: str) -> str:
        return next((e.text.strip() for e in package.iter(_DC + name) if e.text and e.text.strip()), "")

    yield from fields.build(
        {
            "title": about("title") or Path(document.member or document.name).stem,
            "author": ", ".join(e.text.strip() for e in package.iter(_DC + "creator") if e.text),
            "outlet": about("publisher"),
            "published": about("date"),
            "language": about("language"),
            "text": "\n\n".join(chapter for chapter in chapters if chapter),
        },
        document,
    )


def _xml(data: bytes) -> etree._Element:
    if b"<!ENTITY" in data:
        raise ValueError("it declares XML entities, which are not expanded")
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
