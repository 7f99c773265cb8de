"""What every reader needs: bytes → text, and named fields → Article."""

from __future__ import annotations

import codecs
import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ingest.recognise import article_id
from rag.errors import BadInput
from rag.types import Article, Source

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Zero-width and bidirectional controls: they hide text from readers or reorder what a reader sees.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
# One Latin encoding: told apart by letter frequency alone, cp1250 or mac_roman too often win over the common cp1252.
_OTHER_ENCODINGS = ["cp1252", "cp1251", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def decode(data: bytes, origin: str) -> str:
    """Text of `data`: by its byte order mark, as UTF-8, else by what charset-normalizer finds.

    Raises:
        BadInput: it is not text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError as error:
                raise BadInput(origin, f"it says it is {name} but is not (byte {error.start})") from error
    if b"\x00" in data[:8192]:
        raise BadInput(origin, "this is a binary file, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data, cp_isolation=_OTHER_ENCODINGS).best()
        if best is None:
            raise BadInput(origin, "its text encoding cannot be told; save it as UTF-8") from None
        return str(best)


def clean(text: str) -> str:
    """`text` in composed Unicode, without invisible characters, line ends as newlines, at most one blank line in a row."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _CONTROL.sub(" ", text).replace("\u00a0", " ")
    return re.sub(r"\n[ \t]*\n\s*", "\n\n", re.sub(r"[ \t]+", " ", text)).strip()


def line(value: object) -> str:
    """A one-line field: nothing for None, white space folded."""
    return "" if value is None else " ".join(clean(str(value)).split())


def date(value: object, origin: str) -> dt.date | None:
    """The day that a date field names; None when it is empty.

    Raises:
        BadInput: it is not a date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value).strip()
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        import dateparser

        found = dateparser.parse(text, settings={"STRICT_PARSING": True, "DATE_ORDER": "DMY"})
        if found is None:
            raise BadInput(origin, f"{text[:40]!r} is not a date; write it as 2026-03-24") from None
        day: dt.date = found.date()
        return day


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


def article(fields: Mapping[str, Any], origin: str) -> Article:
    """The article that `fields` describe: title, outlet or source, author, published or published_at, url, text or body ...

    Raises:
        BadInput: there is no text, or a field is not what its name says.
    """
    text = fields.get("text") or fields.get("body")
    if not isinstance(text, str) or not clean(text):
        raise BadInput(origin, "there is no article text in it (no text or body)")
    title, outlet = line(fields.get("title")), line(fields.get("outlet") or fields.get("source"))
    url = line(fields.get("url"))
    return Article(
        id=article_id(line(fields.get("id")), url, outlet, origin),
        title=title,
        outlet=outlet,
        text=clean(text),
        published=date(fields.get("published") or fields.get("published_at"), origin),
        author=line(fields.get("author")),
        url=url,
        topics=_strings(fields.get("topics")),
        people=_strings(fields.get("people")),
        organisations=_strings(fields.get("organisations")),
        sources=_sources(fields.get("sources")),
        origin=origin,
    )
