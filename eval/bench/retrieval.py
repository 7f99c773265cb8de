"""Slugline's search beside its peers in one run: plain LlamaIndex over Chroma, txtai's hybrid, bm25s; those not installed are left out.

All hold the same passages, head in front, and those that embed do so with the library's own model and vectors. The questions are
MultiHop-RAG's, drawn with a fixed seed; every system is asked each question once before the clock runs, and then all systems each
question in turn, so that what else the machine does falls on all of them alike.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.figures import Item, measured, statistics
from eval.statistics import Difference, Estimate, paired
from eval.suites import multihop_rag
from rag.config import load_settings
from rag.embed import Embedder, open_embedder
from rag.retrieve import Retriever
from rag.store.library import Library, head

Search = Callable[[str], list[str]]

OURS = "Slugline"
_SHOWN = ("hits@4", "hits@10", "mrr@10", "all_evidence@10", "latency_p50_ms", "latency_p95_ms")


def run(data: Path, data_dir: Path, count: int) -> dict[str, Any]:
    """For each system MultiHop-RAG's figures with their intervals, and how Slugline differs from it on the same questions."""
    settings = load_settings(data_dir=data_dir)
    library = Library(data_dir, open_embedder(settings.embed_model))
    asked = multihop_rag.questions(data)
    asked = random.Random(0).sample(asked, min(count, len(asked)))  # noqa: S311
    read = library.read(sorted(library.ledger.numbers(library.ledger.generation)))
    texts = [head(article) + passage.text for passage, article, _, _ in read.values()]
    bodies = [passage.text for passage, _, _, _ in read.values()]
    vectors = [vector.astype("float32") for _, _, _, vector in read.values()]
    retriever = Retriever(library, settings)
    systems: dict[str, Search] = {
        OURS: lambda text: [hit.passage.text for hit in retriever.search(text, multihop_rag.TOP).hits],
        f"LlamaIndex {version('llama-index-core')} + Chroma {version('chromadb')}": _llamaindex(library),
    }
    if find_spec("txtai"):
        systems[f"txtai {version('txtai')} hybrid"] = _txtai(library.embedder, texts, bodies, vectors)
    if find_spec("bm25s"):
        systems[f"bm25s {version('bm25s')}"] = _bm25s(texts, bodies)
    items = _asked(systems, asked)
    return {
        "passages": len(texts),
        "questions": len(asked),
        "systems": {name: _told(items[OURS], own) for name, own in items.items()},
    }


def _asked(systems: dict[str, Search], asked: Sequence[multihop_rag.Question]) -> dict[str, list[Item]]:
    items: dict[str, list[Item]] = {name: [] for name in systems}
    for warm in (True, False):
        for number, question in enumerate(asked):
            for name, search in systems.items():
                started = time.perf_counter()
                found = search(question.text)
                ms = 1000 * (time.perf_counter() - started)
                if not warm:
                    items[name].append(multihop_rag.item(multihop_rag.judge(question, found, ms), str(number)))
    return items


def _told(ours: Sequence[Item], own: Sequence[Item]) -> dict[str, tuple[Estimate, Difference]]:
    figures = {name: multihop_rag.RETRIEVAL[name] for name in _SHOWN}
    mine, theirs = statistics(figures, ours), statistics(figures, own)
    found = measured(figures, own)
    return {name: (found[name], paired(theirs[name], mine[name], len(own))) for name in figures}


def table(found: dict[str, Any]) -> str:
    """A Markdown table, a row for each system: figures with their 95 % intervals; what does not differ surely from Slugline (paired
    bootstrap, 95 %) is marked with ~."""
    lines = [
        f"{found['questions']} questions, {found['passages']} passages",
        "",
        f"| system | {' | '.join(_SHOWN)} |",
        f"|---|{'---|' * len(_SHOWN)}",
    ]
    for name, figures in found["systems"].items():
        cells = []
        for figure in _SHOWN:
            own, difference = figures[figure]
            digits = 1 if figure.endswith("_ms") else 3
            unsure = " ~" if name != OURS and difference.low <= 0 <= difference.high else ""
            cells.append(f"{own.value:.{digits}f} ({own.low:.{digits}f} to {own.high:.{digits}f}){unsure}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _llamaindex(library: Library) -> Search:
    """The library's own Chroma collection through LlamaIndex's own retriever."""
    import chromadb
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    class Packaged(BaseEmbedding):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, library.embedder.question(query)))

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_query_embedding(text)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    library.counts()
    folder = str(library.data_dir / (library.ledger.meta("vectors") or "vectors"))
    collection = chromadb.PersistentClient(folder, chromadb.Settings(anonymized_telemetry=False)).get_collection("passages")
    index = VectorStoreIndex.from_vector_store(ChromaVectorStore(chroma_collection=collection), embed_model=Packaged())
    retriever = index.as_retriever(similarity_top_k=multihop_rag.TOP)
    return lambda text: [node.get_content() for node in retriever.retrieve(text)]


def _txtai(embedder: Embedder, texts: Sequence[str], bodies: Sequence[str], vectors: Sequence[Any]) -> Search:
    import numpy as np
    from txtai.embeddings import Embeddings

    known = dict(zip(texts, vectors, strict=True))

    def transform(batch: Sequence[str]) -> np.ndarray:
        return np.stack([known[text] if text in known else embedder.question(text) for text in batch])

    index = Embeddings(method="external", transform=transform, hybrid=True)
    index.index([(number, text, None) for number, text in enumerate(texts)])
    return lambda text: [bodies[number] for number, _ in index.search(text, multihop_rag.TOP)]


def _bm25s(texts: Sequence[str], bodies: Sequence[str]) -> Search:
    """Words alone, with bm25s's own tokenizer, English stop words and defaults."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stopwords="en", show_progress=False), show_progress=False)

    def search(text: str) -> list[str]:
        asked = bm25s.tokenize([text], stopwords="en", show_progress=False)
        numbers, _ = index.retrieve(asked, k=multihop_rag.TOP, show_progress=False)
        return [bodies[int(number)] for number in numbers[0]]

    return search
