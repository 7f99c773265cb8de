"""What the user named → the documents to read: files, folders, ZIP files, addresses, feeds, sitemaps, lists, standard input."""

from __future__ import annotations

import contextlib
import datetime as dt
import fnmatch
import io
import re
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from ingest import feeds, unpack
from ingest.document import MOST_BYTES, Document
from ingest.fetch import Fetcher, FetchFailed, Page
from ingest.readers import BY_ENDING
from ingest.recognise import canonical_url
from rag.errors import BadInput

FETCHERS = 8
DEEPEST_SITEMAP = 2
# A feed's own copy of an article is the article only when it is as long as one.
FEWEST_FEED_WORDS = 150
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "message/rfc822": ".eml",
}


@dataclass(frozen=True)
class Wanted:
    """Limits and additions the user gave. `include` and `exclude` are globs on paths and names below a folder or in a ZIP file;
    `since` leaves out what a feed or sitemap dates earlier; `given` fields are those of every article."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    since: dt.date | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def takes(self, path: PurePosixPath) -> bool:
        def any_of(globs: Sequence[str]) -> bool:
            return any(fnmatch.fnmatch(str(path), glob) or fnmatch.fnmatch(path.name, glob) for glob in globs)

        return (not self.include or any_of(self.include)) and not any_of(self.exclude)


class Sources:
    """Finds documents; `fetcher` is made only when an address is met, `stdin` is read when '-' is named."""

    def __init__(self, wanted: Wanted, fetcher: Callable[[], Fetcher] = Fetcher, stdin: Callable[[], IO[bytes]] | None = None):
        self._wanted = wanted
        self._make_fetcher = fetcher
        self._fetcher: Fetcher | None = None
        self._stdin = stdin or (lambda: sys.stdin.buffer)

    def documents(self, named: Iterable[str]) -> Iterator[Document | BadInput]:
        """Every document behind `named`, folders searched through in name order; what cannot be had comes back as an error."""
        addresses: list[str] = []
        for source in named:
            if _ADDRESS.match(source):
                addresses.append(source)  # those that stand together are fetched together
                continue
            yield from self._fetched([feeds.Entry(url) for url in addresses], named=True)
            addresses = []
            with _as_item() as failed:
                yield from self._local(source)
            yield from failed
        yield from self._fetched([feeds.Entry(url) for url in addresses], named=True)

    def _local(self, source: str) -> Iterator[Document | BadInput]:
        if source == "-":
            yield from self._standard_input()
            return
        if source.startswith("@"):
            yield from self._list(source)
            return
        path = Path(source).expanduser()
        try:
            if path.is_dir():
                yield from self._folder(path, source)
            elif path.is_file():
                yield from self._file(path, source)
            elif path.exists():
                yield BadInput(source, "is not a plain file or folder")
            else:
                yield BadInput(source, "there is no such file or folder")
        except (OSError, ValueError) as error:
            yield BadInput(source[:200], f"cannot be opened ({getattr(error, 'strerror', None) or error})")

    def _folder(self, folder: Path, named: str) -> Iterator[Document | BadInput]:
        found = False
        for file in sorted(folder.rglob("*")):
            below = file.relative_to(folder)
            ending = file.suffix.lower()
            if (ending not in BY_ENDING and ending != ".zip") or any(part.startswith(".") for part in below.parts):
                continue
            if file.is_file() and self._wanted.takes(PurePosixPath(below.as_posix())):
                found = True
                with _as_item() as failed:
                    yield from self._file(file, str(file))
                yield from failed
        if not found:
            only = " that --include and --exclude let through" if self._wanted.include or self._wanted.exclude else ""
            yield BadInput(named, f"the folder holds no file{only} ending in {', '.join([*BY_ENDING, '.zip'])}")

    def _file(self, path: Path, name: str) -> Iterator[Document | BadInput]:
        ending = path.suffix.lower()
        size = path.stat().st_size
        document = Document(name, name, ending, path, size=size, given=self._wanted.given)
        if ending == ".zip":
            yield from self._zip(document)
        elif ending in {".xml", ".rss", ".atom", ".gz"}:
            yield from self._bytes(replace(document, data=document.read()), depth=0)
        else:
            yield document

    def _zip(self, document: Document) -> Iterator[Document | BadInput]:
        found = False
        try:
            with zipfile.ZipFile(document.path or io.BytesIO(document.data or b"")) as archive:
                for info in unpack.members(archive, document.name):
                    if isinstance(info, BadInput):
                        found = True
                        yield info
                        continue
                    inside = PurePosixPath(info.filename)
                    ending = inside.suffix.lower()
                    if not self._wanted.takes(inside):
                        continue
                    if ending == ".zip":
                        found = True
                        yield BadInput(f"{document.name}!{info.filename}", "is a ZIP file inside a ZIP file; unpack it first")
                    elif ending in BY_ENDING:
                        found = True
                        yield replace(
                            document,
                            name=f"{document.name}!{info.filename}",
                            kind=ending,
                            member=info.filename,
                            size=info.file_size,
                        )
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            raise BadInput(document.name, f"is not a readable ZIP file ({error})") from error
        if not found:
            raise BadInput(document.name, f"the ZIP file holds no file ending in {', '.join(BY_ENDING)}")

    def _standard_input(self) -> Iterator[Document | BadInput]:
        data = self._stdin().read(MOST_BYTES * 4 + 1)
        if len(data) > MOST_BYTES * 4:
            raise BadInput("-", f"standard input is longer than {MOST_BYTES * 4 >> 20} MB; save it to a file")
        if not data.strip():
            raise BadInput("-", "standard input is empty")
        document = Document("-", "-", "", data=data, size=len(data), given=self._wanted.given)
        rows = [row.strip() for row in data[:100_000].decode("utf-8", "replace").splitlines() if row.strip()]
        if rows and all(_ADDRESS.match(row) or row.startswith("#") for row in rows):
            yield from self._fetched([feeds.Entry(row) for row in _rows(data.decode("utf-8", "replace"))], named=True)
        else:
            yield from self._bytes(document, depth=0)

    def _list(self, source: str) -> Iterator[Document | BadInput]:
        path = Path(source[1:]).expanduser()
        try:
            rows = _rows(Document(source, source, "", path).read().decode("utf-8-sig", "replace"))
        except BadInput as error:
            raise BadInput(source, f"the list {error.reason}") from error
        local = [row for row in rows if not _ADDRESS.match(row)]
        for row in local:
            if row[0] in "@-":
                yield BadInput(f"{source}: {row[:80]}", "a list holds addresses and files, not further lists")
            else:
                with _as_item() as failed:
                    yield from self._local(str(path.parent / row))
                yield from failed
        yield from self._fetched([feeds.Entry(row) for row in rows if _ADDRESS.match(row)], named=True)

    # From the network

    def _fetched(self, entries: Sequence[feeds.Entry], named: bool, depth: int = 0) -> Iterator[Document | BadInput]:
        """What is behind each address, in order, several fetched at once. `named`: by the user, not by a feed."""
        unique = list({canonical_url(entry.url) if not named else entry.url: entry for entry in entries}.values())
        if not unique:
            return
        if self._fetcher is None:
            self._fetcher = self._make_fetcher()
        fetcher = self._fetcher

        def fetch(entry: feeds.Entry) -> Page | BadInput:
            if not named and not fetcher.allowed_by_robots(entry.url):
                return FetchFailed(entry.url, "the site's robots.txt asks not to fetch it")
            try:
                return fetcher.get(entry.url)
            except FetchFailed as error:
                return error

        pool = ThreadPoolExecutor(FETCHERS)
        waiting: deque[tuple[feeds.Entry, Future[Page | BadInput]]] = deque()
        try:
            for entry in unique:
                waiting.append((entry, pool.submit(fetch, entry)))
                if len(waiting) >= 2 * FETCHERS:
                    yield from self._arrived(*waiting.popleft(), depth)
            while waiting:
                yield from self._arrived(*waiting.popleft(), depth)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _arrived(self, entry: feeds.Entry, future: Future[Page | BadInput], depth: int) -> Iterator[Document | BadInput]:
        page = future.result()
        if isinstance(page, BadInput):
            yield self.from_feed(entry) or page
            return
        with _as_item() as failed:
            yield from self._bytes(self.document(entry, page), depth)
        yield from failed

    def from_feed(self, entry: feeds.Entry) -> Document | None:
        """The article as the feed itself carries it, for when its page cannot be had; None when the feed has only a summary."""
        from ingest.readers.page import prose

        text = prose(entry.content) if entry.content else ""
        if len(text.split()) < FEWEST_FEED_WORDS:
            return None
        hints = {**entry.hints, "text": text}
        return Document(
            entry.url, entry.url, ".entry", None, url=entry.url, size=len(text), hints=hints, given=self._wanted.given
        )

    def given(self, name: str, data: bytes) -> Iterator[Document | BadInput]:
        """What is in a file that came as bytes under a `name`, such as one that a browser sent."""
        ending = PurePosixPath(name).suffix.lower()
        document = Document(name, name, ending, data=data, size=len(data), given=self._wanted.given)
        with _as_item() as failed:
            yield from self._bytes(document, depth=0)
        yield from failed

    def document(self, entry: feeds.Entry, page: Page) -> Document:
        """A fetched page as a document."""
        kind = _KINDS.get(page.kind, "")
        if page.kind in {"", "text/plain", "application/octet-stream"}:
            ending = PurePosixPath(unquote(urlsplit(page.url).path)).suffix.lower()
            kind = ending if ending in BY_ENDING else ""
        return Document(
            entry.url, entry.url, kind, data=page.data, url=page.url, charset=page.charset, size=len(page.data),
            hints=entry.hints, given=self._wanted.given,
        )  # fmt: skip

    def _bytes(self, document: Document, depth: int) -> Iterator[Document | BadInput]:
        """A document of bytes, or what is behind it when it is a feed, a sitemap or a ZIP file."""
        data = document.data or b""
        if not data.strip():
            raise BadInput(document.name, "it is empty")
        if data.startswith(b"\x1f\x8b"):
            data = feeds.gunzip(data, document.name)
        if feeds.is_feed(data):
            found = feeds.parse_feed(data, document.name, document.url)
            entries = [
                entry for entry in found if self._wanted.since is None or entry.day is None or entry.day >= self._wanted.since
            ]
            if not found:
                raise BadInput(document.name, "the feed names no articles")
            yield from self._fetched(entries, named=False, depth=depth + 1)
        elif feeds.is_sitemap(data):
            if depth > DEEPEST_SITEMAP:
                raise BadInput(document.name, "sitemaps point to sitemaps too often")
            sitemap = feeds.parse_sitemap(data, document.name)
            since = self._wanted.since
            yield from self._fetched([feeds.Entry(url) for url in sitemap.further], named=False, depth=depth + 1)
            kept = [entry for entry in sitemap.entries if since is None or (entry.day is not None and entry.day >= since)]
            yield from self._fetched(kept, named=False, depth=DEEPEST_SITEMAP + 1)
        else:
            kind = document.kind if document.kind in BY_ENDING and not data.startswith(b"%PDF-") else sniff(data)
            if kind == ".zip":
                yield from self._zip(replace(document, data=data))
            else:
                yield replace(document, data=data, kind=kind)


def sniff(data: bytes) -> str:
    """The kind of `data` by its first bytes: an ending, '.zip', or '.md' for any text."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF-"):
        return ".pdf"
    if head.startswith(b"PK\x03\x04"):
        try:
            names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
        except zipfile.BadZipFile:
            return ".zip"
        return ".docx" if "word/document.xml" in names else ".epub" if "META-INF/container.xml" in names else ".zip"
    low = head.lower()
    if re.match(rb"<(?:!doctype html|html|head|body|!--|\?xml[^>]*>\s*<(?:!doctype html|html))", low):
        return ".html"
    if head.startswith(b"{"):
        return ".jsonl"
    if re.match(rb"(?:from|received|return-path|mime-version|message-id|subject|date|to|delivered-to):\s", low):
        return ".eml" if b"\nsubject:" in low or low.startswith(b"subject:") else ".md"
    if re.search(rb"<(?:p|div|article|body)\b", low):
        return ".html"
    first = head.split(b"\n")[0].lower()
    if b"," in first and re.search(rb"(?:^|,)\"?(?:text|body|content)\"?\s*(?:,|$)", first):
        return ".csv"
    return ".md"


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.splitlines() if row.strip() and not row.strip().startswith("#")]


@contextlib.contextmanager
def _as_item() -> Iterator[list[BadInput]]:
    """Catches the error of one source, so that the next ones still have their turn."""
    failed: list[BadInput] = []
    try:
        yield failed
    except BadInput as error:
        failed.append(error)
