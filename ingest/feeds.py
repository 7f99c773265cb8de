"""RSS and Atom feeds, read by feedparser, and sitemaps: which articles they name, and what they say about them."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from ingest.document import MOST_BYTES
from ingest.readers import fields
from ingest.readers.page import prose
from rag.errors import BadInput

MOST_ENTRIES = 50_000  # what the sitemap protocol allows in one file


@dataclass(frozen=True)
class Entry:
    """One article that a feed names: its address, what the feed says about it, and its text when the feed carries it."""

    url: str
    hints: Mapping[str, Any] = field(default_factory=dict)
    day: dt.date | None = None
    content: str = ""


@dataclass(frozen=True)
class Sitemap:
    """The articles a sitemap names, and the further sitemaps of an index."""

    entries: tuple[Entry, ...]
    further: tuple[str, ...]


def is_feed(data: bytes) -> bool:
    head = _head(data)
    return bool(re.search(r"<(?:rss|feed|rdf:RDF)[\s>]", head)) and "<html" not in head.lower()


def is_sitemap(data: bytes) -> bool:
    return bool(re.search(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", _head(data)))


def _head(data: bytes) -> str:
    raw = data[:4096]
    return raw.decode("utf-16", "replace") if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else raw.decode("latin-1").replace("\x00", "")


def _text(data: bytes, name: str) -> str:
    """The XML as text.

    Raises:
        BadInput: it declares entities of its own, by which a few lines can unpack to gigabytes or read local files.
    """
    declared = re.search(rb"encoding=[\"']([\w.-]+)", data[:200])
    text = fields.decode(data, name, declared[1].decode() if declared else "")
    if "<!ENTITY" in text:
        raise BadInput(name, "it declares XML entities, which are not expanded")
    return text


def parse_feed(data: bytes, name: str, url: str = "") -> list[Entry]:
    """The entries of a feed that have an address, newest as the feed lists them.

    Raises:
        BadInput: it is no feed, or a hostile one.
    """
    import feedparser

    text = re.sub(r"^<\?xml[^>]*\?>", "", _text(data, name).lstrip("\ufeff \r\n\t"))  # it is decoded already
    found = feedparser.parse(text, response_headers={"content-location": url} if url else {}, sanitize_html=False)
    if not found.entries and (found.bozo or not found.version):
        raise BadInput(name, f"is not a readable feed ({found.get('bozo_exception') or 'no entries'})"[:200])
    outlet, language = found.feed.get("title", ""), found.feed.get("language", "")
    entries = []
    for one in found.entries[:MOST_ENTRIES]:
        link = urljoin(url, str(one.get("link") or ""))
        if not re.match(r"^https?://", link, re.IGNORECASE):
            continue
        stated = str(one.get("published") or one.get("updated") or "")
        bodies = [content.get("value", "") for content in one.get("content", [])] or [one.get("summary", "")]
        entries.append(
            Entry(
                link,
                {
                    "title": prose(str(one.get("title", ""))),
                    "author": one.get("author", ""),
                    "published": stated,
                    "outlet": prose(str(outlet)),
                    "language": language,
                    "topics": [tag.get("term") for tag in one.get("tags", []) if tag.get("term")][:20],
                    "url": link,
                },
                _day(stated),
                max(bodies, key=len),
            )
        )
    return entries


def parse_sitemap(data: bytes, name: str) -> Sitemap:
    """The addresses of a sitemap with the day of their last change, or those of the sitemaps of an index.

    Raises:
        BadInput: it is not well formed, or a hostile one.
    """
    text = _text(data, name)
    try:
        root = etree.fromstring(
            text.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")
        )
    except etree.XMLSyntaxError as error:
        raise BadInput(name, f"is not a readable sitemap ({error})"[:200]) from error
    entries, further = [], []
    for node in root.iter("{*}url", "{*}sitemap"):
        address = (node.findtext("{*}loc") or "").strip()
        if not re.match(r"^https?://", address, re.IGNORECASE):
            continue
        if etree.QName(node).localname == "sitemap":
            further.append(address)
            continue
        news = node.find("{*}news")
        published = news.findtext("{*}publication_date") if news is not None else None
        hints = {
            "title": news.findtext("{*}title") if news is not None else "",
            "outlet": news.findtext("{*}publication/{*}name") if news is not None else "",
            "published": published or "",
            "url": address,
        }
        entries.append(Entry(address, hints, _day(published or node.findtext("{*}lastmod") or "")))
    return Sitemap(tuple(entries[:MOST_ENTRIES]), tuple(further))


def _day(stated: str) -> dt.date | None:
    try:
        return fields.moment(stated, "")[0]
    except BadInput:
        return None


def gunzip(data: bytes, name: str) -> bytes:
    """The inside of a .gz file.

    Raises:
        BadInput: it is damaged, or larger than any sitemap.
    """
    try:
        machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        out = machine.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise BadInput(name, f"cannot be unpacked ({error})") from error
    if machine.unconsumed_tail:
        raise BadInput(name, f"unpacks to more than {MOST_BYTES >> 20} MB and is not read")
    return out
