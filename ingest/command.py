"""`slugline ingest`, between the command line and the pipeline: opens the library, shows progress, tells the end."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from ingest.pipeline import Options, Report, failed_roots, given_fields
from ingest.pipeline import ingest as bring_in
from ingest.sources import Wanted
from ingest.tell import Meter, tell
from rag.config import Settings
from rag.embed import open_embedder
from rag.errors import SluglineError
from rag.store.library import Library


@contextlib.contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set `stop`, and the work ends after the step it is in; a second Ctrl-C ends it at once."""

    def ask(signum: int, frame: object) -> None:  # noqa: ARG001
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(
    settings: Settings,
    sources: Sequence[str],
    *,
    as_json: bool,
    include: Sequence[str],
    exclude: Sequence[str],
    since: dt.date | None,
    outlet: str | None,
    published: str | None,
    topics: Sequence[str],
    workers: int | None,
    dry_run: bool,
    retry_failed: bool,
    feeds: Path | None,
    rounds: int | None,
) -> Report:
    """Ingest `sources`, or watch `feeds`, and print how it went.

    Raises:
        SluglineError: a flag's value is none, or the library cannot be used.
    """
    if published:
        _check_date(published)
    console, errors = Console(highlight=False, soft_wrap=not sys.stdout.isatty()), Console(stderr=True)
    stop = threading.Event()
    options = Options(
        Wanted(include, exclude, since, given_fields(outlet, published, topics)), workers, dry_run, stop=stop
    )  # fmt: skip
    named = [*sources, *(failed_roots(settings.data_dir) if retry_failed else [])]
    with contextlib.ExitStack() as stack:
        data_dir = settings.data_dir
        if dry_run and not data_dir.exists():  # nothing is written, not even an empty library
            data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        library = Library(data_dir, open_embedder(settings.embed_model))
        stack.callback(library.close)
        stack.enter_context(stopping(stop))
        if feeds is not None:
            from ingest.watch import Watch, read_feeds

            def say(line: str) -> None:
                errors.print(line, highlight=False, markup=False, soft_wrap=True)

            report = Watch(read_feeds(feeds), library, settings, options, say).run(rounds)
        else:
            meter = stack.enter_context(Meter(errors, silent=as_json))
            if not dry_run:
                stack.enter_context(library.writing(waits=errors.print))
            report = bring_in(named, library, settings, meter, options)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        tell(report, console, errors, dry_run)
    return report


def _check_date(written: str) -> None:
    from ingest.readers.fields import moment
    from rag.errors import BadInput

    try:
        moment(written, "--published")
    except BadInput as error:
        raise SluglineError(f"--published: {error.reason}.") from error
