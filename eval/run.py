"""Run the bundled suite and print its figures."""

from __future__ import annotations

import json

import click

from eval.suites.bundled import Outcome, by_type, figures
from eval.suites.bundled import run as run_bundled
from rag.engine import Engine
from rag.errors import SluglineError


def run(engine: Engine, split: str, as_json: bool, wrong: bool) -> None:
    """Ask the questions of `split` and print figures as a table or as one JSON document; `wrong` lists the mistakes.

    Raises:
        SluglineError: the library does not hold the bundled articles.
    """
    ids = {article.id for article in engine.library.articles()}
    if not {f"{n:03d}" for n in range(1, 86)} <= ids:
        raise SluglineError(
            f"The bundled questions are over the bundled articles, and {engine.library.data_dir} does not hold all of them. "
            "Bring them in with: slugline ingest corpus"
        )
    engine.ask("What does the coverage say?")  # loads the models: latencies are of a warm engine
    outcomes = run_bundled(engine, split)
    totals, types = figures(outcomes), by_type(outcomes)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "suite": "bundled",
                    "split": split,
                    "questions": len(outcomes),
                    "figures": totals,
                    "by_type": {kind: {"questions": count, "correct": share} for kind, (count, share) in types.items()},
                    "items": [_item(outcome) for outcome in outcomes],
                },
                ensure_ascii=False,
            )
        )
        return
    click.echo(f"bundled/{split}: {len(outcomes)} questions")
    for name, value in totals.items():
        click.echo(f"  {name:<22} {value:8.3f}")
    click.echo("  correct by type")
    for kind, (count, share) in types.items():
        click.echo(f"    {kind:<20} {share:8.3f}  of {count}")
    if wrong:
        for outcome in outcomes:
            if not outcome.correct:
                click.echo(
                    f"\n{outcome.question.id} [{outcome.question.type}] {outcome.question.text}\n  -> {outcome.answer.text}"
                )


def _item(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.question.id,
        "type": outcome.question.type,
        "question": outcome.question.text,
        "answer": outcome.answer.text,
        "abstained": outcome.answer.abstained,
        "confidence": outcome.answer.confidence,
        "correct": outcome.correct,
        "ranked": list(outcome.ranked[:10]),
    }
