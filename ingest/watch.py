"""Feeds over time: polls politely, remembers what it has, and stops cleanly.

A feed is asked with the ETag and Last-Modified of the last visit; an entry is noted before it is fetched and ticked off when it
is in the library, so that a restart neither fetches twice nor forgets. What fails is tried again, each time later.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest import feeds
from ingest.document import Document
from ingest.fetch import Fetcher, FetchFailed
from ingest.pipeline import Ingest, Options, Report, given_fields, make_fetcher
from ingest.recognise import canonical_url
from ingest.sources import Sources
from ingest.state import Feed, State
from rag.config import Settings
from rag.errors import BadInput, SluglineError
from rag.store.library import Library

EVERY_SECONDS = 15 * 60.0
SHORTEST_SECONDS = 1.0
_NAP_SECONDS = 0.5
FIRST_WAIT, LONGEST_WAIT = 60.0, 24 * 3600.0  # back-off doubles from the first to the longest
MOST_TRIES = 6
_BATCH = 32  # entries fetched before they are written: what a kill would fetch again
_KNOBS = {"url", "outlet", "topics", "every", "since"}


@dataclass(frozen=True)
class Watched:
    """A feed to poll every `every` seconds, and the fields that its articles are given."""

    url: str
    every: float = EVERY_SECONDS
    given: dict[str, Any] = field(default_factory=dict)
    since: dt.date | None = None


def read_feeds(path: Path) -> list[Watched]:
    """The feeds of a FEEDS.toml: `every` for all, and `[[feed]]` tables with url, outlet, topics, every and since.

    Raises:
        SluglineError: it cannot be read, or holds something else.
    """
    try:
        import tomllib as toml
    except ModuleNotFoundError:  # Python 3.10
        import tomli as toml

    try:
        data = toml.loads(path.read_text("utf-8"))
        tables = data.get("feed", [])
        every = _seconds(data.get("every", EVERY_SECONDS))
        found = []
        for table in tables:
            unknown = set(table) - _KNOBS
            if unknown or not str(table.get("url", "")).startswith(("http://", "https://")):
                what = f"unknown {', '.join(sorted(unknown))}" if unknown else "url is not an http or https address"
                raise ValueError(f"[[feed]] {table.get('url', '')}: {what}")
            topics = table.get("topics", [])
            since = table.get("since")
            found.append(
                Watched(
                    table["url"],
                    _seconds(table["every"]) if "every" in table else every,
                    dict(given_fields(table.get("outlet"), None, [topics] if isinstance(topics, str) else topics)),
                    since if isinstance(since, dt.date) or since is None else dt.date.fromisoformat(since),
                )
            )
    except OSError as error:
        raise SluglineError(f"{path}: cannot be opened ({error.strerror}).") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SluglineError(
            f"{path}: {error}. Write it as: every = '15m', then [[feed]] tables with url = 'https://...'."
        ) from error
    if not found:
        raise SluglineError(f"{path}: names no feed. Write [[feed]] tables with url = 'https://...'.")
    return found


def _seconds(written: object) -> float:
    """Seconds of 900, '90s', '15m', '2h' or '1d'."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(written).strip())
    if not match:
        raise ValueError(f"every = {written!r} is not a time such as '15m'")
    return max(SHORTEST_SECONDS, float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])


def back_off(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1 minute, doubled each time, at most a day."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(0, failures - 1))


class Watch:
    """Polls until `options.stop` is set. The library is held for writing only while articles are written."""

    def __init__(
        self, watched: Sequence[Watched], library: Library, settings: Settings, options: Options, say: Callable[[str], None]
    ) -> None:
        self._watched = watched
        self._library = library
        self._settings = settings
        self._options = options
        self._say = say
        self._fetcher: Fetcher = options.fetcher() if options.fetcher else make_fetcher(settings)
        self._state = State(library.data_dir)
        self.report = Report()

    def run(self, rounds: int | None = None) -> Report:
        """Poll each feed when it is due, `rounds` times over (None: until stopped), and return what came in altogether."""
        stop, started = self._options.stop, time.perf_counter()
        done = 0
        while not stop.is_set():
            for feed in self._watched:
                if not stop.is_set() and (rounds is not None or self._state.feed(feed.url).due <= time.time()):
                    self._poll(feed)
            self._fetch_entries()
            done += 1
            if rounds is not None and done >= rounds:
                break
            due = min(self._state.feed(feed.url).due for feed in self._watched)
            self._sleep(max(SHORTEST_SECONDS, min(due - time.time(), 60.0)))
        self.report.stopped = False  # being stopped is how a watch ends
        self.report.seconds = time.perf_counter() - started
        self._state.close()
        return self.report

    def _sleep(self, seconds: float) -> None:
        """Until `seconds` are over or it is stopped: a little at a time, for a signal that comes just before a wait, or that the system gives
        to another thread, is not heard until the wait is over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._options.stop.wait(min(_NAP_SECONDS, left)):
            pass

    def _poll(self, watched: Watched) -> None:
        """Ask for the feed and note its new entries."""
        before = self._state.feed(watched.url)
        now = time.time()
        try:
            if not self._fetcher.allowed_by_robots(watched.url):
                raise FetchFailed(watched.url, "the site's robots.txt asks not to fetch it")
            page = self._fetcher.get(watched.url, before.etag, before.last_modified, self._options.stop)
            if not page.changed:
                self._state.keep_feed(watched.url, replace(before, due=now + watched.every, failures=0))
                return
            entries = self._entries(watched, page.data, page.url)
        except BadInput as error:
            after = error.after if isinstance(error, FetchFailed) else 0.0
            wait = max(watched.every, after, back_off(before.failures + 1))
            self._state.keep_feed(watched.url, replace(before, due=now + wait, failures=before.failures + 1))
            self._state.settle([watched.url], [(watched.url, watched.url, error.reason)])
            self._say(f"{watched.url}: {error.reason}; tried again in {_span(wait)}")
            return
        urls = {canonical_url(entry.url): entry for entry in entries}
        new = self._state.unseen(list(urls))
        self._state.meet(
            (url, {"url": entry.url, "hints": dict(entry.hints), "given": watched.given, "content": entry.content})
            for url, entry in urls.items()
            if url in new
        )
        self._state.settle([watched.url], [])
        # Only now: a kill before this line polls again, after it the entries are noted.
        self._state.keep_feed(watched.url, Feed(page.etag, page.last_modified, now + watched.every))
        if new:
            self._say(f"{watched.url}: {len(new)} new")

    def _entries(self, watched: Watched, data: bytes, url: str) -> list[feeds.Entry]:
        if feeds.is_sitemap(data):
            found = list(feeds.parse_sitemap(data, watched.url).entries)
        else:
            found = feeds.parse_feed(data, watched.url, url)
        return [entry for entry in found if watched.since is None or (entry.day is not None and entry.day >= watched.since)]

    def _fetch_entries(self) -> None:
        while not self._options.stop.is_set():
            todo = self._state.to_fetch(time.time())[:_BATCH]
            if not todo:
                return
            documents: list[Document | BadInput] = []
            fetched: list[str] = []
            for url, failures, noted in todo:
                if self._options.stop.is_set():
                    break
                document = self._fetch(url, failures, noted)
                if document is not None:
                    documents.append(document)
                    fetched.append(url)
            if not documents:
                continue
            # Waits its turn beside other ingests; what is fetched is written even when a stop was asked for meanwhile.
            with self._library.writing(waits=self._say):
                options = replace(self._options, workers=0, stop=type(self._options.stop)())
                report = Ingest(self._library, self._settings, options).run(documents)
            for url in fetched:
                self._state.done(url)
            self._count(report)

    def _fetch(self, url: str, failures: int, noted: dict[str, Any]) -> Document | None:
        """The entry's page, or its text in the feed; None when it is to be tried later or is given up."""
        entry = feeds.Entry(noted["url"], noted["hints"], None, noted["content"])
        sources = Sources(replace(self._options.wanted, given={**self._options.wanted.given, **noted["given"]}))
        try:
            if not self._fetcher.allowed_by_robots(entry.url):
                raise FetchFailed(entry.url, "the site's robots.txt asks not to fetch it")
            return sources.document(entry, self._fetcher.get(entry.url, wait=self._options.stop))
        except FetchFailed as error:
            instead = sources.from_feed(entry)
            if instead is not None:
                return instead
            if error.again and failures + 1 < MOST_TRIES:
                self._state.later(url, time.time() + max(error.after, back_off(failures + 1)))
            else:
                self._state.done(url)
                self.report.failed.append({"source": error.source, "error": error.reason})
            self._state.settle([entry.url], [(entry.url, entry.url, error.reason)])
            self._say(f"{error.source}: {error.reason}")
            return None

    def _count(self, report: Report) -> None:
        total = self.report
        for name in ("added", "updated", "unchanged", "duplicates", "near_copies", "passages", "forward_seconds"):
            setattr(total, name, getattr(total, name) + getattr(report, name))
        total.failed += report.failed
        total.flagged += report.flagged
        for failure in report.failed:
            self._say(f"{failure['source']}: {failure['error']}")
        self._say(f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {len(report.failed)} failed.")


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
