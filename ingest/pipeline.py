"""The order of the steps: sources → fetch → read → recognise → split → write. Nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from ingest.addresses import parse_networks
from ingest.beside import can_start
from ingest.document import Document, Flag
from ingest.embedding import EmbedderBeside, beside
from ingest.fetch import Fetcher
from ingest.outlets import Outlets
from ingest.sources import Sources, Wanted
from ingest.split import cut, split
from ingest.state import State
from ingest.stories import Stories
from ingest.work import Counter, Found, Workers
from ingest.write import Writer
from rag.config import Settings
from rag.embed import PackagedEmbedder
from rag.errors import BadInput, SluglineError
from rag.store.faults import told
from rag.store.library import Library
from rag.types import Article, Passage

# Articles and passages written in one step: enough to embed in batches of like lengths, few enough that a kill loses a second or two
# of work. A step of 256 articles was never ended by a process that was killed again and again.
STEP_PASSAGES = 192
STEP_ARTICLES = 32
FIRST_STEP_PASSAGES = 32  # the first step is short: what embeds and what writes have nothing to do until it is there


@dataclass
class Report:
    """What an ingest did. Counts are articles; `passages` are those written, `near_copies` those of the added and updated that
    share a story with an earlier article. `flagged` tells of articles kept that a person should look at."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    near_copies: int = 0
    passages: int = 0
    seconds: float = 0.0
    forward_seconds: float = 0.0
    failed: list[dict[str, str]] = field(default_factory=list)
    flagged: list[dict[str, str]] = field(default_factory=list)
    would: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False


@dataclass(frozen=True)
class Step:
    """Told while an ingest runs: `size` more bytes are dealt with, `known` more are known to come, `current` is being read."""

    current: str
    size: int = 0
    known: int = 0
    articles: int = 0


@dataclass
class Options:
    """How to ingest. `workers` is how many processes read: None decides by the amount; with 0 all is done in this process. `stop`, when
    set, ends the ingest after the step it is in: what was read by then is written."""

    wanted: Wanted = field(default_factory=Wanted)
    workers: int | None = None
    dry_run: bool = False
    fetcher: Callable[[], Fetcher] | None = None
    stdin: Callable[[], IO[bytes]] | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def make_fetcher(settings: Settings, delay: float | None = None) -> Fetcher:
    """A fetcher as the settings say.

    Raises:
        SluglineError: fetch_allow does not hold networks.
    """
    try:
        allowed = parse_networks(settings.fetch_allow)
    except ValueError as error:
        raise SluglineError(f"Setting fetch_allow: {error}. Write networks as ['10.0.0.0/8'].") from error
    return Fetcher(allowed, settings.fetch_delay if delay is None else delay)


class Ingest:
    """One run. `progress` is told of what is read and written."""

    def __init__(
        self, library: Library, settings: Settings, options: Options, progress: Callable[[Step], None] = lambda step: None
    ) -> None:
        self._library = library
        self._settings = settings
        self._options = options
        self._progress = progress
        self._how = cut(settings)
        self._outlets = Outlets(library.outlets())
        self._counter = Counter(library.embedder.folder) if isinstance(library.embedder, PackagedEmbedder) else library.embedder
        self._step: dict[str, tuple[Article, tuple[Passage, ...]]] = {}
        self._count = options.workers if can_start() else 0
        self._embedder = library.embedder if self._count == 0 else beside(library.embedder)
        self._writer = Writer(library, self._embedder, self._how)
        self._new: set[str] = set()
        self._waiting = 0
        self._roots: set[str] = set()
        self._failed: list[tuple[str, str, str]] = []
        self.report = Report()

    def run(self, documents: Iterable[Document | BadInput]) -> Report:
        """Bring in what `documents` hold; inside `library.writing()` unless it is a dry run."""
        started = time.perf_counter()
        forward = getattr(self._embedder, "forward_seconds", 0.0)
        folder = self._library.embedder.folder if isinstance(self._library.embedder, PackagedEmbedder) else None
        workers = Workers(self._count, self._settings, folder)
        with told(self._library.data_dir):
            self._stories = Stories(None if self._options.dry_run else self._library.data_dir)
        read = workers.read(self._counted(documents))
        try:
            for found in read:
                self._take(found)
                if (
                    self._waiting >= (STEP_PASSAGES if self.report.passages else FIRST_STEP_PASSAGES)
                    or len(self._step) >= STEP_ARTICLES
                ):
                    self._write()
                if self._options.stop.is_set():
                    self.report.stopped = True
                    break
            self._write()
            self._writer.wait()
        finally:
            read.close()
            self._writer.close()
            if isinstance(self._embedder, EmbedderBeside):
                self._embedder.close()
            self._stories.close()
            if not self._options.dry_run:
                with told(self._library.data_dir):
                    state = State(self._library.data_dir)
                    state.settle(self._roots, self._failed)
                    state.close()
        self.report.seconds = time.perf_counter() - started
        self.report.forward_seconds = getattr(self._embedder, "forward_seconds", 0.0) - forward
        return self.report

    def _counted(self, documents: Iterable[Document | BadInput]) -> Iterator[Document | BadInput]:
        for document in documents:
            if isinstance(document, Document):
                self._progress(Step(document.name, known=document.size))
            yield document

    def _take(self, found: Found) -> None:
        item = found.item
        self._roots.add(found.root)
        if isinstance(item, BadInput):
            self.report.failed.append({"source": item.source, "error": item.reason})
            self._failed.append((item.source, found.root, item.reason))
        elif isinstance(item, Flag):
            if item.warning:
                self.report.flagged.append({"source": item.source, "warning": item.warning})
        else:
            self._take_article(item, found)
        self._progress(Step(found.source, size=found.size, articles=int(isinstance(item, Article))))

    def _take_article(self, article: Article, found: Found) -> None:
        passages = found.passages
        outlet = self._outlets.name(article.outlet)
        if outlet != article.outlet:
            article, passages = replace(article, outlet=outlet), None  # the outlet stands in front of each passage
        if self._writer.has(article.id):
            self._writer.wait()  # what it was last is to be seen in the library
        with told(self._library.data_dir):
            place = self._stories.place(article, self._text_of)
        if place.copy_of and self._library.article(article.id) is None:
            self.report.duplicates += 1
            self._would(article, "copy", place.copy_of)
            return
        article = replace(article, story=place.story or article.id)
        state = self._library.state_of(article, self._how)
        if article.id in self._step:
            self.report.duplicates += 1  # twice in one batch: the later reading counts, as it would in two runs
        elif state == "same":
            self.report.unchanged += 1
            self._would(article, "unchanged")
            return
        if not self._options.dry_run:
            self._writer.warm()
        if state == "new":
            self._new.add(article.id)
        self._would(article, "add" if state == "new" else "update")
        if self._options.dry_run:
            passages = ()
        elif passages is None:
            passages = tuple(split(article, self._settings, self._counter))
        self._step[article.id] = (article, passages)
        self._waiting += len(passages)

    def _would(self, article: Article, what: str, copy_of: str = "") -> None:
        if self._options.dry_run:
            self.report.would.append(
                {
                    "what": what,
                    "source": article.origin,
                    "article_id": article.id,
                    "title": article.title,
                    "outlet": article.outlet,
                    "author": article.author,
                    "published": article.published.isoformat() if article.published else None,
                    "published_at": article.published_at or None,
                    "language": article.language,
                    "url": article.url,
                    "topics": list(article.topics),
                    "words": len(article.text.split()),
                    "copy_of": copy_of or (article.story if article.story != article.id else ""),
                }
            )

    def _text_of(self, article_id: str) -> str | None:
        if article_id in self._step:
            return self._step[article_id][0].text
        article = self._writer.has(article_id) or self._library.article(article_id)
        return None if article is None else article.text

    def _write(self) -> None:
        articles = [article for article, _ in self._step.values()]
        if articles and not self._options.dry_run:
            self._writer.put(list(self._step.values()))
            with told(self._library.data_dir):
                self._stories.commit()  # of an article that is not written in the end it holds nothing that a later ingest would not find
        self.report.added += len(self._new)
        self.report.updated += len(articles) - len(self._new)
        self.report.near_copies += sum(article.story != article.id for article in articles)
        self.report.passages += self._waiting
        if not self._options.dry_run or len(self._step) > 32 * STEP_ARTICLES:
            self._step.clear()
        self._new.clear()
        self._waiting = 0


def ingest(
    named: Iterable[str],
    library: Library,
    settings: Settings,
    progress: Callable[[Step], None] = lambda step: None,
    options: Options | None = None,
) -> Report:
    """Bring every article behind `named` into `library`; inside `library.writing()`. A bad source is noted, the rest goes on."""
    options = options or Options()
    sources = Sources(options.wanted, options.fetcher or (lambda: make_fetcher(settings)), options.stdin)
    return Ingest(library, settings, options, progress).run(sources.documents(named))


def given_fields(outlet: str | None, published: str | None, topics: Iterable[str]) -> Mapping[str, Any]:
    """The fields that flags give to every article."""
    named: dict[str, Any] = {"outlet": outlet, "published": published, "topics": list(topics)}
    return {key: value for key, value in named.items() if value}


def failed_roots(data_dir: Path) -> list[str]:
    """What to ingest to try again all that failed, without standard input, which is gone."""
    state = State(data_dir)
    try:
        return [root for root in dict.fromkeys(one.root for one in state.failed()) if root != "-"]
    finally:
        state.close()
