"""Any retrieval set in BEIR's format (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv` in one folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import mean, ndcg_at, recall_at, reciprocal_rank
from rag.errors import BadInput

DEEP = 100


@dataclass(frozen=True)
class Query:
    """A query with the gain of each document judged relevant."""

    id: str
    text: str
    gains: dict[str, float]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except json.JSONDecodeError as error:
                        raise BadInput(f"{path}:{number}", f"the line is not JSON ({error.msg})") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error}); give a folder in BEIR's format") from error


def corpus_file(data: Path, work: Path) -> Path:
    """The documents of `data`/corpus.jsonl as articles in `work`, for ingesting.

    Raises:
        BadInput: `data` holds no such file.
    """
    work.mkdir(parents=True, exist_ok=True)
    path = work / "beir.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for document in _lines(data / "corpus.jsonl"):
            title, text = document.get("title") or "", document.get("text") or ""
            if title or text:
                file.write(json.dumps({"id": document["_id"], "title": title if text else "", "text": text or title}) + "\n")
    return path


def queries(data: Path, split: str = "test") -> list[Query]:
    """The queries that `data`/qrels/`split`.tsv judges at least one document relevant for.

    Raises:
        BadInput: `data` is not in BEIR's format.
    """
    judged: dict[str, dict[str, float]] = {}
    path = data / "qrels" / f"{split}.tsv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if float(row["score"]) > 0:
                    judged.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise BadInput(str(path), f"is not a BEIR judgement file ({error!r})") from error
    return [
        Query(query["_id"], query["text"], judged[query["_id"]])
        for query in _lines(data / "queries.jsonl")
        if query["_id"] in judged
    ]


def figures(asked: Sequence[Query], search: Callable[[str], Sequence[str]]) -> dict[str, float]:
    """How well `search` (query → document ids, best first, up to DEEP) does: shares 0 to 1, higher is better."""
    ranked = [(list(search(query.text)), query.gains) for query in asked]
    return {
        "ndcg@10": mean([ndcg_at(10, ids, gains) for ids, gains in ranked]),
        "mrr@10": mean([reciprocal_rank(ids[:10], set(gains)) for ids, gains in ranked]),
        f"recall@{DEEP}": mean([recall_at(DEEP, ids, set(gains)) for ids, gains in ranked]),
    }
