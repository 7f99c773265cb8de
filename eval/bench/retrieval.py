"""Slugline's search beside a plain LlamaIndex retriever over Chroma and, where it is installed, txtai's hybrid.

All three embed with the library's own model and hold the same passages, head in front, as the library embeds them.
The questions are MultiHop-RAG's, drawn with a fixed seed; every system is asked each once before the clock runs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.suites import multihop_rag
from eval.suites.ablation import table as table  # the same shape of table
from rag.config import load_settings
from rag.embed import Embedder, open_embedder
from rag.retrieve import Retriever
from rag.store.library import Library, head

Search = Callable[[str], list[str]]


def run(data: Path, data_dir: Path, count: int) -> dict[str, dict[str, float]]:
    """For each system: MultiHop-RAG's figures and milliseconds a question."""
    settings = load_settings(data_dir=data_dir)
    library = Library(data_dir, open_embedder(settings.embed_model))
    asked = random.Random(0).sample(multihop_rag.questions(data), count)  # noqa: S311
    numbers = sorted(library.ledger.numbers(library.ledger.generation))
    read = library.read(numbers)
    texts = [head(article) + passage.text for passage, article, _, _ in read.values()]
    bodies = [passage.text for passage, _, _, _ in read.values()]
    vectors = [vector.astype("float32") for _, _, _, vector in read.values()]
    retriever = Retriever(library, settings)
    systems: dict[str, Search] = {
        "slugline": lambda text: [hit.passage.text for hit in retriever.search(text, multihop_rag.TOP).hits],
        "LlamaIndex + Chroma": _llamaindex(library),
    }
    if find_spec("txtai"):
        systems["txtai hybrid"] = _txtai(library.embedder, texts, bodies, vectors)
    return {name: _measured(search, asked) | {"passages": float(len(texts))} for name, search in systems.items()}


def _measured(search: Search, asked: Sequence[multihop_rag.Question]) -> dict[str, float]:
    for question in asked:
        search(question.text)

    def timed(text: str) -> tuple[list[str], float]:
        started = time.perf_counter()
        found = search(text)
        return found, 1000 * (time.perf_counter() - started)

    return multihop_rag.figures(multihop_rag.run(asked, timed))


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
