"""Articles that come in through the page: from addresses and from files that the browser sent, each with its own result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.document import Document
from ingest.pipeline import Ingest, Options, Report, make_fetcher
from ingest.sources import Sources, Wanted
from rag.engine import Engine
from rag.errors import BadInput, SluglineError

MOST_AT_ONCE = 50
WAIT = 30.0  # seconds for another process that writes; a person at a page does not wait longer
_ADDRESS = re.compile(r"https?://\S+$", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """What came of one source, in words."""

    source: str
    said: str
    failed: bool = False


def told(source: str, report: Report) -> Result:
    """A report on one source in a sentence."""
    if report.failed and not (report.added or report.updated or report.unchanged):
        return Result(source, report.failed[0]["error"], failed=True)
    counts = {
        "added": report.added,
        "updated": report.updated,
        "already here": report.unchanged,
        "a copy of one that is here": report.duplicates,
        "could not be read": len(report.failed),
    }
    single = [name for name, count in counts.items() if count]
    said = single[0] if sum(counts.values()) == 1 else ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    warnings = "; ".join(flag["warning"] for flag in report.flagged)
    return Result(source, (said or "holds no article") + (f" ({warnings})" if warnings else ""), failed=not said)


def add(engine: Engine, addresses: str, files: Sequence[tuple[str, Path]]) -> Iterator[tuple[int, int, Result | None]]:
    """Bring in the addresses, one a line, and the files (name, where it lies); yields (done, of, result), first without a result.

    Only http and https are fetched: a path typed here would read this machine's files.

    Raises:
        SluglineError: there is nothing to add, too much of it, or the library cannot be written.
    """
    lines = [line.strip() for line in addresses.splitlines() if line.strip()]
    count = len(lines) + len(files)
    if not count:
        raise SluglineError("Nothing to add: write an address a line, or choose files.")
    if count > MOST_AT_ONCE:
        raise SluglineError(f"{count} sources are too many at once: add at most {MOST_AT_ONCE}, or use slugline ingest.")
    yield 0, count, None
    done = 0
    with engine.library.writing(wait=WAIT):
        for line in lines:
            if _ADDRESS.match(line):
                result = _one(engine, line, _sources(engine).documents([line]))
            else:
                result = Result(line, "is no address: it needs http:// or https:// in front", failed=True)
            done += 1
            yield done, count, result
        for name, path in files:
            result = _one(engine, name, _sources(engine).given(name, path.read_bytes()))
            done += 1
            yield done, count, result


def _sources(engine: Engine) -> Sources:
    return Sources(Wanted(), lambda: make_fetcher(engine.settings))


def _one(engine: Engine, source: str, documents: Iterator[Document | BadInput]) -> Result:
    return told(source, Ingest(engine.library, engine.settings, Options(workers=0)).run(documents))
