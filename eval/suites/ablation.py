"""What each part of the ranking is worth: the same questions with one part left out, or one leg alone.

The weights are not fitted anew for each: a row says what the ranking as it is loses without the part.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.metrics import hit_at, mean, reciprocal_rank
from eval.questions import BUNDLED, load
from eval.ranking import articles, timed
from rag.engine import Engine
from rag.rerank import NONE, PACKAGED, open_reranker
from rag.retrieve import Retriever, Ways

WAYS: dict[str, Ways] = {
    "everything": Ways(),
    "meaning alone": Ways(words=False, outlets=False, dates=False, sides=False, spread=False, described=False),
    "words alone": Ways(dense=False, outlets=False, dates=False, sides=False, spread=False, described=False),
    "both, nothing else": Ways(outlets=False, dates=False, sides=False, spread=False, described=False),
    "without meaning": replace(Ways(), dense=False),
    "without words": replace(Ways(), words=False),
    "without title, outlet and date in front": replace(Ways(), heads=False),
    "without outlets": replace(Ways(), outlets=False),
    "without dates": replace(Ways(), dates=False),
    "without the who's who": replace(Ways(), described=False),
    "without sides": replace(Ways(), sides=False),
    "without spreading": replace(Ways(), spread=False),
}
RERANKED = "everything, reranked"


def run(engine: Engine, data: Path | None) -> tuple[int, dict[str, dict[str, float]]]:
    """Over MultiHop-RAG in the folder `data`, or the bundled development questions: how many questions, and each way's figures. Reranks
    with the reranker that is set, else the packaged one."""
    from eval.suites import multihop_rag

    rows: dict[str, dict[str, float]] = {}
    asked = multihop_rag.questions(data) if data else []
    known = [] if data else [question for question in load(BUNDLED / "dev.jsonl") if question.articles]
    chosen = engine.settings.reranker
    reranker = open_reranker(PACKAGED if chosen == NONE else chosen, engine.reader)
    for name, ways in {**WAYS, RERANKED: Ways()}.items():
        rerank = name == RERANKED
        retriever = Retriever(engine.library, engine.settings, reranker if rerank else None, ways)
        if asked:
            found = multihop_rag.figures(multihop_rag.run(asked, timed(retriever, multihop_rag.TOP, rerank)))
            rows[name] = {figure: value for figure, value in found.items() if not figure.startswith("latency")}
        else:
            ranked = [(articles(retriever, question.text, rerank=rerank), set(question.articles)) for question in known]
            rows[name] = {f"hit@{k}": mean([hit_at(k, ids, right) for ids, right in ranked]) for k in (1, 3)} | {
                "mrr": mean([reciprocal_rank(ids, right) for ids, right in ranked])
            }
    return len(asked or known), rows


def table(rows: dict[str, dict[str, float]]) -> str:
    """A Markdown table, a row for each way; figures to three digits."""
    columns = list(next(iter(rows.values())))
    lines = [f"| ranking | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [f"| {name} | {' | '.join(f'{row[column]:.3f}' for column in columns)} |" for name, row in rows.items()]
    return "\n".join(lines)
