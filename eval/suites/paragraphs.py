"""Questions whose paragraphs are the library (SQuAD, NewsQA): a check that the ranking does not fit one benchmark alone.

The rows are those of a `.jsonl.xz` file with `question`, `context`, `source`, `use` and `is_impossible`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.figures import Figure, Item, share_of
from eval.metrics import hit_at, reciprocal_rank
from eval.ranking import articles
from eval.suite import Context, Suite
from eval.suites.ablation import WAYS
from eval.suites.reading import articles_file, lines
from rag.errors import SluglineError
from rag.retrieve import Retriever, Ways

SOURCES = ("squad2", "newsqa")
# What is put behind a figure's name, and what the ranking may use.
_WAYS = {"": Ways(), "_words_alone": WAYS["words alone"], "_meaning_alone": WAYS["meaning alone"]}


def _ids(rows: Sequence[Mapping[str, Any]], source: str) -> dict[str, str]:
    contexts = dict.fromkeys(row["context"] for row in rows if row["source"] == source)
    return {context: f"{source}-{number:04d}" for number, context in enumerate(contexts)}


def corpus_file(rows: Sequence[Mapping[str, Any]], source: str, work: Path) -> Path:
    """The paragraphs of `source` as JSON Lines in `work`, for ingesting."""
    return articles_file(work / f"{source}.jsonl", ({"id": id_, "text": context} for context, id_ in _ids(rows, source).items()))


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


def run(context: Context) -> list[Item]:
    """Ask the questions of the one source in the data, by everything, by words alone and by meaning alone.

    Raises:
        SluglineError: the data holds none of SOURCES or several, or the library holds other articles.
    """
    rows = [row for _, row in lines(SUITE.data_of(context), SUITE.data)]
    known = [source for source in SOURCES if any(row["source"] == source for row in rows)]
    if len(known) != 1:
        raise SluglineError(
            f"{context.data} should hold one source of {', '.join(SOURCES)}; it holds {', '.join(known) or 'none'}."
        )
    source = known[0]
    engine = context.engine()
    if any(not article.id.startswith(source) for article in engine.library.articles()):
        raise SluglineError(
            f"{engine.library.data_dir} holds other articles than the paragraphs of {source}. Give a --data-dir of its own."
        )
    context.fill(corpus_file(rows, source, engine.library.data_dir))
    by_way = {name: Retriever(engine.library, engine.settings, ways=ways) for name, ways in _WAYS.items()}
    items = []
    for number, (question, paragraph) in enumerate(context.some(questions(rows, source, "dev"))):
        scores = dict[str, float]()
        for way, retriever in by_way.items():
            ids = articles(retriever, question)
            scores |= {f"hit@{k}{way}": hit_at(k, ids, {paragraph}) for k in (1, 5)}
            scores[f"mrr{way}"] = reciprocal_rank(ids, {paragraph})
        items.append(Item(f"{source}-q{number:04d}", source, question, scores, {"expected": {"articles": [paragraph]}}))
    return items


def _figures() -> dict[str, Figure]:
    out = dict[str, Figure]()
    for way in _WAYS:
        by = f", by {way[1:].replace('_', ' ')}" if way else ""
        out |= {f"hit@{k}{way}": Figure(share_of(f"hit@{k}{way}"), f"the paragraph is among the first {k}{by}") for k in (1, 5)}
        out[f"mrr{way}"] = Figure(share_of(f"mrr{way}"), f"1 over the rank of the paragraph{by}")
    return out


SUITE = Suite(
    "paragraphs",
    "questions whose paragraphs are the library: a check that the ranking does not fit one benchmark alone",
    "any rows of question, context, source, use, is_impossible, such as of SQuAD 2.0 (rajpurkar.github.io/SQuAD-explorer) or NewsQA",
    "SQuAD CC BY-SA 4.0; NewsQA research only",
    "rank of the question's own paragraph, of the rows whose use is dev",
    _figures(),
    "hit@1",
    run,
    "a .jsonl or .jsonl.xz file of rows of one source",
)
