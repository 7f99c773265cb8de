"""`slugline articles`: list, show, remove, failed."""

from __future__ import annotations

import datetime as dt
import json

import click

from commands.options import as_filters, data_dir_option, filter_options, library_of, say_waits, settings_of
from rag.errors import SluglineError


@click.group(invoke_without_command=True)
@data_dir_option
@click.pass_context
def articles(ctx: click.Context) -> None:
    """List, show or remove the articles in the library."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_articles)


@articles.command("list")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
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

    found = library_of(ctx).articles(as_filters(outlets, topics, since, until))
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
@data_dir_option
@click.pass_context
def show_article(ctx: click.Context, article_id: str, revision: int | None, as_json: bool) -> None:
    """One article with its text, and which revisions there are."""
    from rag import show

    history = library_of(ctx).history(article_id)
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
@data_dir_option
@click.pass_context
def remove_articles(ctx: click.Context, article_ids: tuple[str, ...]) -> None:
    """Take articles out of the library."""
    library = library_of(ctx)
    with library.writing(waits=say_waits):
        missing = [article_id for article_id in article_ids if not library.remove(article_id)]
    if missing:
        raise SluglineError(f"Not in the library: {', '.join(missing)}. The others were removed.")
    click.echo(f"{len(article_ids)} removed.")


@articles.command("failed")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
@click.pass_context
def failed_articles(ctx: click.Context, as_json: bool) -> None:
    """What could not be read when it was last tried, and why. Try again with: slugline ingest --retry-failed"""
    from dataclasses import asdict

    from ingest.state import State

    found = State(settings_of(ctx).data_dir).failed()
    if as_json:
        click.echo(json.dumps({"failed": [asdict(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        click.echo(
            f"{one.at[:16].replace('T', ' ')}  {one.source}: {one.error}" + (f" ({one.times} times)" if one.times > 1 else "")
        )
    click.echo(f"{len(found)} failed." + (" Try again with: slugline ingest --retry-failed" if found else ""), err=True)
