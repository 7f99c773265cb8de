"""The vector index: a Chroma collection, written through LlamaIndex so that any LlamaIndex program can read it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import chromadb
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.errors import InternalError, NotFoundError

from rag.store.intact import cut_short

if TYPE_CHECKING:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from rag.types import Article, Passage

COLLECTION = "passages"
SAME = 0.999  # cosine of a vector to its own float16 form, and above
SOON, LOOKS = 0.05, 10  # seconds between looks at a file that is cut short, and how many
BATCH = 1000  # SQLite under Chroma limits the variables of one statement


class Vectors:
    """Cosine search over passage vectors. A passage's id in Chroma is its number in the ledger, as a string."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        """Open the collection in `folder`; `create` makes an empty one.

        Raises:
            ChromaError: there is none, or it cannot be read.
        """
        self._folder = folder
        if not create:
            if not (folder / "chroma.sqlite3").exists():  # Chroma would make an empty one and say nothing
                raise NotFoundError(f"{folder} holds no Chroma database")
            self._see_whole()
        self._open(create)

    def _see_whole(self) -> None:
        """Raises InternalError when a file stays cut short: a writer may be at it right now, and is soon done."""
        for wait in (*[SOON] * LOOKS, 0.0):
            cut = cut_short(self._folder)
            if not cut:
                return
            time.sleep(wait)
        raise InternalError(f"{self._folder / cut} is cut short")

    def _open(self, create: bool = False) -> None:
        SharedSystemClient.clear_system_cache()  # else this process gets the client it had, and what that saw then
        self._client = chromadb.PersistentClient(str(self._folder), chromadb.Settings(anonymized_telemetry=False))
        if create:
            self.collection = self._client.get_or_create_collection(
                COLLECTION, configuration={"hnsw": {"space": "cosine", "ef_search": 128}}
            )
        else:
            self.collection = self._client.get_collection(COLLECTION)

    def reload(self) -> None:
        """See what other processes wrote: a live client never does (measured: 301 counted, 1 found)."""
        self._see_whole()
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
        for at in range(0, len(numbers), BATCH):
            self.collection.delete(ids=[str(number) for number in numbers[at : at + BATCH]])

    def count(self) -> int:
        return int(self.collection.count())

    def numbers(self) -> set[int]:
        """Of every passage it holds."""
        return {int(id_) for id_ in self.collection.get(include=[])["ids"]}

    def search(self, vector: np.ndarray, top: int) -> list[tuple[int, float]]:
        """Passage numbers with their cosines, best first."""
        return self.search_all(vector[None], top)[0]

    def search_all(self, vectors: np.ndarray, top: int) -> list[list[tuple[int, float]]]:
        """`search` for each row of `vectors`, in one call."""
        if top < 1:
            return [[] for _ in vectors]
        found = self.collection.query(query_embeddings=vectors, n_results=top, include=["distances"])
        return [
            [(int(id_), 1.0 - float(distance)) for id_, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
        ]

    def lost(self, stored: Iterable[tuple[int, np.ndarray]]) -> list[int]:
        """Numbers of those of `stored` (number, vector) whose vector cannot be found by searching for it.

        A damaged graph still counts them all and answers every query, with the wrong neighbours.
        """
        lost, batch = list[int](), list[tuple[int, np.ndarray]]()
        for one in chain(stored, [None]):
            if one is not None:
                batch.append(one)
            if batch and (one is None or len(batch) == BATCH):
                found = self.search_all(np.stack([vector for _, vector in batch]).astype(np.float32), 1)
                lost += [n for (n, _), best in zip(batch, found, strict=True) if not best or best[0][1] < SAME]
                batch = []
        return lost
