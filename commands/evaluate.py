"""`slugline eval`: run suites, and what goes with them."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import data_dir_option, engine_of, progress_bar, settings_of
from rag.errors import SluglineError

if TYPE_CHECKING:
    from eval.answering import Price
    from eval.suite import Context
    from rag.engine import Engine


class _Suites(click.Group):
    """`slugline eval SUITE --option` is `slugline eval run SUITE --option`: what is no command is the name of a suite."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("eval", cls=_Suites, invoke_without_command=False)
def evaluate() -> None:
    """Measure the answers: slugline eval [SUITE...] runs suites (by default the bundled one).

    `slugline eval list` tells which there are, `slugline eval run --help` their options.
    """


def _running(command: Any) -> Any:
    """The options of commands that run a suite."""
    options = (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document for each suite."),
        click.option("--wrong", is_flag=True, help="List the questions answered wrongly."),
        click.option(
            "--progress",
            type=click.Choice(["bar", "lines"]),
            default="bar",
            show_default=True,
            help="On stderr: a bar where that is a terminal, or a line for each question, for a program that follows.",
        ),
        click.option("--limit", type=click.IntRange(1), help="So many questions at most, drawn with a fixed seed."),
        click.option(
            "--judge",
            "judge_name",
            default="ours",
            show_default=True,
            help="Who judges support: ours, check, cross-encoder:FOLDER_OR_NAME or llm:MODEL@ADDRESS (key in SLUGLINE_EVAL_KEY).",
        ),
        click.option(
            "--price", type=(float, float), metavar="IN OUT", help="US dollars for a million tokens an LLM reads and writes."
        ),
        click.option(
            "--report", type=click.Path(path_type=Path, file_okay=False), help="Write report.html, results.json and .csv."
        ),
        click.option(
            "--fail-under", multiple=True, metavar="FIGURE=X", help="Exit 1 when a figure is worse than X. Again for more."
        ),
        click.option("--floors", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The same from a TOML file."),
        click.option(
            "--baseline",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="An earlier results.json to hold up to.",
        ),
        click.option("--max-drop", type=click.FloatRange(0), default=0.0, show_default=True, help="What a share may lose to it."),
        data_dir_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@evaluate.command("run")
@click.argument("suites", nargs=-1)
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="The benchmark's folder or file, as upstream has it.")
@_running
@click.pass_context
def run_suites(ctx: click.Context, /, suites: tuple[str, ...], split: str, data: Path | None, **options: Any) -> None:
    """Run SUITES, by default the bundled one.

    multihop-rag, beir, paragraphs, squad and rgb bring the benchmark's articles into the library in --data-dir: give them one of its
    own. `ablation` prints what each part of the ranking is worth. Nothing is downloaded.
    """
    from eval.suites import SUITES

    names = suites or ("bundled",)
    unknown = sorted(set(names) - {*SUITES, "ablation"})
    if unknown:
        raise click.UsageError(f"there is no suite {', '.join(unknown)}; there are: {', '.join(SUITES)}, ablation")
    passed = True
    for name in names:
        if name == "ablation":
            _ablation(engine_of(ctx), data, options["as_json"])
        else:
            folder = options["report"] / name if options["report"] and len(names) > 1 else options["report"]
            passed &= _one(ctx, name, {**options, "report": folder}, split=split, data=data)
    if not passed:
        ctx.exit(1)


@evaluate.command("own")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--from-feedback", is_flag=True, help="Make the questions of what readers said in the chat.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Keep these questions in a file, too.")
@_running
@click.pass_context
def own_questions(ctx: click.Context, /, file: Path | None, from_feedback: bool, save: Path | None, **options: Any) -> None:
    """Ask your own questions: of FILE (JSON Lines or CSV), or made of the feedback given in the chat."""
    if bool(file) == from_feedback:
        raise click.UsageError("give a FILE of questions, or --from-feedback")
    if save and not from_feedback:
        raise click.UsageError("--save keeps the questions of --from-feedback")
    if save:
        from eval.own import as_row, write
        from eval.own import from_feedback as made
        from rag.store.feedback import Feedback

        questions, _ = made(Feedback(settings_of(ctx).data_dir).all())
        click.echo(f"{write(save, [as_row(question) for question in questions])} questions in {save}", err=True)
    if not _one(ctx, "own", options, split="feedback" if from_feedback else "own", data=file, feedback=from_feedback):
        ctx.exit(1)


def _one(ctx: click.Context, name: str, options: dict[str, Any], **given: Any) -> bool:
    """Run one suite, print and keep its results; whether nothing failed and every gate was passed."""
    from eval import gate
    from eval.results import keep, load, run
    from eval.show import results_text
    from eval.suites import suite

    of = suite(name)
    bounds = gate.read_bounds(options["fail_under"])
    baseline = load(options["baseline"]) if options["baseline"] else None
    with progress_bar(name, quiet=options["as_json"], lines=options["progress"] == "lines") as progress:
        context = _context(ctx, options, progress, **given)
        results = run(of, context)
    if options["floors"]:
        bounds = gate.floors(name, context.split, options["floors"]) | bounds
    click.echo(
        json.dumps(results, ensure_ascii=False) if options["as_json"] else results_text(results, options["wrong"], of.primary)
    )
    fell = gate.below(results, of.figures, bounds)
    fell += gate.fallen(results, of.figures, baseline, options["max_drop"]) if baseline else []
    data_dir = settings_of(ctx).data_dir
    if options["report"]:
        from eval.report import write

        page = write(results, of, options["report"], data_dir)
        click.echo(f"Report: {page}", err=True)
    keep(results, data_dir)
    if fell:
        click.echo(f"The gate is closed: {len(fell)} of the figures of {name} fell.\n{gate.table(fell)}", err=True)
    if results["failed"]:
        click.echo(f"{len(results['failed'])} of {len(results['items'])} items failed and count as wrong.", err=True)
    return not fell and not results["failed"]


def _context(ctx: click.Context, options: dict[str, Any], progress: Any, **given: Any) -> Context:
    from eval.judges import open_judge
    from eval.suite import Context

    @lru_cache
    def engine() -> Engine:
        return engine_of(ctx)

    def fill(file: Path) -> None:
        from ingest.pipeline import ingest as bring_in

        with engine().library.writing():
            report = bring_in([str(file)], engine().library, engine().settings)
        if report.failed:
            click.echo(f"{len(report.failed)} articles of {file} could not be read: {report.failed[0]}", err=True)

    return Context(
        engine,
        open_judge(options["judge_name"]),
        fill,
        limit=options["limit"],
        price=_price(options["price"]),
        progress=progress,
        say=lambda said: click.echo(said, err=True),
        **given,
    )


def _price(given: tuple[float, float] | None) -> Price | None:
    from eval.answering import Price

    return Price(*given) if given else None


def _ablation(engine: Engine, data: Path | None, as_json: bool) -> None:
    from eval.suites.ablation import run, table

    count, rows = run(engine, data)
    click.echo(json.dumps({"suite": "ablation", "questions": count, "rows": rows}) if as_json else table(rows))


@evaluate.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_suites(as_json: bool) -> None:
    """Which suites there are: where each is found upstream, its licence, how it is scored, its figures."""
    from eval.show import suites_text
    from eval.suites import SUITES, suite

    found = [suite(name) for name in SUITES]
    if not as_json:
        click.echo(suites_text(found))
        return
    keys = ("name", "about", "upstream", "licence", "scoring", "data")
    rows = [
        {key: getattr(one, key) for key in keys} | {"figures": {name: figure.about for name, figure in one.figures.items()}}
        for one in found
    ]
    click.echo(json.dumps({"suites": rows}, ensure_ascii=False))


@evaluate.command("template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Write FILE (.jsonl or .csv) with examples of questions, to be replaced by your own."""
    from eval.own import template as write_template

    click.echo(f"{write_template(file)} examples in {file}. Replace them, then run: slugline eval own {file}")


@evaluate.command("compare")
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def compare_runs(before: Path, after: Path, as_json: bool) -> None:
    """What differs from BEFORE to AFTER, two results.json of one suite: each figure with its significance, each changed question."""
    from eval.compare import compare
    from eval.results import load
    from eval.show import comparison_text

    found = compare(load(before), load(after))
    if not as_json:
        click.echo(comparison_text(found))
        return
    figures = {
        name: {"before": a, "after": b, "difference": d.value, "interval": [d.low, d.high], "p": d.p}
        for name, (a, b, d) in found.figures.items()
    }
    changes = {name: [asdict(change) for change in getattr(found, name)] for name in ("better", "worse")}
    rest = {"suite": found.suite.name, "questions": found.questions, "mcnemar_p": found.test, "in_one_only": found.alone}
    click.echo(json.dumps({**rest, "figures": figures, **changes}, ensure_ascii=False))


@evaluate.command("sweep")
@click.argument("name", metavar="[SUITE]", default="bundled")
@click.option(
    "--set", "axes", multiple=True, required=True, metavar="NAME=A,B", help="A setting and its values. Again for a grid."
)
@click.option("--by", help="The figure that decides; by default the suite's own.")
@click.option("--split", type=click.Choice(["dev", "test"]), default="dev", show_default=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="The benchmark's folder or file.")
@click.option("--limit", type=click.IntRange(1), help="So many questions at most, drawn with a fixed seed.")
@click.option("--judge", "judge_name", default="ours", show_default=True, help="Who judges support, as for slugline eval run.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@data_dir_option
@click.pass_context
def sweep_settings(
    ctx: click.Context,
    /,
    name: str,
    axes: tuple[str, ...],
    by: str | None,
    as_json: bool,
    split: str,
    data: Path | None,
    **options: Any,
) -> None:
    """Measure every combination of settings on SUITE, best first. What was measured is kept: stop it, and start it again later."""
    from eval.show import sweep_text
    from eval.suites import SUITES, suite
    from eval.sweep import grid, sweep

    if name not in SUITES or not suite(name).library:
        raise click.UsageError(f"there is no suite {name} that settings change")
    of = suite(name)
    with progress_bar("sweep", quiet=as_json) as progress:
        context = _context(ctx, {**options, "price": None}, progress, split=split, data=data)
        points = grid(axes, context.engine().settings)
        found = sweep(of, context, points, by or of.primary, progress)
    if not as_json:
        click.echo(sweep_text(found, by or of.primary))
        return
    rows = [
        {
            "set": one.point,
            **{key: one.results[key] for key in ("figures", "intervals")},
            "difference": asdict(one.difference),
            "kept": one.kept,
        }
        for one in found
    ]
    click.echo(json.dumps({"suite": name, "split": split, "by": by or of.primary, "points": rows}, ensure_ascii=False))


@evaluate.command("make")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--count", type=click.IntRange(1), default=40, show_default=True, help="How many questions.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other questions.")
@click.option("--llm", "model", metavar="MODEL@ADDRESS", help="Let a language model write them (key in SLUGLINE_EVAL_KEY).")
@data_dir_option
@click.pass_context
def make_questions(ctx: click.Context, file: Path, count: int, seed: int, model: str | None) -> None:
    """Propose questions over your own library in FILE (.jsonl or .csv), for review: none counts before you set reviewed to true."""
    import os

    from eval.make import propose
    from eval.own import write

    llm = None
    if model:
        from eval.judges import KEY
        from eval.llm import open_llm

        called, at, address = model.partition("@")
        if not (called and at and address):
            raise click.UsageError("--llm takes MODEL@ADDRESS, such as qwen3@http://127.0.0.1:11434/v1")
        llm = open_llm(called, address, os.environ.get(KEY, ""))
    if file.exists():
        raise SluglineError(f"{file} is there already. Choose another name, or move it away.")
    engine = engine_of(ctx)
    rows = propose(engine.library, count, seed, llm)
    if not rows:
        raise SluglineError(f"{engine.library.data_dir} holds no sentence that a question could be made of.")
    click.echo(f"{write(file, rows)} questions in {file}, none of them reviewed: read each, mend it, and set reviewed to true.")
