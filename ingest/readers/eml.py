"""Saved e-mails: newsletters, press releases, embargoed copy. Read by the standard library's email package."""

from __future__ import annotations

import email
import email.errors
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from ingest.document import Document, Flag
from ingest.readers import fields, page
from rag.errors import BadInput
from rag.types import Article


def read(document: Document) -> Iterator[Article | BadInput | Flag]:
    """The one article of a message: its subject, sender, date and text; attachments are named in a flag, not read."""
    try:
        message = email.message_from_bytes(document.read(), policy=default)
        if not isinstance(message, EmailMessage) or not (message["From"] or message["Subject"] or message["Date"]):
            raise BadInput(document.name, "is not an e-mail message (no From, Subject or Date)")
        plain, html = message.get_body(("plain",)), message.get_body(("html",))
        text = _content(plain, document) if plain is not None else ""
        if html is not None and len(text.split()) < 20:  # 'Your client cannot show this message'
            text = page.prose(_content(html, document)) or text
        attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
        name, address = parseaddr(str(message["From"] or ""))
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError, email.errors.MessageError) as error:
        raise BadInput(document.name, f"is not a readable e-mail message ({type(error).__name__}: {error})"[:200]) from error
    if attached:
        yield Flag(document.name, f"{len(attached)} attached ({', '.join(attached)[:80]}): save and ingest them by themselves")
    yield from fields.build(
        {
            "title": re.sub(r"^(?:(?:re|fwd?|aw|wg):\s*)+", "", str(message["Subject"] or ""), flags=re.IGNORECASE),
            "author": name or address,
            "outlet": name or address.rpartition("@")[2],
            "published": str(message["Date"] or ""),
            "language": str(message["Content-Language"] or ""),
            "text": text,
        },
        document,
    )


def _content(part: object, document: Document) -> str:
    assert isinstance(part, EmailMessage)  # noqa: S101
    payload = part.get_payload(decode=True)
    return fields.decode(payload, document.name, part.get_content_charset() or "") if isinstance(payload, bytes) else ""
