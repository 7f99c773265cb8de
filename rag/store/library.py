"""The library: ledger, vectors and words as one thing. The only class of `rag.store` that outsiders see.

The order of writing keeps every article wholly old or wholly new for readers, whatever dies: ledger `writing` →
vectors → words → ledger `live`. Searches only ever return passages that the ledger says are live. What a dead writer left
behind is swept by the next writer.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from rag.dates import written
from rag.embed import Embedder
from rag.errors import LibraryBusy, ModelChanged
from rag.store.faults import told
from rag.store.ledger import Ledger, Row
from rag.store.vectors import Vectors
from rag.store.words import Words
from rag.types import Article, Filters, Hit, Passage, Span

LOCK_SECONDS = 600
TITLE_CHARACTERS = 200  # a longer title would leave the embedder no room for the passage


def head(article: Article) -> str:
    """The line in front of a passage when it is embedded and indexed: a question names titles, outlets and dates."""
    parts = [article.title[:TITLE_CHARACTERS], article.outlet, written(article.published) if article.published else ""]
    return ". ".join(part for part in parts if part) + ".\n"


def content_hash(article: Article, cut: str) -> str:
    """Of all a reader could notice, and of how it was cut: equal hashes mean there is nothing to write."""
    seen = asdict(article) | {"origin": "", "cut": cut}
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class _Snapshot:
    """The live passages at one moment, for filtering without asking the database."""

    rows: dict[int, Row]
    outlets: tuple[str, ...]


class Library:
    """Articles kept in `data_dir`, for one embedding model. Safe for several threads, and beside other processes.

    Raises:
        LibraryUnusable: the folder cannot be opened or written.
        DiskFull: there is no room.
        ModelChanged: it was embedded with another model.
    """

    def __init__(self, data_dir: Path, embedder: Embedder) -> None:
        self.data_dir = data_dir
        self.embedder = embedder
        self._mutex = threading.RLock()
        with told(data_dir):
            self._ledger = Ledger(data_dir)
        made_with = self._ledger.meta("embedder")
        if made_with is not None and made_with != embedder.fingerprint:
            raise ModelChanged(data_dir, made_with, embedder.fingerprint)
        with told(data_dir):
            self._vectors = Vectors(data_dir)
            self._words = Words(data_dir)
        self._seen = -1  # ledger version of the snapshot; -1: none yet, or this process has written since
        self._vectors_seen = self._ledger.version()
        self._snapshot = _Snapshot({}, ())

    def close(self) -> None:
        self._ledger.close()

    # Writing

    @contextmanager
    def writing(self, wait: float = LOCK_SECONDS, waits: Callable[[str], None] = lambda holder: None) -> Iterator[None]:
        """Hold the library for writing: one process at a time. `waits` is told who is writing when it has to wait.

        Raises:
            LibraryBusy: the other process did not end within `wait` seconds.
        """
        lock = FileLock(self.data_dir / "writer.lock")
        note = self.data_dir / "writer.pid"
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = f"process {note.read_text('utf-8')}" if note.exists() else "another process"
            waits(holder)
            try:
                lock.acquire(timeout=wait)
            except Timeout as error:
                raise LibraryBusy(self.data_dir, holder) from error
        try:
            with self._mutex, told(self.data_dir):
                note.write_text(str(os.getpid()), "utf-8")
                self._vectors.reload()  # another process may have written since
                self._vectors_seen = self._ledger.version()
                self._words.reload()
                self._sweep()
            yield
        finally:
            lock.release()

    def _sweep(self) -> None:
        left = self._ledger.abandoned()
        if left:
            self._vectors.remove(left)
            self._words.remove(left)
        self._ledger.sweep()

    def state_of(self, article: Article, cut: str) -> str:
        """'new', 'changed' or 'same': how `article`, cut as `cut` says, stands to the live revision."""
        known = self._ledger.hash_of(article.id)
        return "new" if known is None else "same" if known == content_hash(article, cut) else "changed"

    def put(self, articles: Sequence[tuple[Article, Sequence[Passage]]], cut: str) -> None:
        """Add or replace articles, given with their passages; inside `writing()`. `cut` says how they were cut.

        One call is one step for readers: they see all of these articles new, or none.
        """
        with self._mutex, told(self.data_dir):
            if self._ledger.meta("embedder") is None:
                self._ledger.set_meta("embedder", self.embedder.fingerprint)
            revisions, todo = [], []
            for article, passages in articles:
                revision, numbers = self._ledger.begin(article, content_hash(article, cut), passages)
                revisions.append(revision)
                todo += [(number, passage, article) for number, passage in zip(numbers, passages, strict=True)]
            texts = [head(article) + passage.text for _, passage, article in todo]
            spans = [
                [
                    Span(len(text) - len(p.text) + s.start - p.start, len(text) - len(p.text) + s.end - p.start)
                    for s in p.sentences
                ]
                for text, (_, p, _) in zip(texts, todo, strict=True)
            ]
            embedded = self.embedder.passages(texts, spans)
            self._ledger.keep_sentence_vectors(
                (number, e.spans if len(e.spans) else e.vector[None]) for (number, _, _), e in zip(todo, embedded, strict=True)
            )
            self._vectors.add([(n, p, a, e.vector) for (n, p, a), e in zip(todo, embedded, strict=True)])
            self._words.add((number, text) for (number, _, _), text in zip(todo, texts, strict=True))
            self._ledger.publish(revisions)
            self._sweep()
            self._seen = -1

    def remove(self, article_id: str) -> bool:
        """Take an article out of all three stores; inside `writing()`. Whether it was there."""
        with self._mutex, told(self.data_dir):
            found = self._ledger.retire(article_id)
            self._sweep()
            self._seen = -1
            return found

    # Reading

    def _fresh(self) -> _Snapshot:
        """The live passages now; re-reads only when somebody has written."""
        version = self._ledger.version()
        if version != self._seen:
            if version != self._vectors_seen:
                self._vectors.reload()
                self._vectors_seen = version
            self._words.reload()
            rows = {row.number: row for row in self._ledger.rows()}
            self._snapshot = _Snapshot(rows, tuple(sorted({row.outlet for row in rows.values() if row.outlet})))
            self._seen = version
        return self._snapshot

    def outlets(self) -> tuple[str, ...]:
        """Names of the outlets whose articles are here, sorted."""
        with self._mutex:
            return self._fresh().outlets

    def idf(self, stem: str) -> float:
        """How rare a stem (`rag.store.words.stems`) is among the passages, in nats; higher is rarer."""
        with self._mutex:
            self._fresh()
            return self._words.idf(stem)

    def articles(self) -> list[Article]:
        """Every article, newest first."""
        with self._mutex:
            return list(self._ledger.articles())

    def article(self, article_id: str) -> Article | None:
        with self._mutex:
            return self._ledger.article(article_id)

    def counts(self) -> dict[str, int]:
        """Live articles and passages as the ledger has them, and what the two indexes hold."""
        with self._mutex:
            self._fresh()
            articles, passages = self._ledger.counts()
            return {"articles": articles, "passages": passages, "vectors": self._vectors.count(), "words": self._words.count()}

    def search(
        self, text: str, vector: np.ndarray, pool: int, filters: Filters = Filters()
    ) -> list[tuple[int, Row, float, float]]:
        """Candidates of both legs: (number, row, BM25, cosine), in no order, up to `pool` from each leg.

        Nothing outside `filters` comes back. When they exclude most of what a leg finds, the leg is asked for more.
        """
        with self._mutex:
            rows = self._fresh().rows
            keep = self._keep(rows, filters)
            words = self._leg(lambda top: self._words.search(text, top), rows, keep, pool)
            dense = self._leg(lambda top: self._vectors.search(vector, top), rows, keep, pool)
            dense |= self._vectors.cosines(vector, [number for number in words if number not in dense])
            return [(n, rows[n], words.get(n, 0.0), dense.get(n, 0.0)) for n in {**words, **dense}]

    def _keep(self, rows: dict[int, Row], filters: Filters) -> set[int] | None:
        """Numbers inside `filters`; None when there are none to apply."""
        if filters == Filters():
            return None
        outlets = {outlet.casefold() for outlet in filters.outlets}
        since = filters.since.toordinal() if filters.since else 0
        until = filters.until.toordinal() if filters.until else 10**7
        dated = bool(filters.since or filters.until)
        topics = {topic.casefold() for topic in filters.topics}
        on_topic = (
            {a.id for a in self._ledger.articles() if topics & {topic.casefold() for topic in a.topics}} if topics else set()
        )
        return {
            row.number
            for row in rows.values()
            if (not outlets or row.outlet.casefold() in outlets)
            and (not dated or (row.day and since <= row.day <= until))
            and (not topics or row.article_id in on_topic)
        }

    @staticmethod
    def _leg(
        search: Callable[[int], list[tuple[int, float]]], rows: dict[int, Row], keep: set[int] | None, pool: int
    ) -> dict[int, float]:
        top = pool
        while True:
            found = search(top)
            inside = {n: score for n, score in found if n in rows and (keep is None or n in keep)}
            if len(inside) >= min(pool, len(rows) if keep is None else len(keep)) or len(found) < top:
                return dict(list(inside.items())[:pool])
            top *= 4

    def hits(self, scored: Sequence[tuple[int, float, float, float]]) -> list[tuple[Hit, np.ndarray]]:
        """Read `(number, score, words, dense)` into hits, each with its sentence vectors; one removed meanwhile is left out."""
        with self._mutex:
            read = self._ledger.passages([number for number, *_ in scored])
        return [(Hit(read[n][0], read[n][1], score, words, dense), read[n][2]) for n, score, words, dense in scored if n in read]
