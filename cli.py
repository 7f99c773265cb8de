"""The `slugline` command: parses, calls `rag`, `ingest`, `eval` or `ui`, prints. Heavy rooms load when a command runs."""

from __future__ import annotations

import datetime as dt
import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.errors import SluglineError

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.engine import Engine
    from rag.types import Filters


class _Commands(click.Group):
    """Prints an error that the user can put right as its one sentence, and exits 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SluglineError as error:
            _say_error(str(error), ctx)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            where = f"{error.filename}: " if error.filename else ""
            _say_error(f"{where}{error.strerror or error}.", ctx)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
        return ctx.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_commands(ctx, formatter)
        with formatter.section("Start"):
            formatter.write_text('slugline ingest corpus; slugline ask "When did the ELVIS Act take effect?"')


def _say_error(message: str, ctx: click.Context) -> None:
    if ctx.params.get("debug"):
        traceback.print_exc()
    click.secho(f"Error: {message}", fg="red", err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where the library lives.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="slugline")
@click.pass_context
def cli(ctx: click.Context, data_dir: Path | None, debug: bool) -> None:  # noqa: ARG001  # `_say_error` reads debug
    """Questions and answers, with citations, over news coverage of AI in entertainment."""
    ctx.obj = {"data_dir": data_dir}


def _data_dir(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--data-dir` after the command's name too: that is where people type it."""

    def keep(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            ctx.obj["data_dir"] = value

    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        callback=keep,
        expose_value=False,
        help="Where the library lives.",
    )(command)


def _settings(ctx: click.Context, **flags: Any) -> Settings:
    from rag.config import load_settings

    return load_settings(data_dir=ctx.obj["data_dir"], **flags)


def _engine(ctx: click.Context, **flags: Any) -> Engine:
    from rag.engine import Engine

    return Engine.open(_settings(ctx, **flags))


class _Day(click.ParamType[dt.date]):
    """A day: 2026-03-24, 2026-03 or 2026 (for --until the last day of the month or year is meant)."""

    name = "date"

    def __init__(self, end: bool) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        from rag.dates import find_dates

        found = list(find_dates(str(value)))
        span = found[0].span() if len(found) == 1 else None
        if span is None:
            self.fail(f"{value!r} is not a date; write 2026-03-24, 2026-03 or 2026", param, ctx)
        return span[1] if self.end else span[0]


def _filters(command: Callable[..., Any]) -> Callable[..., Any]:
    options: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
        click.option("--topic", "topics", multiple=True, help="Only articles on this topic."),
        click.option("--outlet", "outlets", multiple=True, help="Only articles of this outlet."),
        click.option("--until", type=_Day(end=True), help="Only articles published up to this day."),
        click.option("--since", type=_Day(end=False), help="Only articles published from this day on."),
    )
    for option in options:
        command = option(command)
    return command


def _as_filters(outlets: Sequence[str], topics: Sequence[str], since: dt.date | None, until: dt.date | None) -> Filters:
    from rag.types import Filters

    return Filters(tuple(outlets), tuple(topics), since, until)


def _lines() -> list[str]:
    return [line.strip() for line in sys.stdin if line.strip()]


def _print(renderable: Any) -> None:
    from rich.console import Console

    Console(highlight=False, soft_wrap=not sys.stdout.isatty()).print(renderable)


def _waits(said: str) -> None:
    click.echo(said, err=True)


@contextmanager
def _progress(doing: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal; told how many of how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


@cli.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Below folders and in ZIP files, only what matches. Again for more."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Below folders and in ZIP files, not what matches. Again for more."
)
@click.option("--since", type=_Day(end=False), help="From feeds and sitemaps, only what is dated from this day on.")
@click.option("--outlet", help="The outlet of every article, whatever they say themselves.")
@click.option("--published", help="The day of every article, as 2026-03-24.")
@click.option("--topic", "topics", multiple=True, help="A topic of every article. Again for more.")
@click.option("--workers", type=click.IntRange(0, 64), help="Processes that read; by default some when there is much to read.")
@click.option("--dry-run", is_flag=True, help="Show what would be read, with its metadata; write nothing.")
@click.option("--retry-failed", is_flag=True, help="Also read again all that failed before.")
@click.option("--watch", "feeds", type=click.Path(path_type=Path), metavar="FEEDS.toml", help="Poll these feeds until stopped.")
@click.option("--rounds", type=click.IntRange(1), help="With --watch: stop after so many polls.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def ingest(ctx: click.Context, /, sources: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Bring articles in.

    A SOURCE is a file or folder (HTML, Markdown, text, PDF, DOCX, EPUB, EML, JSONL, CSV, ZIP), an address of a page, an RSS or Atom
    feed or a sitemap, '-' for standard input, or @LIST, a file that names one address or file a line.
    """
    if not sources and not options["retry_failed"] and not options["feeds"]:
        raise click.UsageError("name a SOURCE, or give --retry-failed or --watch FEEDS.toml")
    if options["feeds"] and (sources or options["dry_run"] or options["retry_failed"]):
        raise click.UsageError("--watch takes its sources from FEEDS.toml, and cannot be a dry run")
    from ingest.command import run

    settings = _settings(ctx)
    report = run(settings, sources, as_json=as_json, **options)
    if report.failed:
        ctx.exit(1)


@cli.command()
@click.argument("question")
@_filters
@click.option("--top", type=click.IntRange(1, 100), help="How many passages to read.")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; the same as --format json.")
@_data_dir
@click.pass_context
def ask(
    ctx: click.Context,
    question: str,
    outlets: tuple[str, ...],
    topics: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    top: int | None,
    form: str,
    as_json: bool,
) -> None:
    """Answer QUESTION from the coverage, with citations. '-' reads one question a line and writes one JSON document a line."""
    filters = _as_filters(outlets, topics, since, until)
    engine = _engine(ctx, top=top)
    from rag import show

    if question == "-":
        for line in _lines():
            click.echo(json.dumps(show.answer_json(engine.ask(line, filters)), ensure_ascii=False))
        return
    answer = engine.ask(question, filters)
    if as_json or form == "json":
        click.echo(json.dumps(show.answer_json(answer), ensure_ascii=False))
    elif form == "md":
        click.echo(show.answer_markdown(answer))
    else:
        _print(show.answer_text(answer))


@cli.command()
@click.argument("query")
@_filters
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True, help="How many passages to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def search(
    ctx: click.Context,
    query: str,
    outlets: tuple[str, ...],
    topics: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    top: int,
    as_json: bool,
) -> None:
    """Show the passages nearest to QUERY. '-' reads one query a line and writes one JSON document a line."""
    filters = _as_filters(outlets, topics, since, until)
    retriever = _engine(ctx).retriever
    from rag import show

    def document(text: str) -> str:
        hits = retriever.search(text, top, filters).hits
        found = {"query": text, "hits": [show.hit_json(hit, rank) for rank, hit in enumerate(hits, 1)]}
        return json.dumps(found, ensure_ascii=False)

    if query == "-":
        for line in _lines():
            click.echo(document(line))
    elif as_json:
        click.echo(document(query))
    else:
        hits = retriever.search(query, top, filters).hits
        _print(show.hits_text(hits) if hits else "Nothing matches.")


@cli.group(invoke_without_command=True)
@_data_dir
@click.pass_context
def articles(ctx: click.Context) -> None:
    """List, show or remove the articles in the library."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_articles)


@articles.command("list")
@_filters
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def list_articles(
    ctx: click.Context,
    outlets: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    as_json: bool = False,
) -> None:
    """Every article, newest first, or those of an outlet, a topic, some days."""
    from rag import show

    found = _library(ctx).articles(_as_filters(outlets, topics, since, until))
    if as_json:
        click.echo(json.dumps({"articles": [show.article_json(article) for article in found]}, ensure_ascii=False))
        return
    for article in found:
        click.echo(f"{article.id:<14} {article.published or 'undated'!s:<12} {article.outlet:<20} {article.title}")
    click.echo(f"{len(found)} articles.", err=True)


@articles.command("show")
@click.argument("article_id")
@click.option("--revision", type=click.IntRange(1), help="An earlier text of it; the last one is shown if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def show_article(ctx: click.Context, article_id: str, revision: int | None, as_json: bool) -> None:
    """One article with its text, and which revisions there are."""
    from rag import show

    history = _library(ctx).history(article_id)
    if not history:
        raise SluglineError(f"There is no article {article_id!r}. See which there are with: slugline articles list")
    wanted = [one for one in history if one.article.revision == (revision or history[0].article.revision)]
    if not wanted:
        there = ", ".join(str(one.article.revision) for one in history)
        raise SluglineError(f"Article {article_id!r} has no revision {revision}; there is: {there}.")
    article = wanted[0].article
    if as_json:
        revisions = [{"revision": one.article.revision, "written_at": one.written_at} for one in history]
        click.echo(json.dumps(show.article_json(article, text=True) | {"revisions": revisions}, ensure_ascii=False))
        return
    click.echo(f"{article.title}\n{show.byline(article)}\n{article.url}\n\n{article.text}")
    if len(history) > 1:
        kept = ", ".join(f"{one.article.revision} ({one.written_at[:10]})" for one in history)
        click.echo(f"\nRevision {article.revision} of {len(history)}; taken on: {kept}.", err=True)


@articles.command("remove")
@click.argument("article_ids", nargs=-1, required=True)
@_data_dir
@click.pass_context
def remove_articles(ctx: click.Context, article_ids: tuple[str, ...]) -> None:
    """Take articles out of the library."""
    library = _library(ctx)
    with library.writing(waits=_waits):
        missing = [article_id for article_id in article_ids if not library.remove(article_id)]
    if missing:
        raise SluglineError(f"Not in the library: {', '.join(missing)}. The others were removed.")
    click.echo(f"{len(article_ids)} removed.")


@articles.command("failed")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def failed_articles(ctx: click.Context, as_json: bool) -> None:
    """What could not be read when it was last tried, and why. Try again with: slugline ingest --retry-failed"""
    from dataclasses import asdict

    from ingest.state import State

    found = State(_settings(ctx).data_dir).failed()
    if as_json:
        click.echo(json.dumps({"failed": [asdict(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        click.echo(
            f"{one.at[:16].replace('T', ' ')}  {one.source}: {one.error}" + (f" ({one.times} times)" if one.times > 1 else "")
        )
    click.echo(f"{len(found)} failed." + (" Try again with: slugline ingest --retry-failed" if found else ""), err=True)


def _library(ctx: click.Context) -> Any:
    from rag.embed import open_embedder
    from rag.store.library import Library

    settings = _settings(ctx)
    return Library(settings.data_dir, open_embedder(settings.embed_model))


@cli.command()
@_data_dir
@click.pass_context
def reindex(ctx: click.Context) -> None:
    """Embed every article anew, with the model and passage length of the settings; can be interrupted and taken up again."""
    from ingest.split import cut, split
    from rag.embed import open_embedder
    from rag.store import rebuild

    settings = _settings(ctx)
    embedder = open_embedder(settings.embed_model)
    with _progress("Embedding") as progress:
        count = rebuild.reindex(
            settings.data_dir, embedder, lambda article: split(article, settings, embedder), cut(settings), progress, _waits
        )
    click.echo(f"{count} articles embedded with {embedder.fingerprint}.")


@cli.group()
@_data_dir
@click.pass_context
def library(ctx: click.Context) -> None:
    """Check, repair, back up and restore the library."""


@library.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def check_library(ctx: click.Context, as_json: bool) -> None:
    """Whether ledger, vectors and words are whole and agree."""
    from dataclasses import asdict

    from rag.store import rebuild

    data_dir = _settings(ctx).data_dir
    with _progress("Checking", quiet=as_json) as progress:
        damages = rebuild.check(data_dir, progress)
    if as_json:
        click.echo(json.dumps({"sound": not damages, "damages": [asdict(damage) for damage in damages]}))
    elif not damages:
        click.echo(f"The library in {data_dir} is sound.")
    for damage in damages:
        click.secho(f"The {damage.part} are damaged: {damage.reason}.", fg="red", err=True)
    if damages:
        click.echo("No text is lost. Rebuild from the ledger with: slugline library repair", err=True)
        ctx.exit(1)


@library.command("repair")
@click.option("--all", "everything", is_flag=True, help="Rebuild both indexes even if they seem sound.")
@_data_dir
@click.pass_context
def repair_library(ctx: click.Context, everything: bool) -> None:
    """Rebuild what is damaged from the ledger, which keeps texts and vectors."""
    from rag.store import rebuild

    data_dir = _settings(ctx).data_dir
    parts = ["vectors", "words"] if everything else [damage.part for damage in rebuild.check(data_dir)]
    if not parts:
        click.echo("Nothing to repair: the library is sound.")
        return
    with _progress("Rebuilding") as progress:
        rebuild.repair(data_dir, parts, progress, _waits)
    click.echo(f"Rebuilt: {', '.join(parts)}.")


@library.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
@_data_dir
@click.pass_context
def export_library(ctx: click.Context, file: Path, overwrite: bool, as_json: bool) -> None:
    """Write everything to one FILE: texts with metadata and revisions, vectors, a manifest with hashes."""
    from rag.store import backup

    if file.exists() and not overwrite:
        raise SluglineError(f"{file} exists. Choose another name, or replace it with --overwrite.")
    with _progress("Writing", quiet=as_json) as progress:
        manifest = backup.export(_settings(ctx).data_dir, file, progress)
    size = file.stat().st_size / 1e6
    click.echo(json.dumps(manifest) if as_json else f"{file}: {manifest['articles']} articles, {size:.1f} MB.")


@library.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@_data_dir
@click.pass_context
def import_library(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Bring the articles of an exported FILE in, all of them or, if it is not whole, none."""
    from dataclasses import asdict

    from rag.store import backup

    backup.read_manifest(file)  # before a library is made for nothing
    library = _library(ctx)
    with library.writing(waits=_waits), _progress("Reading", quiet=as_json) as progress:
        report = backup.restore(library, file, progress)
    counts = asdict(report)
    click.echo(json.dumps(counts) if as_json else ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=7860, show_default=True)
@_data_dir
@click.pass_context
def ui(ctx: click.Context, host: str, port: int) -> None:
    """Chat in the browser."""
    settings = _settings(ctx)
    from ui import serve

    serve(settings, host, port)


@cli.command("eval")
@click.argument("suites", nargs=-1)
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--wrong", is_flag=True, help="List the questions answered wrongly.")
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="The benchmark's folder or file.")
@_data_dir
@click.pass_context
def evaluate(ctx: click.Context, suites: tuple[str, ...], split: str, as_json: bool, wrong: bool, data: Path | None) -> None:
    """Measure the answers on the bundled questions, or the search on SUITES: multihop-rag, beir, paragraphs, perturbed, ablation.

    multihop-rag, beir and paragraphs bring the benchmark's articles into the library in --data-dir: give them one of its own.
    """
    from eval.retrieval import SUITES
    from eval.retrieval import run as run_retrieval
    from eval.run import run

    unknown = set(suites) - {"bundled", *SUITES}
    if unknown:
        raise click.UsageError(f"there is no suite {', '.join(sorted(unknown))}; there are: bundled, {', '.join(SUITES)}")
    engine = _engine(ctx)

    def fill(file: Path) -> None:
        from ingest.pipeline import ingest as bring_in

        with engine.library.writing():
            bring_in([str(file)], engine.library, engine.settings)

    for suite in suites or ("bundled",):
        if suite == "bundled":
            run(engine, split, as_json, wrong)
        else:
            run_retrieval(suite, engine, fill, data, as_json, split)


@cli.command()
@_data_dir
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """What is set up, what is missing, what to do."""
    import platform
    from importlib.metadata import version

    settings = _settings(ctx)
    click.echo(f"Slugline {version('slugline')}, Python {platform.python_version()}")
    for package in ("torch", "sentence-transformers", "chromadb", "tantivy", "llama-index-core", "gradio"):
        click.echo(f"  {package} {version(package)}")
    library = _library(ctx)
    click.echo(f"Embedding model: {library.embedder.fingerprint}")
    counts = library.counts()
    click.echo(f"Library: {settings.data_dir}")
    click.echo("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    if not counts["articles"]:
        click.echo("  The library is empty. Bring articles in with: slugline ingest SOURCE")
    elif len({counts["passages"], counts["vectors"], counts["words"]}) > 1:
        raise SluglineError(
            f"{settings.data_dir}: the indexes disagree. The next slugline ingest sweeps what was left half-done."
        )
    else:
        click.echo(f"  All three stores agree. Chroma collection 'passages' in: {library.vectors_folder}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of `slugline`, and of the `python -m` forms."""
    cli.main(args=list(arguments) if arguments is not None else None, prog_name="slugline")


if __name__ == "__main__":
    main()
