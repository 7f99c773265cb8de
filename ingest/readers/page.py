"""A web page's tree: what no reader of it sees is cut out, and what it says about itself is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml import etree

# libxml2 drops what is nested deeper, and code that walks trees by recursion would not come back from it.
DEEPEST = 250
UNREAD = (
    "script", "style", "noscript", "template", "iframe", "frame", "object", "embed", "applet", "svg", "math", "canvas", "audio",
    "video", "select", "textarea", "button", "input", "datalist", "dialog", "map", "area", "link",
)  # fmt: skip
HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0?\.?0+(?![.\d])"
    r"|font-size\s*:\s*(?:0*\.?0+(?:px|em|rem|pt|%)?|1?(?:\.\d+)?p[xt])\s*(?:[;!\"']|$)|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|margin-left|margin-top)\s*:\s*-(?:\d{4,}|\d{3,}v[wh])|transform\s*:\s*scale[XY]?\(\s*0\s*[,)]"
    r"|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|(?<![\w-])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:[;!\"']|$)|content-visibility\s*:\s*hidden",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?<![\w-])(background-color|background|color)\s*:\s*([^;!}\"']+)", re.IGNORECASE)
_CLIPPED = re.compile(
    r"background-clip\s*:\s*text", re.IGNORECASE
)  # a heading in a gradient: its background shows as its letters
_NAMED = {"white": "#ffffff", "black": "#000000"}


def unseen(style: str) -> bool:
    """Whether a reader sees nothing of what has this style: it is not shown, out of sight, too small, or of its background's colour.

    Text in the colour of a background that another style sets is not told: the page's own colours are not known here.
    """
    if HIDING.search(style):
        return True
    found = {name.lower().removesuffix("-color"): _colour(value) for name, value in _COLOUR.findall(style)}
    colour = found.get("color", "inherit")
    if _CLIPPED.search(style) or colour in {"inherit", "initial", "unset", "revert"}:
        return False
    return colour in {"transparent", found.get("background")}


def _colour(value: str) -> str:
    value = re.sub(r"\s+", "", value).lower()
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(2 * digit for digit in value[1:])
    rgb = re.fullmatch(r"rgb\((\d{1,3}),(\d{1,3}),(\d{1,3})\)", value)
    return "#" + "".join(f"{int(part):02x}" for part in rgb.groups()) if rgb else _NAMED.get(value, value)


# A site may hide its article until its script has run; that is not hiding it from readers.
_WHOLE = {"html", "body", "main", "article"}
_ARTICLE_TYPES = re.compile(r"(?:Article|NewsArticle|BlogPosting|Report|Review|LiveBlogPosting|OpinionNewsArticle)$")
_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr",
    "table", "figure", "figcaption", "pre", "hr", "dl", "dt", "dd", "main", "aside", "address", "body",
}  # fmt: skip


def parse(text: str) -> lxml.html.HtmlElement | None:
    """The tree of `text`; None when there is none to be had. Never fetches anything, never expands an entity of the page's own."""
    if not text.strip():
        return None
    # An encoding declared inside was already used, or was wrong.
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def strip_unseen(tree: lxml.html.HtmlElement) -> None:
    """Cut out scripts, styles, controls and whatever the page's own styles hide; what follows them stays."""
    hidden = _hidden_by_sheets(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            _cut(element)
            continue
        attributes = element.attrib
        cut = (
            element.tag in UNREAD
            or "hidden" in attributes
            or attributes.get("aria-hidden", "").lower() == "true"
            or (element.tag not in _WHOLE and (element in hidden or unseen(attributes.get("style", ""))))
        )
        if cut and element is not tree:
            _cut(element)
    for depth, element in _depths(tree):
        if depth == DEEPEST:
            for child in list(element):
                _cut(child)


def _depths(tree: lxml.html.HtmlElement) -> Iterator[tuple[int, lxml.html.HtmlElement]]:
    waiting = [(0, tree)]
    while waiting:
        depth, element = waiting.pop()
        yield depth, element
        waiting += [(depth + 1, child) for child in element]


def _cut(element: lxml.html.HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _hidden_by_sheets(tree: lxml.html.HtmlElement) -> set[lxml.html.HtmlElement]:
    sheets = [style.text or "" for style in tree.iter("style") if not any(name.startswith("amp-") for name in style.attrib)]
    if not any(unseen(rule) for sheet in sheets for rule in re.findall(r"\{([^{}]*)\}", sheet)):
        return set()
    import tinycss2
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector

    found: set[lxml.html.HtmlElement] = set()
    for sheet in sheets:
        # Only rules for every reader: what stands in @media print or (max-width) hides nothing from the others.
        for rule in tinycss2.parse_stylesheet(sheet[:500_000], skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule" or not unseen(tinycss2.serialize(rule.content)):
                continue
            try:
                found.update(CSSSelector(tinycss2.serialize(rule.prelude), translator="html")(tree))
            except (SelectorError, etree.XPathError, ValueError):
                continue  # ':hover', '::before' and what is newer than the library: they select no plain element
    return found


def prose(text: str) -> str:
    """The words of a piece of HTML that a reader sees, a blank line between blocks."""
    tree = parse(text)
    if tree is None:
        return ""
    strip_unseen(tree)
    return text_of(tree)


def text_of(tree: lxml.html.HtmlElement) -> str:
    """All text of `tree` in order, a blank line between blocks."""
    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        block = element.tag in _BLOCKS
        if event == "start":
            if element.tag in {"head", "title"}:
                element.text = None
            parts += ["\n\n"] if block else ["\n"] if element.tag == "br" else [" "] if element.tag in {"td", "th"} else []
            parts.append(_fold(element.text))
        else:
            parts += ["\n\n"] if block else []
            parts.append(_fold(element.tail) if element is not tree else "")
    return "".join(parts).strip()


def _fold(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


@dataclass(frozen=True)
class Said:
    """What a page says about itself, each field from the most trusted place that has it; `published` lists all candidates."""

    title: str = ""
    outlet: str = ""
    author: str = ""
    published: tuple[str, ...] = ()
    url: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    free: bool = True


def said(tree: lxml.html.HtmlElement) -> Said:
    """Metadata by order of trust: JSON-LD, then OpenGraph, then other meta tags and the page's own elements.

    Call it before `strip_unseen`, which takes the scripts out.
    """
    linked, free = _json_ld(tree)
    meta: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").strip().lower()
        if name and tag.get("content", "").strip():
            meta.setdefault(name, []).append(tag.get("content").strip())

    def tags(*names: str) -> str:
        return next((meta[name][0] for name in names if name in meta), "")

    canonical = next((a.get("href", "") for a in tree.iter("link") if "canonical" in a.get("rel", "").lower().split()), "")
    times = [t.get("datetime", "") for t in tree.iter("time")]
    published = (
        linked.get("published", ""),
        tags("article:published_time", "og:article:published_time", "og:published_time"),
        tags(
            "datepublished", "date", "pubdate", "publishdate", "publish-date", "publication_date", "parsely-pub-date", "sailthru.date",
            "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date.created", "citation_publication_date",
            "article.published", "cxenseparse:recs:publishtime", "date.release",
        ),
        times[0] if times else "",
    )  # fmt: skip
    language = (
        linked.get("language") or tags("og:locale", "language", "dc.language", "content-language") or tree.get("lang") or ""
    )
    heading = next((" ".join(h.text_content().split()) for h in tree.iter("h1")), "")
    title = next((" ".join((t.text_content() or "").split()) for t in tree.iter("title")), "")
    author = linked.get("author") or tags("og:article:author", "author", "parsely-author", "sailthru.author", "dc.creator", "byl")
    if not author:
        by = tags("article:author")
        author = "" if by.startswith("http") else by
    keywords = meta.get("article:tag", []) + meta.get("news_keywords", [])
    return Said(
        title=linked.get("title") or tags("og:title", "twitter:title", "dc.title", "parsely-title") or heading or title,
        outlet=linked.get("outlet") or tags("og:site_name", "application-name", "publisher", "dc.publisher"),
        author=re.sub(r"^by\s+", "", author, flags=re.IGNORECASE),
        published=tuple(candidate for candidate in published if candidate),
        url=linked.get("url") or tags("og:url") or canonical,
        language=language,
        topics=tuple(dict.fromkeys(word.strip() for tag in keywords for word in tag.split(",") if word.strip()))[:20],
        free=free,
    )


def _json_ld(tree: lxml.html.HtmlElement) -> tuple[dict[str, str], bool]:
    """Fields of the first article in the page's JSON-LD, and whether it says that all may read it."""
    for script in tree.iter("script"):
        if script.get("type", "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads((script.text or "").strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            kinds = node.get("@type")
            if any(isinstance(k, str) and _ARTICLE_TYPES.search(k) for k in (kinds if isinstance(kinds, list) else [kinds])):
                found = {
                    "title": _word(node.get("headline") or node.get("name")),
                    "outlet": _word(node.get("publisher")),
                    "author": _word(node.get("author") or node.get("creator")),
                    "published": _word(node.get("datePublished") or node.get("dateCreated")),
                    "url": _address(node),
                    "language": _word(node.get("inLanguage")),
                }
                return {key: value for key, value in found.items() if value}, str(
                    node.get("isAccessibleForFree")
                ).lower() != "false"
    return {}, True


def _nodes(data: object) -> Iterator[Mapping[str, Any]]:
    waiting, seen = [data], 0
    while waiting and seen < 2000:
        one = waiting.pop(0)
        seen += 1
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, Mapping):
            yield one
            waiting += [one[key] for key in ("@graph", "mainEntity", "hasPart") if key in one]


def _word(value: object) -> str:
    """The text of a JSON-LD value: a string, a node's name, or those of a list."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return _word(value.get("name") or value.get("alternateName"))
    if isinstance(value, list):
        return ", ".join(word for word in map(_word, value[:20]) if word)
    return ""


def _address(node: Mapping[str, Any]) -> str:
    page = node.get("mainEntityOfPage")
    for value in (node.get("url"), page.get("@id") if isinstance(page, Mapping) else page, node.get("@id")):
        if isinstance(value, str) and value.startswith("http"):
            return value
    return ""
