"""Web pages, saved or live: trafilatura finds the article, `page` what the page says about itself."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from ingest.document import Document, Flag
from ingest.readers import fields, page, stub
from ingest.recognise import same_site
from rag.errors import BadInput
from rag.types import Article

MOST_BYTES = 16 << 20
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a page."""
    data = document.read(MOST_BYTES)
    declared = _CHARSET.search(data[:4096])
    text = fields.decode(data, document.name, document.charset or (declared[1].decode("ascii", "ignore") if declared else ""))
    yield from fields.build(page_fields(text, document), document)


def page_fields(text: str, document: Document) -> dict[str, object]:
    """Text and metadata of the page.

    Raises:
        BadInput: it holds no article, and why.
    """
    import trafilatura

    tree = page.parse(text)
    if tree is None:
        raise BadInput(document.name, "no article text was found on this page")
    said = page.said(tree)
    page.strip_unseen(tree)
    try:
        found = trafilatura.bare_extraction(
            copy.deepcopy(tree), with_metadata=False, include_comments=False, include_tables=False
        )
    except RecursionError as error:
        raise BadInput(document.name, "its tags are nested too deeply to be read") from error
    body = str(found.as_dict().get("text") or "") if found is not None else ""
    why = stub.why_no_article(body, said.title, stub.share_in_links(tree), said.free)
    if why:
        raise BadInput(document.name, why)
    url = _address(said.url, document)
    return {
        "title": said.title,
        "outlet": said.outlet or document.hints.get("outlet") or urlsplit(url or document.url).hostname or "",
        "author": said.author,
        "published": [*said.published],
        "url": url,
        "language": said.language,
        "topics": said.topics,
        "text": body.replace("\n", "\n\n"),  # trafilatura puts one newline between paragraphs
    }


def _address(said: str, document: Document) -> str:
    """The page's address. A page from the network may not pass for one of another site: its own claim counts only at home."""
    if not document.url:
        return said
    claimed = urljoin(document.url, said) if said else ""
    return claimed if claimed and same_site(claimed, document.url) else document.url
