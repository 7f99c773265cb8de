"""The order of the steps: sources → read → recognise → split → write. Nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ingest import readers, sources
from ingest.split import cut, split
from rag.config import Settings
from rag.errors import BadInput
from rag.store.library import Library
from rag.types import Article

# Articles written in one step: enough to embed in batches of like lengths, few enough that a kill loses seconds of work.
STEP = 32


@dataclass
class Report:
    """What an ingest did. Counts are articles; `passages` are those written."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    passages: int = 0
    seconds: float = 0.0
    failed: list[dict[str, str]] = field(default_factory=list)

    def fail(self, error: BadInput) -> None:
        self.failed.append({"source": error.source, "error": error.reason})


def _articles(named: Iterable[str], report: Report) -> Iterator[Article]:
    for file in sources.files(named):
        if isinstance(file, BadInput):
            report.fail(file)
            continue
        try:
            for found in readers.read(file):
                if isinstance(found, BadInput):
                    report.fail(found)
                else:
                    yield found
        except BadInput as error:
            report.fail(error)


def ingest(
    named: Iterable[str], library: Library, settings: Settings, progress: Callable[[Article], None] = lambda article: None
) -> Report:
    """Bring every article behind `named` into `library`; inside `library.writing()`. A bad source is noted, the rest goes on.

    `progress` is told of each article when it is in the library or found to be there.
    """
    started, report, how = time.perf_counter(), Report(), cut(settings)
    step: dict[str, Article] = {}
    new: set[str] = set()

    def write() -> None:
        cut_up = [(article, split(article, settings, library.embedder)) for article in step.values()]
        library.put(cut_up, how)
        report.added += len(new)
        report.updated += len(step) - len(new)
        report.passages += sum(len(passages) for _, passages in cut_up)
        for article in step.values():
            progress(article)
        step.clear()
        new.clear()

    for article in _articles(named, report):
        state = library.state_of(article, how)
        if article.id in step:
            report.duplicates += 1  # twice in one batch: the later reading counts, as it would in two runs
        elif state == "same":
            report.unchanged += 1
            progress(article)
            continue
        if state == "new":
            new.add(article.id)
        step[article.id] = article
        if len(step) >= STEP:
            write()
    if step:
        write()
    report.seconds = time.perf_counter() - started
    return report
