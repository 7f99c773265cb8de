"""`slugline ask` and `slugline search`."""

from __future__ import annotations

import datetime as dt
import json

import click

from commands.options import as_filters, data_dir_option, engine_of, filter_options, print_rich, stdin_lines


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
    """Show the passages nearest to QUERY. '-' reads one query a line and writes one JSON document a line."""
    filters = as_filters(outlets, topics, since, until)
    retriever = engine_of(ctx).retriever
    from rag import show

    def document(text: str) -> str:
        hits = retriever.search(text, top, filters).hits
        found = {"query": text, "hits": [show.hit_json(hit, rank) for rank, hit in enumerate(hits, 1)]}
        return json.dumps(found, ensure_ascii=False)

    if query == "-":
        for line in stdin_lines():
            click.echo(document(line))
    elif as_json:
        click.echo(document(query))
    else:
        hits = retriever.search(query, top, filters).hits
        print_rich(show.hits_text(hits) if hits else "Nothing matches.")
