"""`slugline ask`, `chat`, `search` and `timeline`."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from typing import TYPE_CHECKING

import click

from commands.options import as_filters, data_dir_option, engine_of, filter_options, print_rich, stdin_lines

if TYPE_CHECKING:
    from rag.types import Answer


@click.command()
@click.argument("question")
@filter_options
@click.option("--top", type=click.IntRange(1, 100), help="How many passages to read.")
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; the same as --format json.")
@data_dir_option
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
    filters = as_filters(outlets, topics, since, until)
    engine = engine_of(ctx, top=top)
    from rag import show

    if question == "-":
        for line in stdin_lines():
            click.echo(json.dumps(show.answer_json(engine.ask(line, filters)), ensure_ascii=False))
        return
    answer = engine.ask(question, filters)
    if as_json or form == "json":
        click.echo(json.dumps(show.answer_json(answer), ensure_ascii=False))
    elif form == "md":
        click.echo(show.answer_markdown(answer))
    else:
        print_rich(show.answer_text(answer))


@click.command()
@click.argument("query")
@filter_options
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True, help="How many passages to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
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
    """Show the passages nearest to QUERY, those that follow one another as one. '-' reads one query a line and writes one JSON document a line."""
    filters = as_filters(outlets, topics, since, until)
    retriever = engine_of(ctx).retriever
    from rag import show
    from rag.retrieve.neighbours import merged

    def document(text: str) -> str:
        found = retriever.search(text, top, filters, rerank=False)
        hits = [show.hit_json(hit, rank) for rank, hit in enumerate(merged(found.hits), 1)]
        return json.dumps({"query": text, "understood": show.understood_json(found.understood), "hits": hits}, ensure_ascii=False)

    if query == "-":
        for line in stdin_lines():
            click.echo(document(line))
    elif as_json:
        click.echo(document(query))
    else:
        hits = merged(retriever.search(query, top, filters, rerank=False).hits)
        print_rich(show.hits_text(hits) if hits else "Nothing matches.")


@click.command()
@click.argument("topic")
@filter_options
@click.option("--format", "form", type=click.Choice(["text", "md", "json"]), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document; the same as --format json.")
@data_dir_option
@click.pass_context
def timeline(
    ctx: click.Context,
    topic: str,
    outlets: tuple[str, ...],
    topics: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    form: str,
    as_json: bool,
) -> None:
    """Show what happened when, on TOPIC: dated events in order, each cited."""
    filters = as_filters(outlets, topics, since, until)
    engine = engine_of(ctx)
    from rag import show
    from rag.timeline import timeline as told_of

    told = told_of(engine, topic, filters)
    if as_json or form == "json":
        click.echo(json.dumps(show.timeline_json(told), ensure_ascii=False))
    elif form == "md":
        click.echo(show.timeline_markdown(told))
    else:
        print_rich(show.timeline_text(told))


@click.command()
@filter_options
@click.option("--top", type=click.IntRange(1, 100), help="How many passages to read.")
@data_dir_option
@click.pass_context
def chat(
    ctx: click.Context,
    outlets: tuple[str, ...],
    topics: tuple[str, ...],
    since: dt.date | None,
    until: dt.date | None,
    top: int | None,
) -> None:
    """Ask in the terminal, one question after the other; a follow-up ("and the union?") is read with what came before.

    An empty line or Ctrl-D ends it, /new begins anew.
    """
    filters = as_filters(outlets, topics, since, until)
    engine = engine_of(ctx, top=top)
    from rag import show

    history: list[Answer] = []
    while question := _asked():
        if question == "/new":
            history = []
            continue
        answer = engine.ask(question, filters, history=history)
        history.append(answer)
        print_rich(show.answer_text(answer))


def _asked() -> str:
    """The next line typed; empty at the end of the input."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # arrow keys and earlier questions, where the system has it
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""
