"""Reading and splitting, here or in worker processes beside the embedding."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ingest import readers
from ingest.beside import Beside, Died
from ingest.document import Document, Flag
from ingest.readers import BY_ENDING, MANY
from rag.config import Settings
from rag.embed import PackagedEmbedder
from rag.errors import BadInput
from rag.types import Article, Passage

# A worker takes 2 to 3 s of a core to start (Python, tokenizer, NLTK); reading and splitting takes 5 to 10 ms a kilobyte of PDF or HTML.
ENOUGH_DOCUMENTS = 400
ENOUGH_BYTES = 8 << 20
# Rows are nothing but text, of which only the splitting goes to a worker. Beside the model's process that is worth it only where the model has so many
# cores that it would wait for the splitting: 1,000 articles take 50 s of a core in the one and 7 in the other; on 2 cores a worker made it 1.06 to 1.12
# times as long.
ENOUGH_BYTES_OF_ROWS = 3 << 19
CORES_FOR_ROWS = 8
_ROWS = 32  # articles of a JSON Lines or CSV file that travel to a worker together


@dataclass(frozen=True)
class Found:
    """What came of a document, or of one article in it. `size` is its share of the document's bytes, for progress."""

    source: str
    root: str
    item: Article | BadInput | Flag
    passages: tuple[Passage, ...] | None = None
    size: int = 0


class Counter:
    """Counts word pieces as the packaged embedder does, without loading torch: `split` asks for no more of an embedder."""

    max_tokens = PackagedEmbedder.max_tokens

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode_batch_fast([text])[0].ids)  # needs no places of the pieces in the text


def read_document(document: Document) -> Iterator[Found]:
    """All that a document holds; never raises BadInput."""
    left = document.size
    try:
        for item in readers.read(document):
            share = 0
            if isinstance(item, Article) and BY_ENDING.get(document.kind) in MANY:
                share = min(left, len(item.text) + 200)
                left -= share
            source = item.source if isinstance(item, BadInput | Flag) else document.name
            yield Found(source, document.root, item, size=share)
    except BadInput as error:
        yield Found(error.source, document.root, error)
    except (MemoryError, RecursionError) as error:
        yield Found(
            document.name, document.root, BadInput(document.name, f"is too large or too deep to be read ({error or 'memory'})")
        )
    except Exception as error:  # a reader's library stumbled over a hostile file: that file's fault, not the batch's
        reason = f"cannot be read ({type(error).__name__}: {error})"[:200]
        yield Found(document.name, document.root, BadInput(document.name, reason))
    if left:
        yield Found(document.name, document.root, Flag(document.name, ""), size=left)


_Given = Document | list[Found]
_Process = Beside[_Given, list[Found]]


def _prepare(settings: Settings, folder: Path | None) -> Callable[[_Given], list[Found]]:
    """What reads a document and splits its articles, or splits rows."""
    counter = Counter(folder) if folder else None

    def work(given: _Given) -> list[Found]:
        found = list(read_document(given)) if isinstance(given, Document) else given
        return found if counter is None else [_split(one, settings, counter) for one in found]

    return work


def _split(one: Found, settings: Settings, counter: Counter) -> Found:
    from ingest.split import split

    return replace(one, passages=tuple(split(one.item, settings, counter))) if isinstance(one.item, Article) else one


class Workers:
    """Reads documents in order. With `count` 0 it reads here; a number starts that many processes at once; None starts them only
    when the documents are many enough to be worth it."""

    def __init__(self, count: int | None, settings: Settings, folder: Path | None) -> None:
        self._count = count
        self._settings = settings
        self._folder = folder

    def read(self, documents: Iterable[Document | BadInput]) -> Generator[Found, None, None]:
        documents = iter(documents)
        count = self._count
        if count is None:
            first = list(_until_enough(documents))
            count = max(1, min(8, _cores() - 1)) if sum(map(_share_of_enough, first)) >= 1 else 0
            documents = _chain(first, documents)
        if count == 0:
            for document in documents:
                yield from _failed(document) if isinstance(document, BadInput) else read_document(document)
            return
        yield from self._beside(documents, count)

    def _beside(self, documents: Iterator[Document | BadInput], count: int) -> Iterator[Found]:
        team = _Team(count, self._settings, self._folder)
        waiting: deque[_Task] = deque()  # kept in order, few enough in flight that memory stays flat
        try:
            for task in _tasks(documents):
                if task.cut or task.document is not None:
                    task.future = team.submit(task.document or task.rows)
                waiting.append(task)
                while len(waiting) > 8 * count:
                    yield from _result(waiting.popleft())
            while waiting:
                yield from _result(waiting.popleft())
        finally:
            team.close()


class _Team:
    """So many processes, and as many threads that hand work to them."""

    def __init__(self, count: int, settings: Settings, folder: Path | None) -> None:
        self._how = (settings, folder)
        self._free: SimpleQueue[_Process] = SimpleQueue()
        self._all = [self._started() for _ in range(count)]
        for process in self._all:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(count, "read")
        self._closed = False

    def _started(self) -> _Process:
        return Beside(_prepare, *self._how)

    def submit(self, given: _Given) -> Future[list[Found]]:
        """Read and split a document, or split rows.

        Its result raises Died when that killed two processes, one after the other.
        """
        return self._threads.submit(self._do, given)

    def _do(self, given: _Given) -> list[Found]:
        process = self._free.get()
        try:
            return process(given)
        except Died:
            if self._closed:
                raise
            # Killed from outside, or by what it read: tried once more, by a new one.
            self._all.remove(process)
            process.close()
            process = self._started()
            self._all.append(process)
            return process(given)
        finally:
            self._free.put(process)

    def close(self) -> None:
        """End the processes; what is not yet read is dropped."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._end()
        self._threads.shutdown()
        self._end()  # one that was being started meanwhile

    def _end(self) -> None:
        for process in list(self._all):
            process.close()


@dataclass
class _Task:
    """Something in flight: a document to read, or rows already read; `cut` says that those are still to be split."""

    document: Document | None
    rows: list[Found]
    cut: bool = False
    future: Future[list[Found]] | None = None


def _tasks(documents: Iterable[Document | BadInput]) -> Iterator[_Task]:
    """What to send to the workers: whole documents, and rows of those that hold many."""
    for document in documents:
        if isinstance(document, BadInput):
            yield _Task(None, list(_failed(document)))
        elif BY_ENDING.get(document.kind) in MANY:
            rows = read_document(document)
            while batch := list(islice(rows, _ROWS)):
                yield _Task(None, batch, cut=True)
        else:
            yield _Task(document, [])


def _result(task: _Task) -> list[Found]:
    if task.future is None:
        return task.rows
    try:
        return task.future.result()
    except Died:
        if task.document is None:
            return task.rows  # to be split here
        return list(_failed(BadInput(task.document.name, "crashed the program that read it; the file is damaged or hostile")))


def _failed(error: BadInput) -> Iterator[Found]:
    yield Found(error.source, error.source, error)


def _chain(first: Sequence[Document | BadInput], rest: Iterator[Document | BadInput]) -> Iterator[Document | BadInput]:
    yield from first
    yield from rest


def _share_of_enough(document: Document | BadInput) -> float:
    """How much of what is worth starting workers for: 1 or more is enough."""
    if isinstance(document, BadInput):
        return 1 / ENOUGH_DOCUMENTS
    enough: float = ENOUGH_BYTES
    if BY_ENDING.get(document.kind) in MANY:
        enough = ENOUGH_BYTES_OF_ROWS if _cores() >= CORES_FOR_ROWS else math.inf
    return max(1 / ENOUGH_DOCUMENTS, document.size / enough)


def _cores() -> int:
    return os.cpu_count() or 2


def _until_enough(documents: Iterator[Document | BadInput]) -> Iterator[Document | BadInput]:
    share = 0.0
    for document in documents:
        yield document
        share += _share_of_enough(document)
        if share >= 1 or (isinstance(document, Document) and document.data is not None):
            return
