"""Suites that judge what is found, not what is answered: MultiHop-RAG, BEIR sets, paragraphs, perturbed questions, ablation."""

from __future__ import annotations

import json
import lzma
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from eval.metrics import hit_at, mean, reciprocal_rank
from eval.questions import BUNDLED, load
from eval.suites import beir, multihop_rag, paragraphs, perturbed
from eval.suites.ablation import WAYS, table
from rag.engine import Engine
from rag.errors import BadInput, SluglineError
from rag.retrieve import Retriever, Ways

SUITES = ("multihop-rag", "beir", "paragraphs", "perturbed", "ablation")
_DEEP = 40

Fill = Callable[[Path], None]


def run(suite: str, engine: Engine, fill: Fill, data: Path | None, as_json: bool, split: str = "dev") -> None:
    """Run one of SUITES and print it. `fill` brings a file's articles into the engine's library; `data` is the suite's folder or file.

    Raises:
        SluglineError: the suite needs `data` and there is none, or it is not what the suite reads.
    """
    work = engine.library.data_dir
    if suite in {"multihop-rag", "beir", "paragraphs"} and data is None:
        raise SluglineError(f"The suite {suite} needs its data. Say where they are with: slugline eval {suite} --data PATH")
    if suite == "multihop-rag" and data:
        _only(engine, fill, multihop_rag.corpus_file(data, work))
        outcomes = multihop_rag.run(multihop_rag.questions(data), timed(engine.retriever))
        _print(suite, len(outcomes), multihop_rag.figures(outcomes), multihop_rag.by_type(outcomes), as_json)
    elif suite == "beir" and data:
        _only(engine, fill, beir.corpus_file(data, work))
        asked = beir.queries(data)
        _print(suite, len(asked), beir.figures(asked, lambda text: articles(engine.retriever, text, beir.DEEP)), {}, as_json)
    elif suite == "paragraphs" and data:
        _paragraphs(engine, fill, data, as_json)
    elif suite == "perturbed":
        changed = perturbed.perturb(split)
        _print(
            f"{suite}/{split}",
            len(changed),
            perturbed.figures(changed, lambda text: articles(engine.retriever, text)),
            {},
            as_json,
        )
    elif suite == "ablation":
        _ablation(engine, data, as_json)


def timed(retriever: Retriever) -> Callable[[str], tuple[list[str], float]]:
    """question → (passage texts best first, milliseconds)."""

    def search(text: str) -> tuple[list[str], float]:
        started = time.perf_counter()
        hits = retriever.search(text, multihop_rag.TOP).hits
        return [hit.passage.text for hit in hits], 1000 * (time.perf_counter() - started)

    search("What does the coverage say?")  # loads the model: latencies are of a warm retriever
    return search


def articles(retriever: Retriever, text: str, top: int = _DEEP) -> list[str]:
    """Ids of the articles found, best first."""
    return list(dict.fromkeys(hit.article.id for hit in retriever.search(text, top).hits))


def _only(engine: Engine, fill: Fill, corpus: Path) -> None:
    """Bring `corpus` in; a library that holds other articles too would be judged by how well it hides them."""
    fill(corpus)
    others = len(engine.library.articles()) - len(corpus.read_text("utf-8").splitlines())
    if others > 0:
        click.echo(
            f"{engine.library.data_dir} holds {others} articles beside the benchmark's: the figures are lower for it.", err=True
        )


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    except (OSError, lzma.LZMAError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error}); give a .jsonl or .jsonl.xz file of questions") from error


def _paragraphs(engine: Engine, fill: Fill, data: Path, as_json: bool) -> None:
    rows = _rows(data)
    for source in ("squad2", "newsqa"):
        asked = paragraphs.questions(rows, source, "dev")
        if not asked:
            continue
        for article in engine.library.articles():
            if not article.id.startswith(source):
                raise SluglineError(
                    f"{engine.library.data_dir} holds other articles than the paragraphs of {source}. "
                    "Give one source in --data, and a --data-dir of its own."
                )
        fill(paragraphs.corpus_file(rows, source, engine.library.data_dir))
        alone = {"words alone": WAYS["words alone"], "meaning alone": WAYS["meaning alone"], "everything": Ways()}
        found = {}
        for name, ways in alone.items():
            retriever = Retriever(engine.library, engine.settings, ways=ways)
            found[name] = paragraphs.figures(asked, partial(articles, retriever))
        _print(f"paragraphs/{source}", len(asked), found["everything"], found, as_json)


def _ablation(engine: Engine, data: Path | None, as_json: bool) -> None:
    rows: dict[str, dict[str, float]] = {}
    asked = multihop_rag.questions(data) if data else []
    known = [question for question in load(BUNDLED / "dev.jsonl") if question.articles]
    for name, ways in WAYS.items():
        retriever = Retriever(engine.library, engine.settings, ways=ways)
        if data:
            rows[name] = multihop_rag.figures(multihop_rag.run(asked, timed(retriever)))
        else:
            found = [(articles(retriever, question.text), set(question.articles)) for question in known]
            rows[name] = {f"hit@{k}": mean([hit_at(k, ids, right) for ids, right in found]) for k in (1, 3)} | {
                "mrr": mean([reciprocal_rank(ids, right) for ids, right in found])
            }
        rows[name] = {figure: value for figure, value in rows[name].items() if not figure.startswith("latency")}
    if as_json:
        click.echo(json.dumps({"suite": "ablation", "questions": len(asked or known), "rows": rows}))
    else:
        click.echo(table(rows))


def _print(suite: str, count: int, totals: Mapping[str, float], parts: Mapping[str, Mapping[str, float]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"suite": suite, "questions": count, "figures": totals, "by_type": parts}, ensure_ascii=False))
        return
    click.echo(f"{suite}: {count} questions")
    for name, value in totals.items():
        click.echo(f"  {name:<22} {value:8.3f}")
    for kind, figures in parts.items():
        click.echo(f"  {kind:<22} " + "  ".join(f"{name} {value:.3f}" for name, value in figures.items()))
