"""The results of one run as a document: made, kept, read back, written as JSON and CSV. docs/evaluation.md describes its schema."""

from __future__ import annotations

import csv
import datetime as dt
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.figures import Item, by_type, measured
from eval.state import of_library, of_machine
from eval.statistics import Estimate
from eval.suite import Context, Suite
from rag.errors import BadInput, SluglineError

SCHEMA = 1
FOLDER = "evals"  # in the library's folder: what ran before
_DIGITS = 6
Results = dict[str, Any]


def run(suite: Suite, context: Context) -> Results:
    """Run a suite and measure it.

    Raises:
        SluglineError: it cannot run: no data, another library, a judge that answers nothing.
    """
    started = time.perf_counter()
    items = suite.run(context)
    return document(suite, context, items, time.perf_counter() - started)


def document(suite: Suite, context: Context, items: Sequence[Item], seconds: float = 0.0) -> Results:
    """What came of a run, with every figure's interval, what it was made with, and every item."""
    if len({item.id for item in items}) < len(items):
        raise SluglineError(f"The data of {suite.name} give several items one id: each needs its own to be compared.")
    found = measured(suite.figures, items)
    groups = by_type(suite.figures, items)
    return {
        "schema": SCHEMA,
        "suite": suite.name,
        "split": context.split,
        "at": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
        "questions": sum(suite.primary in item.scores for item in items),
        "figures": {name: _round(one.value) for name, one in found.items()},
        "intervals": _intervals(found),
        "counts": {name: one.count for name, one in found.items()},
        "by_type": {kind: {"questions": n, **{k: _round(e.value) for k, e in of.items()}} for kind, (n, of) in groups.items()},
        "intervals_by_type": {kind: _intervals(of) for kind, (_, of) in groups.items()},
        "failed": [{"id": item.id, "error": item.failed} for item in items if item.failed],
        "judge": context.judge.name,
        "state": {**(of_library(context.engine()) if suite.library else {}), **of_machine()},
        "seconds": round(seconds, 1),
        "items": [_as_json(item) for item in items],
    }


def _round(value: float) -> float:
    return round(value, _DIGITS)


def _intervals(found: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {name: [_round(one.low), _round(one.high)] for name, one in found.items()}


def _as_json(item: Item) -> dict[str, Any]:
    scores = {name: _round(value) for name, value in item.scores.items()}
    return {"id": item.id, "type": item.type, "question": item.question, "scores": scores, "failed": item.failed, **item.detail}


def items_of(results: Results) -> list[Item]:
    """The items of a document, with their scores and without their detail."""
    return [Item(row["id"], row["type"], row["question"], row["scores"], failed=row["failed"]) for row in results["items"]]


def load(path: Path) -> Results:
    """A document written before.

    Raises:
        BadInput: it is not one, or one of another schema.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error}); give a results.json of slugline eval") from error
    if not isinstance(found, dict) or "schema" not in found or "figures" not in found:
        raise BadInput(str(path), "is not a results.json of slugline eval")
    if found["schema"] != SCHEMA:
        raise BadInput(str(path), f"has schema {found['schema']}, this Slugline reads {SCHEMA}; run the evaluation again")
    return found


def keep(results: Results, data_dir: Path) -> Path:
    """Write a document among the earlier runs of a library, without the texts of passages; returns where."""
    moment = dt.datetime.now(dt.timezone.utc).strftime("%Y%m%dT%H%M%S.%fZ")
    path = data_dir / FOLDER / moment / "results.json"
    return write_json(light(results), path)


def light(results: Results) -> Results:
    """The document without the texts of passages, which are most of it."""
    return {**results, "items": [_light(row) for row in results["items"]]}


def _light(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("passage", "passages")}
    if "sources" in kept:
        kept["sources"] = [{name: v for name, v in source.items() if name != "passage"} for source in kept["sources"]]
    return kept


def write_json(results: Mapping[str, Any], path: Path) -> Path:
    """Write a document whole or not at all; returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
    part.replace(path)
    return path


def earlier(data_dir: Path, suite: str, split: str = "") -> list[Results]:
    """The runs of a suite (and split) that a library has kept, oldest first, items left out; files that cannot be read are passed
    over, for they are only history."""
    out = []
    for path in sorted((data_dir / FOLDER).glob("*/results.json")):
        try:
            found = load(path)
        except BadInput:
            continue
        if found["suite"] == suite and split in ("", found["split"]):
            out.append({**found, "items": []})
    return out


def write_csv(results: Results, path: Path) -> Path:
    """A row for each item: id, type, question, answer, why it failed, and every score; returns `path`."""
    columns = list(dict.fromkeys(name for row in results["items"] for name in row["scores"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "type", "question", "answer", "failed", *columns])
        for row in results["items"]:
            texts = [_cell(str(row.get(name, ""))) for name in ("id", "type", "question", "answer", "failed")]
            table.writerow([*texts, *(row["scores"].get(name, "") for name in columns)])
    return path


def _cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
