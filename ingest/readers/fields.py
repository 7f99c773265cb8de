"""What every reader needs: bytes → text, and named fields → Article."""

from __future__ import annotations

import codecs
import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.document import Document, Flag
from ingest.outlets import outlet_name
from ingest.recognise import article_id, canonical_url
from rag.errors import BadInput
from rag.types import Article, Source

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Zero-width and bidirectional controls, tag characters, variation selectors of no letter: they hide text or reorder what is seen.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")  # fmt: skip
# One Latin encoding: told apart by letter frequency alone, cp1250 or mac_roman too often win over the common cp1252.
_OTHER_ENCODINGS = ["cp1252", "cp1251", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Data pasted into a text, base64 above all; no word or address in print is as long. (Scripts without spaces are not ASCII.)
_NO_WORDS = re.compile(r"[!-~]{2000,}")
_MARKUP = re.compile(r"</?(?:p|div|span|br|a|b|i|em|strong|ul|ol|li|h[1-6]|script|style|img|figure|blockquote|section|article|table)\b[^>]*>|<!--", re.IGNORECASE)  # fmt: skip
# War and Peace is 3.2 million characters.
MOST_CHARACTERS = 5_000_000
OLDEST_YEAR = 1600  # the first newspapers
# A clock that runs behind this version of Slugline is wrong, and does not make the articles in it articles from the future.
_RELEASED = dt.date(2026, 11, 1)
_ISO_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d|UTC|GMT)?$", re.IGNORECASE)


def decode(data: bytes, origin: str, charset: str = "") -> str:
    """Text of `data`: by its byte order mark, as UTF-8, in the `charset` it was said to have, else by what charset-normalizer finds.

    Raises:
        BadInput: it is not text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError as error:
                raise BadInput(origin, f"it says it is {name} but is not (byte {error.start})") from error
    said = _codec(charset)
    if b"\x00" in data[:8192]:
        if said.startswith(("utf-16", "utf-32")):
            try:
                return data.decode(said)
            except UnicodeDecodeError as error:
                raise BadInput(origin, f"it says it is {said} but is not (byte {error.start})") from error
        raise BadInput(origin, "this is a binary file, not text")
    for name in ("utf-8", said):
        try:
            if name:
                return data.decode(name)
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_OTHER_ENCODINGS).best()
    if best is None:
        raise BadInput(origin, "its text encoding cannot be told; save it as UTF-8")
    return str(best)


def _codec(charset: str) -> str:
    try:
        info = codecs.lookup(charset) if charset else None
    except (LookupError, ValueError):
        return ""
    # 'rot13' and 'zlib' are codecs too, and no page's charset.
    return info.name if info is not None and getattr(info, "_is_text_encoding", True) else ""


def clean(text: str) -> str:
    """`text` in composed Unicode, without invisible characters, line ends as newlines, at most one blank line in a row."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8")).replace("\u00a0", " ").replace("\u2028", "\n")
    text = _NO_WORDS.sub(" ", text.replace("\u2029", "\n\n"))
    return re.sub(r"\n[ \t]*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def line(value: object) -> str:
    """A one-line field: nothing for None, white space folded."""
    if isinstance(value, list | tuple):
        value = ", ".join(str(part) for part in value)
    return "" if value is None else " ".join(clean(str(value)).split())


def moment(value: object, origin: str) -> tuple[dt.date | None, str]:
    """The day that a date field names, and the moment as ISO 8601 when it gives one; (None, '') when it is empty.

    The day is the one at the place of publication: that of the moment in its own offset.

    Raises:
        BadInput: it is not a date, not a possible one, or in the future.
    """
    if value is None or value == "":
        return None, ""
    text = str(value).strip()
    at = value if isinstance(value, dt.datetime) else _iso(text)
    day = at.date() if at else value if isinstance(value, dt.date) else _day(text, origin)
    if isinstance(day, dt.datetime):
        at, day = day, day.date()
    if day.year < OLDEST_YEAR:
        raise BadInput(origin, f"the date {text[:40]!r} is before there were newspapers")
    if day > max(dt.datetime.now(dt.timezone.utc).date(), _RELEASED) + dt.timedelta(days=1):
        raise BadInput(origin, f"the date {text[:40]!r} is in the future")
    return day, at.isoformat(timespec="seconds") if at and (at.tzinfo or at.time() != dt.time()) else ""


def _iso(text: str) -> dt.datetime | None:
    """The moment that `text` is in ISO 8601 or RFC 2822; None when it is neither, or only a day."""
    match = _ISO_MOMENT.fullmatch(text)
    try:
        if match:
            day, minutes, seconds, zone = match.groups()
            zone = "+00:00" if (zone or "").upper() in {"Z", "UTC", "GMT"} else zone or ""
            if len(zone) == 5:
                zone = zone[:3] + ":" + zone[3:]
            return dt.datetime.fromisoformat(f"{day}T{minutes}{seconds or ':00'}{zone}")
        if re.match(r"^(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} \d{4} \d", text):
            from email.utils import parsedate_to_datetime

            return parsedate_to_datetime(text)
    except ValueError:
        return None
    return None


def _day(text: str, origin: str) -> dt.date:
    numbers = re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text) or re.match(r"(\d{4})(\d\d)(\d\d)(?!\d)", text)
    if numbers:
        try:
            return dt.date(*map(int, numbers.groups()))
        except ValueError as error:
            raise BadInput(origin, f"{text[:40]!r} is not a possible date") from error
    import dateparser

    try:
        found = dateparser.parse(text[:80], settings={"STRICT_PARSING": True, "DATE_ORDER": "DMY"})
    except (ValueError, OverflowError, RecursionError):
        found = None
    if found is None:
        raise BadInput(origin, f"{text[:40]!r} is not a date; write it as 2026-03-24")
    day: dt.date = found if found.time() != dt.time() else found.date()
    return day


def language(value: object) -> str:
    """The two-letter code in 'en', 'en-US' or 'en_GB'; nothing when there is none."""
    match = re.match(r"^([a-zA-Z]{2})(?:[-_]|$)", line(value))
    return match[1].lower() if match else ""


def _strings(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    items = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(line(item) for item in items if line(item))


def _sources(value: object) -> tuple[Source, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        Source(line(item.get("outlet")), line(item.get("title")), line(item.get("date")), line(item.get("url")))
        for item in value
        if isinstance(item, Mapping)
    )


def _first(*values: object) -> object:
    return next((value for value in values if value not in (None, "", [], ())), None)


def _url(value: object) -> str:
    """A web address, or nothing: 'javascript:' and 'file:' are no place to send a reader to."""
    url = line(value)
    return url if re.match(r"^https?://[^\s/]", url, re.IGNORECASE) else ""


def build(fields: Mapping[str, Any], document: Document, at_line: str = "") -> Iterator[Article | Flag]:
    """The article that `fields` describe, after a flag for each field of it that was left out as impossible.

    What the user gave for `document` counts most, then `fields` (title, outlet or source, author, published or published_at, url,
    text or body ...), then the hints. `published` may be a list of candidates, the most trusted first. `at_line` (':12') says where in
    a document of many articles this one stands.

    Raises:
        BadInput: there is no text, or too much of it.
    """
    given, hints, where = document.given, document.hints, document.name + at_line
    raw = fields.get("text") or fields.get("body") or fields.get("content")
    if not isinstance(raw, str) or not raw.strip():
        raise BadInput(where, "there is no article text in it (no text or body)")
    if len(raw) > MOST_CHARACTERS:
        raise BadInput(where, f"holds {len(raw):,} characters, too many for one article")
    # Offsets of pages count characters of the text as it is: such a text comes cleaned.
    text = raw if fields.get("pages") else clean(raw)
    if not any(c.isalnum() for c in text):
        raise BadInput(where, "there is no article text in it (no words)")
    day, at = None, ""
    if given.get("published"):
        day, at = moment(given["published"], where)
    else:
        stated = fields.get("published") or fields.get("published_at") or fields.get("date")
        for candidate in [*(stated if isinstance(stated, list) else [stated]), hints.get("published")]:
            try:
                day, at = moment(candidate, where)
            except BadInput as error:
                yield Flag(where, f"{error.reason}: the article is kept without it")
            if day:
                break
    whole = document.url if not at_line and not document.member else ""  # a row's address is not that of the file it stands in
    url = _url(_first(fields.get("url"), fields.get("link"), whole, hints.get("url")))
    # `source` beside `outlet` would be the outlet's; an article's own `sources` are what it relies on.
    outlet = _first(given.get("outlet"), fields.get("outlet"), fields.get("source"), hints.get("outlet"))
    outlet = outlet_name(line(outlet if isinstance(outlet, str) else ""))
    topics = _strings(_first(given.get("topics"), fields.get("topics"), hints.get("topics")))
    yield Article(
        id=article_id(line(fields.get("id")), url, outlet, document.origin + at_line),
        title=line(_first(fields.get("title"), hints.get("title")))[:500],
        outlet=outlet,
        text=text,
        published=day,
        published_at=at,
        author=line(_first(fields.get("author"), hints.get("author")))[:300],
        language=language(_first(fields.get("language"), hints.get("language"))),
        url=canonical_url(url) if whole else url,
        topics=topics,
        people=_strings(fields.get("people")),
        organisations=_strings(fields.get("organisations")),
        sources=_sources(fields.get("sources")),
        pages=tuple(fields.get("pages") or ()),
        origin=document.origin + at_line,
    )


def without_markup(text: str) -> str:
    """`text` as prose when it holds HTML, as bodies in JSON Lines and CSV often do; else as it is."""
    if not _MARKUP.search(text):
        return text
    from ingest.readers.page import prose

    return prose(text)


def without_hidden_markup(text: str) -> str:
    """`text` without the HTML elements in it that no reader sees: scripts, `<span hidden>`, `<p style="display:none">` and the like."""
    from ingest.readers.page import UNREAD, unseen

    out, at = [], 0
    for opened in re.finditer(r"<([a-z][\w-]*)((?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?)>", text, re.IGNORECASE):
        tag, attributes = opened[1].lower(), opened[2]
        hides = tag in UNREAD or re.search(r"\shidden\b|aria-hidden\s*=\s*[\"']?true", attributes, re.IGNORECASE)
        if opened.start() < at or not (hides or unseen(attributes)):
            continue
        out.append(text[at : opened.start()])
        at, depth = opened.end(), 0 if attributes.endswith("/") or tag in {"input", "link", "area", "embed"} else 1
        for inner in re.finditer(rf"<(/?){re.escape(tag)}\b[^<>]*>", text[at:], re.IGNORECASE) if depth else ():
            depth += -1 if inner[1] else 1
            if depth == 0:
                at += inner.end()
                break
        else:
            at = len(text) if depth else at  # never closed: all that follows is hidden, as in a browser
    return "".join([*out, text[at:]])
