"""`slugline eval`."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import data_dir_option, engine_of


@click.command("eval")
@click.argument("suites", nargs=-1)
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--wrong", is_flag=True, help="List the questions answered wrongly.")
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="The benchmark's folder or file.")
@data_dir_option
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
    engine = engine_of(ctx)

    def fill(file: Path) -> None:
        from ingest.pipeline import ingest as bring_in

        with engine.library.writing():
            bring_in([str(file)], engine.library, engine.settings)

    for suite in suites or ("bundled",):
        if suite == "bundled":
            run(engine, split, as_json, wrong)
        else:
            run_retrieval(suite, engine, fill, data, as_json, split)
