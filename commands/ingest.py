"""`slugline ingest`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from commands.options import Day, data_dir_option, settings_of


@click.command()
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Below folders and in ZIP files, only what matches. Again for more."
)
@click.option(
    "--exclude", multiple=True, metavar="GLOB", help="Below folders and in ZIP files, not what matches. Again for more."
)
@click.option("--since", type=Day(end=False), help="From feeds and sitemaps, only what is dated from this day on.")
@click.option("--outlet", help="The outlet of every article, whatever they say themselves.")
@click.option("--published", help="The day of every article, as 2026-03-24.")
@click.option("--topic", "topics", multiple=True, help="A topic of every article. Again for more.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    help="Processes that read; by default some when there is much to read. 0: all in one process, vectors too.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be read, with its metadata; write nothing.")
@click.option("--retry-failed", is_flag=True, help="Also read again all that failed before.")
@click.option("--watch", "feeds", type=click.Path(path_type=Path), metavar="FEEDS.toml", help="Poll these feeds until stopped.")
@click.option("--rounds", type=click.IntRange(1), help="With --watch: stop after so many polls.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
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

    settings = settings_of(ctx)
    report = run(settings, sources, as_json=as_json, **options)
    if report.failed:
        ctx.exit(1)
