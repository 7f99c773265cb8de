"""Any retrieval set in BEIR's format (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv` in one folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.figures import Figure, Item, share_of
from eval.metrics import ndcg_at, recall_at, reciprocal_rank
from eval.ranking import articles
from eval.suite import Context, Suite
from eval.suites.reading import articles_file, lines, rows
from rag.errors import BadInput

DEEP = 100
WANTS = "a folder in BEIR's format: corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv"


@dataclass(frozen=True)
class Query:
    """A query with the gain of each document judged relevant."""

    id: str
    text: str
    gains: dict[str, float]


def corpus_file(data: Path, work: Path) -> Path:
    """The documents of `data`/corpus.jsonl as articles in `work`, for ingesting.

    Raises:
        BadInput: `data` holds no such file.
    """

    def documents() -> Iterator[dict[str, str]]:
        for where, document in lines(data / "corpus.jsonl", WANTS):
            title, text = document.get("title") or "", document.get("text") or ""
            if "_id" not in document:
                raise BadInput(where, f"has no _id; give {WANTS}")
            if title or text:
                yield {"id": document["_id"], "title": title if text else "", "text": text or title}

    return articles_file(work / "beir.jsonl", documents())


def queries(data: Path, split: str = "test") -> list[Query]:
    """The queries that `data`/qrels/`split`.tsv judges at least one document relevant for.

    Raises:
        BadInput: `data` is not in BEIR's format.
    """
    judged: dict[str, dict[str, float]] = {}
    path = data / "qrels" / f"{split}.tsv"
    for where, row in rows(path, WANTS, ("query-id", "corpus-id", "score"), "\t"):
        try:
            if float(row["score"]) > 0:
                judged.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
        except (TypeError, ValueError) as error:
            raise BadInput(where, f"is not a BEIR judgement ({error})") from error
    return [
        Query(query["_id"], query["text"], judged[query["_id"]])
        for _, query in lines(data / "queries.jsonl", WANTS)
        if query["_id"] in judged
    ]


def run(context: Context) -> list[Item]:
    """Search for every judged query."""
    data = SUITE.data_of(context)
    asked = context.some(queries(data, context.split))
    engine = context.only(corpus_file(data, context.engine().library.data_dir))
    items = []
    for done, query in enumerate(asked, 1):
        ids = articles(engine.retriever, query.text, DEEP)
        scores = {
            "ndcg@10": ndcg_at(10, ids, query.gains),
            "mrr@10": reciprocal_rank(ids[:10], set(query.gains)),
            f"recall@{DEEP}": recall_at(DEEP, ids, set(query.gains)),
        }
        items.append(
            Item(query.id, "query", query.text, scores, {"ranked": ids[:10], "expected": {"articles": list(query.gains)}})
        )
        context.progress(done, len(asked))
    return items


SUITE = Suite(
    "beir",
    "any retrieval set in BEIR's format",
    "github.com/beir-cellar/beir lists the sets and where each is found",
    "each set its own",
    "nDCG with linear gain, MRR and recall over the queries that have a positive judgement",
    {
        "ndcg@10": Figure(share_of("ndcg@10"), "discounted gain of the first 10 documents over the best order's"),
        "mrr@10": Figure(share_of("mrr@10"), "1 over the rank of the first relevant document among the first 10"),
        f"recall@{DEEP}": Figure(share_of(f"recall@{DEEP}"), f"share of the relevant documents among the first {DEEP}"),
    },
    "ndcg@10",
    run,
    WANTS,
)
