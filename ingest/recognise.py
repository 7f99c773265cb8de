"""Which article is this? The same id on every run, whatever the file is called and whichever variant of its address was read."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# Parameters that say where a reader came from or how to show the page, never which page it is.
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi"
    r"|vero_\w+|oly_\w+|_ga|_gl|ref|ref_src|ref_url|referrer|source|src|cmp|cmpid|campaign|campaign_id|icid|ncid|sh|share|smid|smtyp"
    r"|s_cid|ito|cid|ocid|taid|guccounter|guce_\w+|spm|ftag|emc|cndid|esrc|bxid|hash[ab]|mbid|at_\w+|xtor|wt\.\w+"
    r"|outputtype|amp|amp_\w+|usqp|__twitter_impression|feature|fb_\w+|sref|trk|trkcampaign)$",
    re.IGNORECASE,
)
_PHONE_HOST = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_AMP_CACHE = re.compile(r"^/(?:[acirv]/)?(?:amp/)?(?:s/)?(?P<rest>[\w-]+(?:\.[\w-]+)+/.*)$")
_AMP_PATH = re.compile(r"^/amp(?=/)|(?:/amp|\.amp)(?=$|/$)|(?<=\.)amp\.(?=html?$)", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """`url` as its publisher would write it: what identifies a page. No fragment, tracking, phone or AMP variant, port or slash.

    >>> canonical_url("http://M.Wired.com:80/story/a/amp/?utm_source=x&b=2&a=1#top")
    'https://wired.com/story/a?a=1&b=2'
    >>> canonical_url("https://www-wired-com.cdn.ampproject.org/c/s/www.wired.com/story/a")
    'https://wired.com/story/a'
    """
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"}:
        return url.strip()
    host = (parts.hostname or "").rstrip(".")
    path = parts.path
    if host.endswith(".cdn.ampproject.org") or (re.fullmatch(r"(?:www\.)?google\.[a-z.]+", host) and path.startswith("/amp/")):
        inner = _AMP_CACHE.match(path)
        if inner:
            return canonical_url(f"https://{inner['rest']}" + (f"?{parts.query}" if parts.query else ""))
    try:
        port = parts.port
    except ValueError:
        port = None
    where = _PHONE_HOST.sub("", host) + (f":{port}" if port and port not in {80, 443} else "")
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)))
    return urlunsplit(("https", where, _AMP_PATH.sub("", path).rstrip("/"), query, ""))


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, phone and AMP hosts counted as the main one."""
    return urlsplit(canonical_url(one)).netloc == urlsplit(canonical_url(other)).netloc


def article_id(given: str, url: str, outlet: str, origin: str) -> str:
    """The id an article keeps: its own when it has one, else from its address, else from where it was read.

    An id of its own is joined to its outlet unless it is one of Slugline's own briefs: '17' of one outlet is not '17' of another.
    """
    if given:
        clean = re.sub(r"[^\w.-]+", "-", given).strip("-")[:64]
        slug = re.sub(r"[^a-z0-9]+", "-", outlet.lower()).strip("-")
        return clean if slug in {"", "slugline-briefs"} else f"{slug}.{clean}"
    seed = canonical_url(url) if url else origin
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:12]
