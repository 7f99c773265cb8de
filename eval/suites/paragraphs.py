"""Questions whose paragraphs are the library (SQuAD, NewsQA): a check that the ranking does not fit one benchmark alone.

The rows are those of a `.jsonl.xz` file with `question`, `context`, `source`, `use` and `is_impossible`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.metrics import hit_at, mean, reciprocal_rank


def _ids(rows: Sequence[Mapping[str, Any]], source: str) -> dict[str, str]:
    contexts = dict.fromkeys(row["context"] for row in rows if row["source"] == source)
    return {context: f"{source}-{number:04d}" for number, context in enumerate(contexts)}


def corpus_file(rows: Sequence[Mapping[str, Any]], source: str, work: Path) -> Path:
    """The paragraphs of `source` as JSON Lines in `work`, for ingesting."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"{source}.jsonl"
    articles = [{"id": id_, "text": context} for context, id_ in _ids(rows, source).items()]
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
    return path


def questions(rows: Sequence[Mapping[str, Any]], source: str, use: str, most: int | None = None) -> list[tuple[str, str]]:
    """(question, id of its paragraph) of the answerable rows of `source` meant for `use`; with `most`, that many, drawn with a fixed seed."""
    ids = _ids(rows, source)
    found = [
        (row["question"], ids[row["context"]])
        for row in rows
        if row["source"] == source and row["use"] == use and not row["is_impossible"]
    ]
    if most is not None and most < len(found):
        found = random.Random(0).sample(found, most)  # noqa: S311
    return found


def figures(asked: Sequence[tuple[str, str]], search: Callable[[str], Sequence[str]]) -> dict[str, float]:
    """How well `search` (question → paragraph ids, best first) does: shares 0 to 1, higher is better."""
    ranked = [(search(question), {paragraph}) for question, paragraph in asked]
    return {
        "hit@1": mean([hit_at(1, ids, right) for ids, right in ranked]),
        "hit@5": mean([hit_at(5, ids, right) for ids, right in ranked]),
        "mrr": mean([reciprocal_rank(ids, right) for ids, right in ranked]),
    }
