"""The library: ledger, vectors and words as one thing. The only class of `rag.store` that outsiders see.

The order of writing keeps every article wholly old or wholly new for readers, whatever dies: ledger `writing` →
vectors → words → ledger `live`. Searches only ever return passages that the ledger says are live. What a dead writer left
behind is swept by the next writer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.dates import written
from rag.embed import Embedded, Embedder
from rag.errors import LibraryDamaged, ModelChanged
from rag.store.faults import told
from rag.store.ledger import Ledger, Stored
from rag.store.lock import LOCK_SECONDS, writer_lock
from rag.store.snapshot import Snapshot
from rag.types import Article, Filters, Hit, Passage, Span

if TYPE_CHECKING:  # they cost time to import, and a command that only reads the ledger needs none
    from rag.store.page import Page
    from rag.store.vectors import Vectors
    from rag.store.words import Words

TITLE_CHARACTERS = 200  # a longer title would leave the embedder no room for the passage
# A filter that leaves at most this many passages, or this share of them, is searched exactly, vector by vector: 8 ms for 5,000.
# Above it the graph is asked for more, and finds enough inside.
EXACT_PASSAGES = 2000
EXACT_SHARE = 0.05
PROBES = 8  # vectors looked for when the index is opened: a damaged graph answers every query, with the wrong neighbours
_AT_ONCE = 1000  # passages read from the ledger in one statement
PROBES_LOST = 0.25  # share that may be missed: the graph is approximate


def head(article: Article) -> str:
    """The line in front of a passage when it is embedded and indexed: a question names titles, outlets and dates."""
    parts = [article.title[:TITLE_CHARACTERS], article.outlet, written(article.published) if article.published else ""]
    return ". ".join(part for part in parts if part) + ".\n"


def content_hash(article: Article) -> str:
    """Of all a reader could notice: equal hashes, same content."""
    seen = asdict(article) | {"origin": "", "revision": 0, "updated": ""}
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()


def embed(embedder: Embedder, articles: Sequence[tuple[Article, Sequence[Passage]]]) -> list[list[Embedded]]:
    """The vectors of all passages and of their sentences, as they are read with the head in front; grouped by article."""
    texts, spans = list[str](), list[list[Span]]()
    for article, passages in articles:
        first = head(article)
        for passage in passages:
            shift = len(first) - passage.start
            texts.append(first + passage.text)
            spans.append([Span(span.start + shift, span.end + shift) for span in passage.sentences])
    embedded = iter(embedder.passages(texts, spans))
    return [[_rounded(next(embedded)) for _ in passages] for _, passages in articles]


def _rounded(embedded: Embedded) -> Embedded:
    """In the precision of the ledger, so that an index rebuilt from it is the same to the last bit."""
    vector, spans = (part.astype(np.float16).astype(np.float32) for part in (embedded.vector, embedded.spans))
    return Embedded(vector, spans if len(spans) else vector[None])


@dataclass(frozen=True)
class _Indexes:
    """Both indexes, and the names of their folders in the library's."""

    vectors: Vectors
    words: Words
    names: tuple[str, str]


class Library:
    """Articles kept in `data_dir`, for one embedding model. Safe for several threads, and beside other processes.

    Opening it reads the ledger alone; the indexes are opened when first searched or written.

    Raises:
        LibraryUnusable: the folder cannot be opened or written.
        LibraryDamaged: the ledger is broken, or (at first use) an index is.
        LibraryOfAnotherTime: another version of Slugline made it.
        DiskFull: there is no room.
        ModelChanged: it was embedded with another model.
    """

    def __init__(self, data_dir: Path, embedder: Embedder) -> None:
        self.data_dir = data_dir
        self.embedder = embedder
        self._mutex = threading.RLock()
        with told(data_dir):
            self.ledger = Ledger(data_dir)
            self._check_model()
        self._indexes: _Indexes | None = None
        self._seen = -1  # ledger version of the snapshot; -1: none yet, or this process has written since
        self._vectors_seen = -1
        self._snapshot: Snapshot | None = None
        self._matrix: tuple[Snapshot, np.ndarray] | None = None

    def close(self) -> None:
        self.ledger.close()

    def _check_model(self) -> None:
        made_with = self.ledger.meta("embedder")
        if made_with is not None and made_with != self.embedder.fingerprint:
            raise ModelChanged(self.data_dir, made_with, self.embedder.fingerprint)

    def _never_written(self) -> bool:
        return self.ledger.meta("vectors") is None

    # Writing

    @contextmanager
    def writing(self, wait: float = LOCK_SECONDS, waits: Callable[[str], None] = lambda said: None) -> Iterator[None]:
        """Hold the library for writing: one process at a time. `waits` is told in a sentence for whom it has to wait, and of an
        index that is damaged and made again first.

        Raises:
            LibraryBusy: the other process did not end within `wait` seconds.
        """
        with writer_lock(self.data_dir, wait, waits):
            with self._mutex, told(self.data_dir):
                self._check_model()  # another process may have embedded it anew meanwhile
                self._seen = -1
                if self._never_written():
                    self._create()
                self._mend(waits)
                self._sweep()
                self._bring_stems()
            yield

    def _mend(self, told_of: Callable[[str], None]) -> None:
        """See the indexes; one that a dead writer left damaged is made again from the ledger."""
        for _ in ("vectors", "words"):
            try:
                with told(self.data_dir):
                    self._fresh()
            except LibraryDamaged as error:
                if error.part == "ledger":
                    raise
                from rag.store.rebuild import remake

                told_of(f"{error} Doing so now.")
                remake(self.data_dir, self.ledger, [error.part])
        self._fresh()

    def _create(self) -> None:
        from rag.store.vectors import Vectors
        from rag.store.words import Words

        for name in ("vectors", "words"):  # left by a process that died right here
            shutil.rmtree(self.data_dir / name, ignore_errors=True)
        Vectors(self.data_dir / "vectors", create=True)
        Words(self.data_dir / "words", create=True)
        self.ledger.set_meta(embedder=self.embedder.fingerprint, vectors="vectors", words="words")

    def _sweep(self) -> None:
        left = self.ledger.abandoned()
        if left:
            self._seen = -1
            self._both().vectors.remove(left)
            self._both().words.remove(left)
        self.ledger.sweep()

    def _bring_stems(self) -> None:
        """Take apart what an earlier format of the ledger kept whole: 7,000 passages a second."""
        bare = self.ledger.without_stems()
        if bare:
            chunks = (bare[at : at + _AT_ONCE] for at in range(0, len(bare), _AT_ONCE))
            self.ledger.set_stems(one for chunk in chunks for one in self._stems_of(chunk).items())

    def _stems_of(self, numbers: Sequence[int]) -> dict[int, bytes]:
        from rag.store.page import packed

        read = self.ledger.passages(numbers)
        return {number: packed(head(article), article, passage) for number, (passage, article, _) in read.items()}

    def state_of(self, article: Article, cut: str) -> str:
        """'new', 'changed' or 'same': how `article`, cut as `cut` says, stands to the live revision."""
        with self._mutex:
            known = self.ledger.known(article.id)
        return "new" if known is None else "same" if known == (content_hash(article), cut) else "changed"

    def put(
        self, articles: Sequence[tuple[Article, Sequence[Passage]]], cut: str, vectors: Sequence[Sequence[Embedded]] | None = None
    ) -> None:
        """Add or replace articles, given with their passages; inside `writing()`. `cut` says how they were cut, `vectors` are those
        that `embed` gives, made here if they are not given.

        One call is one step for readers: they see all of these articles new, or none. A changed article keeps its id and gets
        the next revision; its earlier text stays in the ledger.
        """
        with self._mutex, told(self.data_dir):
            vectors = embed(self.embedder, articles) if vectors is None else vectors
            with self.ledger.transaction():
                revisions = [self.ledger.begin(article, content_hash(article), cut) for article, _ in articles]
            self.index([(r, a, ps, vs) for r, (a, ps), vs in zip(revisions, articles, vectors, strict=True)])
            self.publish(revisions)

    def index(self, entries: Sequence[tuple[int, Article, Sequence[Passage], Sequence[Embedded]]]) -> None:
        """Put the passages of `writing` revisions, with their vectors, into all three stores; no reader sees them yet."""
        from rag.store.page import packed

        with self._mutex, told(self.data_dir):
            generation = self.ledger.generation
            todo = list[tuple[int, Passage, Article, np.ndarray]]()
            with self.ledger.transaction():
                for revision, article, passages, vectors in entries:
                    rows = [(v.vector, v.spans) for v in vectors]
                    stems = [packed(head(article), article, passage) for passage in passages]
                    numbers = self.ledger.keep_passages(revision, generation, passages, rows, stems)
                    todo += [(n, p, article, v.vector) for n, p, v in zip(numbers, passages, vectors, strict=True)]
            indexes = self._both()
            indexes.vectors.add(todo)
            indexes.words.add((number, head(article) + passage.text, article) for number, passage, article, _ in todo)

    def publish(self, revisions: Sequence[int], history: Iterable[Stored] = ()) -> None:
        """Let readers see these `writing` revisions in place of the ones they replace, and `history` behind them: one step."""
        with self._mutex, told(self.data_dir):
            self._seen = -1  # first: should anything below fail, the next search looks again
            self.ledger.publish(revisions, history)
            self._sweep()

    def remove(self, article_id: str) -> bool:
        """Take an article and its history out of all three stores; inside `writing()`. Whether it was there."""
        with self._mutex, told(self.data_dir):
            self._seen = -1
            found = self.ledger.retire(article_id)
            self._sweep()
            return found

    # Reading

    def _both(self) -> _Indexes:
        """The indexes as `_fresh` left them. Asked for many times in one search, so that it looks nothing up."""
        if self._indexes is None:
            raise RuntimeError("the indexes are only there after `_fresh`, in a library that was written")
        return self._indexes

    def _fresh(self) -> Snapshot:
        """The live passages now, and indexes that hold them all; re-reads only when somebody has written.

        Raises:
            LibraryDamaged: an index cannot be read, or has lost passages.
        """
        version = self.ledger.version()
        while self._snapshot is None or version != self._seen:
            self._check_model()
            snapshot = Snapshot.of(self.ledger)
            if not self._never_written():
                self._follow(snapshot, version)
            self._snapshot, self._seen = snapshot, version
            version = self.ledger.version()  # somebody may have written while we read
        return self._snapshot

    def _follow(self, snapshot: Snapshot, version: int) -> None:
        """Let the indexes see what was written up to now; after the snapshot was taken, so that they hold all that it has."""
        names = (self.ledger.meta("vectors") or "", self.ledger.meta("words") or "")
        if self._indexes is None or self._indexes.names != names:
            self._indexes = self._opened(names, snapshot)
        elif version != self._vectors_seen:
            self._indexes.vectors.reload()
        self._vectors_seen = version
        self._indexes.words.reload()
        # A writer adds to the indexes before it publishes: they may hold more than is live, never less.
        for part, held in (("vectors", self._indexes.vectors.count()), ("words", self._indexes.words.count())):
            if held < len(snapshot) and self.ledger.version() == version:
                raise LibraryDamaged(self.data_dir, part, f"it holds {held} of {len(snapshot)} passages")

    def _opened(self, names: tuple[str, str], snapshot: Snapshot) -> _Indexes:
        from rag.store.vectors import Vectors
        from rag.store.words import Words

        indexes = _Indexes(Vectors(self.data_dir / names[0]), Words(self.data_dir / names[1]), names)
        probes = snapshot.numbers[:: max(1, len(snapshot) // PROBES)][:PROBES].tolist()
        lost = indexes.vectors.lost(self.ledger.vectors(probes)) if probes else []
        if len(lost) > len(probes) * PROBES_LOST:
            raise LibraryDamaged(self.data_dir, "vectors", f"{len(lost)} of {len(probes)} vectors looked for are not found")
        return indexes

    def outlets(self) -> tuple[str, ...]:
        """Names of the outlets whose articles are here, sorted."""
        with self._mutex, told(self.data_dir):
            return self._fresh().named_outlets

    def dates(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day on which an article was published, None when none is dated."""
        with self._mutex, told(self.data_dir):
            return self.ledger.dates()

    def idf(self, stem: str) -> float:
        """How rare a stem (`rag.store.words.stems`) is among the passages, in nats; higher is rarer."""
        with self._mutex, told(self.data_dir):
            return self._both().words.idf(stem) if len(self._fresh()) else 0.0

    def idfs(self, stems: Iterable[str]) -> list[float]:
        """`idf` of each; 0 for one that no passage has."""
        with self._mutex, told(self.data_dir):
            if not len(self._fresh()):
                return [0.0 for _ in stems]
            words = self._both().words
            unknown = words.idf("\0")
            return [0.0 if (rarity := words.idf(stem)) >= unknown else rarity for stem in stems]

    def articles(self, filters: Filters = Filters()) -> list[Article]:
        """Every article inside `filters`, newest first."""
        with self._mutex, told(self.data_dir):
            return list(self.ledger.articles(filters))

    def article(self, article_id: str) -> Article | None:
        with self._mutex, told(self.data_dir):
            return self.ledger.article(article_id)

    def history(self, article_id: str) -> list[Stored]:
        """The article's revisions, newest first, the one in force before all; empty when there is no such article."""
        with self._mutex, told(self.data_dir):
            return self.ledger.history(article_id)

    @property
    def vectors_folder(self) -> Path:
        """Where the Chroma database in force lies, for programs that read it themselves."""
        return self.data_dir / (self.ledger.meta("vectors") or "vectors")

    def counts(self) -> dict[str, int]:
        """Live articles and passages as the ledger has them, and what the two indexes hold."""
        with self._mutex, told(self.data_dir):
            self._fresh()
            articles, passages = self.ledger.counts()
            if self._never_written():
                return {"articles": 0, "passages": 0, "vectors": 0, "words": 0}
            indexes = self._both()
            return {
                "articles": articles,
                "passages": passages,
                "vectors": indexes.vectors.count(),
                "words": indexes.words.count(),
            }

    def candidates(self, asked: Sequence[tuple[str, np.ndarray | None]], pool: int, filters: Filters = Filters()) -> list[int]:
        """Numbers of the passages that either leg finds for any of `asked`, up to `pool` for each, in no order.

        An empty text or no vector leaves that leg out. Nothing outside `filters` comes back; inside them each leg finds what it would
        find were nothing else stored.
        """
        with self._mutex, told(self.data_dir):
            live = self._fresh()
            if not len(live):
                return []
            found = dict[int, None]()
            for text, _ in asked:
                found |= dict.fromkeys(self._by_words(live, text, pool, filters))
            vectors = [vector for _, vector in asked if vector is not None]
            if filters != Filters():
                for vector in vectors:
                    found |= dict.fromkeys(self._by_vector(live, vector, pool, filters))
            elif vectors:  # all in one call
                numbers = [n for near in self._both().vectors.search_all(np.stack(vectors), pool) for n, _ in near]
                found |= {n: None for n, place in zip(numbers, live.places(numbers).tolist(), strict=True) if place >= 0}
            return list(found)

    def read(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article, np.ndarray, np.ndarray]]:
        """Passage, article, sentence vectors and vector of each of `numbers` that is still there."""
        with self._mutex, told(self.data_dir):
            vectors = dict(self.ledger.vectors(numbers)) if numbers else {}
            read = self.ledger.passages(numbers) if numbers else {}
        return {number: (*rest, vectors[number]) for number, rest in read.items() if number in vectors}

    def pages(self, numbers: Sequence[int]) -> list[Page]:
        """What ranking compares of each of `numbers` that is still there, in no order."""
        with self._mutex, told(self.data_dir):
            found, bare = self.ledger.pages(numbers) if numbers else ([], [])
            if bare:  # a library of an earlier format that nobody has written since
                found += self.ledger.pages(bare, self._stems_of(bare))[0]
            return found

    def stems(self, prefix: str) -> list[tuple[str, int]]:
        """The stems (`rag.store.words.stems`) in the passages that begin with `prefix`, each with how many have it."""
        with self._mutex, told(self.data_dir):
            return self._both().words.stems(prefix) if len(self._fresh()) else []

    def _by_words(self, live: Snapshot, text: str, pool: int, filters: Filters) -> dict[int, float]:
        index, top = self._both().words, pool
        while True:
            found = index.search(text, top, filters)
            places = live.places([number for number, _ in found])  # -1: not live, because it is being written or swept
            inside = [one for one, place in zip(found, places.tolist(), strict=True) if place >= 0]
            if len(inside) >= pool or len(found) < top:
                return dict(inside[:pool])
            top *= 2

    def _by_vector(self, live: Snapshot, vector: np.ndarray, pool: int, filters: Filters) -> dict[int, float]:
        if filters == Filters():
            found = self._both().vectors.search(vector, pool)
            places = live.places([number for number, _ in found])
            return dict(one for one, at in zip(found, places.tolist(), strict=True) if at >= 0)
        keep = live.inside(filters, self.ledger.on_topics(filters.topics))
        inside = int(keep.sum())
        wanted = min(pool, inside)
        if inside > max(EXACT_PASSAGES, EXACT_SHARE * len(live)):
            for more in (1.5, 6.0):
                found = self._both().vectors.search(vector, math.ceil(more * pool * len(live) / inside))
                places = live.places([number for number, _ in found])
                kept = [one for one, at in zip(found, places.tolist(), strict=True) if at >= 0 and keep[at]]
                if len(kept) >= wanted:
                    return dict(kept[:wanted])
        return self._exactly(live, vector, wanted, keep) if inside else {}

    def _exactly(self, live: Snapshot, vector: np.ndarray, wanted: int, keep: np.ndarray) -> dict[int, float]:
        """The nearest of the passages that `keep` marks, by looking at each of them. Holds 1.5 kB a passage from then on."""
        from rag.product import product

        if self._matrix is None or self._matrix[0] is not live:
            rows = np.zeros((len(live), self.embedder.dimension), dtype=np.float32)
            place = {number: at for at, number in enumerate(live.numbers.tolist())}
            for number, row in self.ledger.vectors():
                if number in place:  # somebody may have written since
                    rows[place[number]] = row
            self._matrix = (live, rows)
        places = np.flatnonzero(keep)
        cosines = product(self._matrix[1][places], vector)
        best = np.argpartition(-cosines, wanted - 1)[:wanted]
        best = best[np.argsort(-cosines[best])]
        return dict(zip(live.numbers[places[best]].tolist(), cosines[best].tolist(), strict=True))

    def hits(self, scored: Sequence[tuple[int, float, float, float]]) -> list[tuple[Hit, np.ndarray]]:
        """Read `(number, score, words, dense)` into hits, each with its sentence vectors; one removed meanwhile is left out."""
        with self._mutex, told(self.data_dir):
            read = self.ledger.passages([number for number, *_ in scored])
        return [(Hit(read[n][0], read[n][1], score, words, dense), read[n][2]) for n, score, words, dense in scored if n in read]
