"""Options and small helpers that several commands share."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.engine import Engine
    from rag.types import Filters


def data_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
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


def settings_of(ctx: click.Context, **flags: Any) -> Settings:
    from rag.config import load_settings

    return load_settings(data_dir=ctx.obj["data_dir"], **flags)


def engine_of(ctx: click.Context, **flags: Any) -> Engine:
    from rag.engine import Engine

    return Engine.open(settings_of(ctx, **flags))


class Day(click.ParamType[dt.date]):
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


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = (
        click.option("--topic", "topics", multiple=True, help="Only articles on this topic."),
        click.option("--outlet", "outlets", multiple=True, help="Only articles of this outlet."),
        click.option("--until", type=Day(end=True), help="Only articles published up to this day."),
        click.option("--since", type=Day(end=False), help="Only articles published from this day on."),
    )
    for option in options:
        command = option(command)
    return command


def as_filters(outlets: Sequence[str], topics: Sequence[str], since: dt.date | None, until: dt.date | None) -> Filters:
    from rag.types import Filters

    return Filters(tuple(outlets), tuple(topics), since, until)


def stdin_lines() -> list[str]:
    return [line.strip() for line in sys.stdin if line.strip()]


def print_rich(renderable: Any) -> None:
    from rich.console import Console

    Console(highlight=False, soft_wrap=not sys.stdout.isatty()).print(renderable)


def say_waits(said: str) -> None:
    click.echo(said, err=True)


@contextmanager
def progress_bar(doing: str, quiet: bool = False, lines: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal, or `lines` for a program that follows; told how many of how many are done."""
    if lines:
        yield lambda done, of: click.echo(f"{doing}: {done}/{of}", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(doing, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


def library_of(ctx: click.Context) -> Any:
    from rag.embed import open_embedder
    from rag.store.library import Library

    settings = settings_of(ctx)
    return Library(settings.data_dir, open_embedder(settings.embed_model))
