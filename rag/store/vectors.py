"""The vector index: a Chroma collection, written through LlamaIndex so that any LlamaIndex program can read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient

if TYPE_CHECKING:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from rag.types import Article, Passage

FOLDER = "vectors"
COLLECTION = "passages"


class Vectors:
    """Cosine search over passage vectors. A passage's id in Chroma is its number in the ledger, as a string."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = str(data_dir / FOLDER)
        self._open()

    def _open(self) -> None:
        self._client = chromadb.PersistentClient(self._folder, chromadb.Settings(anonymized_telemetry=False))
        self.collection = self._client.get_or_create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine", "ef_search": 128}}
        )

    def reload(self) -> None:
        """See what other processes wrote: a live client never does (measured: 301 counted, 1 found)."""
        SharedSystemClient.clear_system_cache()
        self._open()

    def store(self) -> ChromaVectorStore:
        """The collection as LlamaIndex knows it."""
        from llama_index.vector_stores.chroma import ChromaVectorStore

        return ChromaVectorStore(chroma_collection=self.collection)

    def add(self, passages: Sequence[tuple[int, Passage, Article, np.ndarray]]) -> None:
        """Write passages with their unit vectors, replacing any of the same number."""
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode

        nodes = [
            TextNode(
                id_=str(number),
                text=passage.text,
                embedding=vector.tolist(),
                metadata={
                    "article_id": article.id,
                    "title": article.title,
                    "outlet": article.outlet,
                    "url": article.url,
                    "published": article.published.isoformat() if article.published else "",
                    "day": article.published.toordinal() if article.published else 0,
                    "start": passage.start,
                    "end": passage.end,
                },
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
            )
            for number, passage, article, vector in passages
        ]
        self.store().add(nodes)

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget these passages; unknown numbers are no error."""
        for at in range(0, len(numbers), 1000):  # SQLite under Chroma limits the variables of one statement
            self.collection.delete(ids=[str(number) for number in numbers[at : at + 1000]])

    def count(self) -> int:
        return int(self.collection.count())

    def search(self, vector: np.ndarray, top: int) -> list[tuple[int, float]]:
        """Passage numbers with their cosines, best first."""
        have = self.count()
        if not have:
            return []
        found = self.collection.query(query_embeddings=[vector], n_results=min(top, have), include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [(int(id_), 1.0 - float(distance)) for id_, distance in zip(found["ids"][0], distances, strict=True)]

    def cosines(self, vector: np.ndarray, numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of each of `numbers` to `vector`, exact: for passages that only the words found."""
        if not numbers:
            return {}
        found = self.collection.get(ids=[str(number) for number in numbers], include=["embeddings"])
        vectors = np.asarray(found["embeddings"], dtype=np.float32).reshape(len(found["ids"]), -1)
        return dict(zip(map(int, found["ids"]), (vectors @ vector).tolist(), strict=True))
