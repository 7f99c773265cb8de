"""What an ingest tells the person who runs it: progress while it goes, a table at the end."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from ingest.pipeline import Report, Step

_SHOWN = 20  # failures and flags listed one by one; `slugline articles failed` lists them all


class Meter:
    """A progress bar by bytes read: rate in articles a second, time left, current source. Silent where there is no terminal."""

    def __init__(self, console: Console, silent: bool) -> None:
        columns = (
            TextColumn("{task.description}"), BarColumn(24), TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[articles]} articles, {task.fields[rate]:.0f}/s"), TimeElapsedColumn(),
            TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[current]}"),
        )  # fmt: skip
        self._progress = Progress(*columns, console=console, disable=silent or not console.is_terminal)
        self._task = self._progress.add_task("Reading", total=0, articles=0, rate=0.0, current="")
        self._known = self._articles = 0

    def __enter__(self) -> Meter:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, step: Step) -> None:
        self._known += step.known
        self._articles += step.articles
        elapsed = self._progress.tasks[0].elapsed or 0.0
        self._progress.update(
            self._task, total=self._known, advance=step.size, articles=self._articles,
            rate=self._articles / elapsed if elapsed else 0.0, current=step.current[-40:],
        )  # fmt: skip


def table(report: Report, dry_run: bool = False) -> Table:
    """The counts of a report, one a row, and what went wrong."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(justify="right")
    made.add_column(overflow="fold")
    would = " (dry run: nothing was written)" if dry_run else ""
    for count, name in (
        (report.added, "added" + would),
        (report.updated, "updated"),
        (report.unchanged, "unchanged"),
        (report.duplicates, "duplicates: copies of an article already here"),
        (report.near_copies, "near-copies, kept under the story they repeat"),
        (len(report.flagged), "flagged for a look"),
        (len(report.failed), "failed"),
    ):
        made.add_row(str(count), name)
    return made


def would(report: Report) -> Table:
    """What a dry run would do, an article a row."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "title", "outlet", "author", "published", "lang", "words", "source"):
        made.add_column(column, overflow="fold", justify="right" if column == "words" else "left")
    for one in report.would:
        what = f"{one['what']} of {one['copy_of']}" if one["what"] == "copy" else f"{one['what']}"
        published = one["published_at"] or one["published"] or "undated"
        made.add_row(
            what, one["title"], one["outlet"], one["author"], published, one["language"], str(one["words"]), one["source"]
        )
    return made


def tell(report: Report, console: Console, errors: Console, dry_run: bool) -> None:
    """Print the end of an ingest: what failed and was flagged to `errors`, the counts to `console`."""
    if dry_run:
        console.print(would(report))
    for style, rows, key in (("red", report.failed, "error"), ("yellow", report.flagged, "warning")):
        for row in rows[:_SHOWN]:
            errors.print(f"{row['source']}: {row[key]}", style=style, markup=False, highlight=False, soft_wrap=True)
        if len(rows) > _SHOWN:
            rest = len(rows) - _SHOWN
            errors.print(
                f"... and {rest} more; see them with: slugline articles failed" if key == "error" else f"... and {rest} more"
            )
    console.print(table(report, dry_run))
    rate = f", {report.passages / report.seconds:.0f} a second" if report.seconds > 1 and report.passages else ""
    console.print(f"{report.passages} passages written in {report.seconds:.1f} s{rate}.")
    if report.stopped:
        console.print("Stopped before the end; what was read is stored. The same command goes on where it stopped.")
