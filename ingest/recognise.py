"""Which article is this? The same id on every run, whatever the file is called today."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit, urlunsplit


def canonical_url(url: str) -> str:
    """`url` without its fragment and trailing slash, scheme and host in lower case: what identifies a page."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


def article_id(given: str, url: str, outlet: str, origin: str) -> str:
    """The id an article keeps: its own when it has one, else from its address, else from where it was read.

    An id of its own is joined to its outlet unless it is one of Slugline's own briefs: '17' of one outlet is not '17' of another.
    """
    if given:
        clean = re.sub(r"[^\w.-]+", "-", given).strip("-")[:64]
        slug = re.sub(r"[^a-z0-9]+", "-", outlet.lower()).strip("-")
        return clean if slug in {"", "slugline-briefs"} else f"{slug}.{clean}"
    seed = canonical_url(url) if url else origin
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
