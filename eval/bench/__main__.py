"""`python -m eval.bench NAME`: one command for each benchmark, its module loaded when it runs."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def bench() -> None:
    """Benchmarks of speed and of single parts."""


@bench.command()
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=Path("corpus"), show_default=True)
@click.option("--copies", type=click.IntRange(40), default=320, show_default=True, help="Pairs of a story and its copy.")
@click.option("--negatives", type=click.IntRange(1), default=320, show_default=True, help="Pairs of different stories.")
def copies(split: str, corpus: Path, copies: int, negatives: int) -> None:
    """Precision and recall of near-copies."""
    from eval.bench.copies import run

    click.echo(json.dumps(run(split, corpus, copies, negatives), indent=2))


@bench.command()
@click.option("--articles", type=click.IntRange(20), default=600, show_default=True, help="Articles that both pipelines ingest.")
@click.option("--memory", multiple=True, type=click.IntRange(20), help="Also ingest so many articles and tell the peak memory.")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=Path("corpus"), show_default=True)
def ingest(articles: int, memory: tuple[int, ...], corpus: Path) -> None:
    """Articles in: Slugline beside a plain LlamaIndex pipeline, on the same articles in one call."""
    from eval.bench.ingest import run

    click.echo(json.dumps(run(articles, memory, corpus), indent=2))


@bench.command()
@click.option(
    "--passages", multiple=True, type=click.IntRange(4), default=(10_000,), show_default=True, help="Size; again for more."
)
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Keep the generated libraries here, and use those that are here."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--measure", is_flag=True, hidden=True, help="In the process that is measured.")
def library(passages: tuple[int, ...], data_dir: Path | None, as_json: bool, measure: bool) -> None:
    """How inserting, opening and retrieval scale with the library."""
    from eval.bench import library as of

    if measure and data_dir:
        click.echo(json.dumps(of.measure(data_dir, passages[0])))
    else:
        found = of.run(passages, data_dir, lambda line: click.echo(line, err=True))
        click.echo(json.dumps(found) if as_json else of.table(found))


@bench.command()
@click.option("--data-dir", type=click.Path(path_type=Path), required=True, help="A library that holds the bundled articles.")
@click.option("--questions", type=click.IntRange(10), default=2000, show_default=True, help="Asked while memory is watched.")
def page(data_dir: Path, questions: int) -> None:
    """The page's server: first words, 20 readers at once, memory over many questions, page interactive."""
    from eval.bench.page import run

    click.echo(json.dumps(run(data_dir, questions), indent=2))


@bench.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of MultiHop-RAG's JSON files.")
@click.option("--data-dir", type=click.Path(path_type=Path), required=True, help="A library that holds its articles.")
@click.option("--questions", type=click.IntRange(10), default=200, show_default=True, help="How many are asked.")
def retrieval(data: Path, data_dir: Path, questions: int) -> None:
    """Slugline beside plain LlamaIndex and Chroma, txtai's hybrid and bm25s: same passages and model, with intervals."""
    from eval.bench.retrieval import run, table

    click.echo(table(run(data, data_dir, questions)))


@bench.command()
@click.option("--pairs", type=click.IntRange(8), default=400, show_default=True, help="Claim and passage pairs that are judged.")
def models(pairs: int) -> None:
    """How fast the judge and the reranker read, and how long they take to load."""
    from dataclasses import asdict

    from eval.bench.models import measure

    click.echo(json.dumps({name: round(value, 3) for name, value in asdict(measure(pairs)).items()}, indent=2))


@bench.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=Path("corpus"), show_default=True)
def precision(corpus: Path) -> None:
    """How fast each precision of the encoder reads here, and how near it comes to float32."""
    from dataclasses import asdict

    from eval.bench.precision import run
    from rag.linear import described

    found = {name.value: asdict(worth) for name, worth in run(corpus).items()}
    click.echo(json.dumps({"taken": described(), **found}, indent=2))


if __name__ == "__main__":
    bench()
