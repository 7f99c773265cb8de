"""Making the indexes again: `check` what is damaged, `repair` it from the ledger, `reindex` with another model.

A new index is filled in a folder beside the one in use and put in its place in one transaction of the ledger, so that readers
have the old one until the new one is complete, and a process that dies leaves the old one in force.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from rag.embed import Embedder
from rag.errors import LibraryDamaged
from rag.store.faults import told
from rag.store.ledger import Ledger
from rag.store.library import embed, head
from rag.store.lock import LOCK_SECONDS, writer_lock
from rag.store.page import packed
from rag.store.vectors import Vectors
from rag.store.words import Words
from rag.types import Article, Passage

STEP = 32  # articles embedded at once, as in ingest
CHUNK = 256  # articles whose passages are copied at once
# A graph is approximate: on 100,000 generated passages 0 to 3 in 10,000 are not found by their own vector.
LOST_SHARE = 0.01

T = TypeVar("T")


class Progress(Protocol):
    """Told how many articles of how many are done."""

    def __call__(self, done: int, of: int, /) -> None: ...


def _silent(done: int, of: int, /) -> None:
    """For callers that show nothing."""


@dataclass(frozen=True)
class Damage:
    """`part` ('vectors' or 'words') does not hold what the ledger says; `reason` is for the user."""

    part: str
    reason: str


def check(data_dir: Path, progress: Progress = _silent) -> list[Damage]:
    """What is wrong with the indexes in `data_dir`; none when the library is sound. Reads everything.

    Raises:
        LibraryDamaged: the ledger itself is broken, which nothing here can mend.
    """
    with told(data_dir):
        ledger = Ledger(data_dir)
        try:
            reason = ledger.damage()
            if reason:
                raise LibraryDamaged(data_dir, "ledger", reason)
            if ledger.meta("vectors") is None:
                return []
            with writer_lock(data_dir):  # what a writer is at is neither sound nor damaged
                return _damages(data_dir, ledger, progress)
        finally:
            ledger.close()


def _damages(data_dir: Path, ledger: Ledger, progress: Progress) -> list[Damage]:
    live = {number for number, _ in ledger.columns()[0]}
    out = []
    for part, test in (("vectors", _test_vectors), ("words", _test_words)):
        try:
            with told(data_dir):
                reason = test(data_dir / (ledger.meta(part) or part), ledger, live, progress)
        except LibraryDamaged as error:
            reason = str(error.__cause__ or error)
        if reason:
            out.append(Damage(part, reason))
    return out


def _test_vectors(folder: Path, ledger: Ledger, live: set[int], progress: Progress) -> str:
    vectors = Vectors(folder)
    missing = live - vectors.numbers()
    if missing:
        return f"{len(missing)} of {len(live)} passages are missing"

    def counted() -> Iterator[tuple[int, np.ndarray]]:
        for done, one in enumerate(ledger.vectors(), 1):
            progress(done, len(live))
            yield one

    lost = vectors.lost(counted())
    return f"{len(lost)} of {len(live)} passages are not found by their own vector" if len(lost) > LOST_SHARE * len(live) else ""


def _test_words(folder: Path, _: Ledger, live: set[int], progress: Progress) -> str:
    missing = live - Words(folder).numbers()
    progress(len(live), len(live))
    return f"{len(missing)} of {len(live)} passages are missing" if missing else ""


def repair(
    data_dir: Path, parts: Sequence[str], progress: Progress = _silent, waits: Callable[[str], None] = lambda said: None
) -> None:
    """Make these indexes ('vectors', 'words') again from the ledger; needs no model. Readers follow at their next search."""
    with writer_lock(data_dir, LOCK_SECONDS, waits), told(data_dir):
        ledger = Ledger(data_dir)
        try:
            remake(data_dir, ledger, parts, progress)
        finally:
            ledger.close()


def remake(data_dir: Path, ledger: Ledger, parts: Sequence[str], progress: Progress = _silent) -> None:
    """`repair` for one who holds the writer's lock."""
    if ledger.meta("vectors") is None:  # nothing was ever written
        return
    for part in parts:
        folder = _free(data_dir, part)
        if part == "vectors":
            _fill_vectors(Vectors(folder, create=True), ledger, progress)
        else:
            _fill_words(Words(folder, create=True), ledger, ledger.generation, progress)
        ledger.set_meta(**{part: folder.name})
    _clear(data_dir, ledger)


def reindex(
    data_dir: Path,
    embedder: Embedder,
    split: Callable[[Article], Sequence[Passage]],
    cut: str,
    progress: Progress = _silent,
    waits: Callable[[str], None] = lambda said: None,
) -> int:
    """Cut and embed every article anew with `embedder`; returns how many were embedded by this call.

    `cut` names how `split` cuts. A call that was interrupted is taken up where it stopped, whatever was ingested meanwhile;
    until the last article is done, readers and writers go on with the old index and its model.
    """
    with writer_lock(data_dir, LOCK_SECONDS, waits), told(data_dir):
        ledger = Ledger(data_dir)
        try:
            if ledger.meta("vectors") is None:
                return 0
            generation, folder, vectors = _next(data_dir, ledger, embedder, cut)
            todo, total = ledger.without(generation), ledger.counts()[0]
            done = total - len(todo)
            progress(done, total)
            for revisions in _batches(iter(todo), STEP):
                stored = [one for number in revisions if (one := ledger.stored(number))]
                articles = [(one.article, split(one.article)) for one in stored]
                new = list[tuple[int, Passage, Article, np.ndarray]]()
                vectors_of = embed(embedder, articles)
                with ledger.transaction():
                    for one, (article, passages), found in zip(stored, articles, vectors_of, strict=True):
                        rows = [(v.vector, v.spans) for v in found]
                        stems = [packed(head(article), article, passage) for passage in passages]
                        numbers = ledger.keep_passages(one.number, generation, passages, rows, stems)
                        new += [(n, p, article, v.vector) for n, p, v in zip(numbers, passages, found, strict=True)]
                vectors.add(new)
                done += len(stored)
                progress(done, total)
            words = _free(data_dir, "words")
            _fill_words(Words(words, create=True), ledger, generation, _silent)
            names = {"vectors": folder, "words": words.name, "embedder": embedder.fingerprint}
            ledger.switch(generation, cut, next="", **names)
            _clear(data_dir, ledger)
            return len(todo)
        finally:
            ledger.close()


def _next(data_dir: Path, ledger: Ledger, embedder: Embedder, cut: str) -> tuple[int, str, Vectors]:
    """The generation to fill, the folder of its vectors and these: the one that an earlier call began for the same model and cut, or a fresh one."""
    wanted = {"embedder": embedder.fingerprint, "cut": cut}
    begun = json.loads(ledger.meta("next") or "{}")
    if begun and begun | wanted == begun:
        generation = int(begun["generation"])
        try:
            with told(data_dir):
                vectors = Vectors(data_dir / begun["folder"])
                have = vectors.numbers()
        except LibraryDamaged:
            pass  # begun anew below
        else:
            # A process that died left passages that only the ledger has, or that only the index has.
            ledger.drop_revisions_with(ledger.numbers(generation) - have)
            vectors.remove(sorted(have - ledger.numbers(generation)))
            return generation, str(begun["folder"]), vectors
    if begun:
        ledger.drop_revisions_with(ledger.numbers(int(begun["generation"])))
    generation = max(ledger.generation, int(begun.get("generation", 0))) + 1
    folder = _free(data_dir, "vectors")
    vectors = Vectors(folder, create=True)
    ledger.set_meta(next=json.dumps(wanted | {"generation": generation, "folder": folder.name}))
    return generation, folder.name, vectors


def _fill_vectors(vectors: Vectors, ledger: Ledger, progress: Progress) -> None:
    done, total = 0, ledger.counts()[0]
    for chunk in _batches(ledger.each(), CHUNK):
        vectors.add(
            [
                (number, passage, stored.article, vector.astype(np.float32))
                for stored in chunk
                for number, passage, vector, _ in ledger.passages_of(stored, ledger.generation)
            ]
        )
        done += len(chunk)
        progress(done, total)


def _fill_words(words: Words, ledger: Ledger, generation: int, progress: Progress) -> None:
    total = ledger.counts()[0]

    def each() -> Iterator[tuple[int, str, Article]]:
        for done, stored in enumerate(ledger.each(), 1):
            first = head(stored.article)
            for number, passage, _, _ in ledger.passages_of(stored, generation):
                yield number, first + passage.text, stored.article
            progress(done, total)

    words.add(each())


def _free(data_dir: Path, part: str) -> Path:
    """A folder for a new index that nothing uses yet."""
    count = 2
    while (data_dir / f"{part}-{count}").exists():
        count += 1
    return data_dir / f"{part}-{count}"


def _clear(data_dir: Path, ledger: Ledger) -> None:
    """Remove the folders of indexes that are not in use: replaced, or left by a process that died."""
    begun = json.loads(ledger.meta("next") or "{}")
    used = {ledger.meta("vectors"), ledger.meta("words"), begun.get("folder")}
    for folder in [*data_dir.glob("vectors*"), *data_dir.glob("words*")]:
        if folder.is_dir() and folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)  # on Windows a reader may still hold it: the next call takes it


def _batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch
