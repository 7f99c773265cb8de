"""Question → ranked passages, as a LlamaIndex retriever."""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.llamaindex.nodes import as_node
from rag.retrieve import Retriever


class PassageRetriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """The best passages for a question, at most `top` (by default as many as the settings say)."""

    def __init__(self, retriever: Retriever, top: int | None = None) -> None:
        super().__init__()
        self._retriever = retriever
        self._top = top

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [as_node(hit) for hit in self._retriever.search(query_bundle.query_str, self._top).hits]
