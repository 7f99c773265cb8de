"""MultiHop-RAG (Tang and Yang, 2024): questions whose evidence is spread over news articles, scored as its authors do.

Null questions are left out; white space is taken out of gold facts and passages; a passage counts when it contains a gold fact.
all-evidence@10 asks for every gold fact among the first ten, for a comparison is answered only when both sides are found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import mean, percentile
from rag.errors import BadInput

TOP = 10


@dataclass(frozen=True)
class Question:
    """A question with the sentences that answer it."""

    text: str
    type: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the first TOP passages hold. `hits[i]` says whether passage i holds a gold fact."""

    question: Question
    hits: tuple[bool, ...]
    whole: bool
    ms: float


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error}); give the folder of MultiHop-RAG's two JSON files") from error


def corpus_file(data: Path, work: Path) -> Path:
    """The articles of `data`/corpus.json as JSON Lines in `work`, for ingesting.

    Raises:
        BadInput: `data` holds no such file.
    """
    work.mkdir(parents=True, exist_ok=True)
    path = work / "multihop_rag.jsonl"
    path.write_text("".join(json.dumps(article) + "\n" for article in _json(data / "corpus.json")), "utf-8")
    return path


def questions(data: Path) -> list[Question]:
    """The answerable questions of `data`/MultiHopRAG.json.

    Raises:
        BadInput: `data` holds no such file, or another one.
    """
    path = data / "MultiHopRAG.json"
    try:
        return [
            Question(row["query"], row["question_type"], tuple(item["fact"] for item in row["evidence_list"]))
            for row in _json(path)
            if row["question_type"] != "null_query"
        ]
    except (KeyError, TypeError) as error:
        raise BadInput(str(path), f"is not a list of MultiHop-RAG questions: {error!r}") from error


def half(text: str) -> int:
    """0 or 1, the same for a question always: choose on one half, confirm on the other."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def squash(text: str) -> str:
    """`text` without spaces and newlines, as upstream compares."""
    return text.replace(" ", "").replace("\n", "")


def judge(question: Question, passages: Sequence[str], ms: float = 0.0) -> Outcome:
    """What the first TOP of `passages`, best first, hold."""
    texts = [squash(text) for text in passages[:TOP]]
    facts = [squash(fact) for fact in question.facts]
    hits = tuple(any(fact in text for fact in facts) for text in texts)
    return Outcome(question, hits, all(any(fact in text for text in texts) for fact in facts), ms)


def run(asked: Sequence[Question], search: Callable[[str], tuple[Sequence[str], float]]) -> list[Outcome]:
    """Ask each; `search` gives passage texts best first, and how many milliseconds it took."""
    return [judge(question, *search(question.text)) for question in asked]


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares are 0 to 1, higher is better; latencies are milliseconds a search."""
    return {
        "hits@4": mean([float(any(o.hits[:4])) for o in outcomes]),
        "hits@10": mean([float(any(o.hits)) for o in outcomes]),
        "mrr@10": mean([next((1 / rank for rank, hit in enumerate(o.hits, 1) if hit), 0.0) for o in outcomes]),
        "all_evidence@10": mean([float(o.whole) for o in outcomes]),
        "latency_p50_ms": percentile([o.ms for o in outcomes], 0.5),
        "latency_p95_ms": percentile([o.ms for o in outcomes], 0.95),
    }


def by_type(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """`figures` for each type of question."""
    kinds = sorted({o.question.type for o in outcomes})
    return {kind: figures([o for o in outcomes if o.question.type == kind]) for kind in kinds}
