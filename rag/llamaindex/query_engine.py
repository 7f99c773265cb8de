"""Question → answer, as a LlamaIndex query engine."""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import QueryBundle

from rag.engine import Engine
from rag.llamaindex.nodes import as_node
from rag.types import Answer


class AnswerEngine(BaseQueryEngine):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Slugline's engine: the answer as a Response, the cited passages as its source nodes (of an abstention the nearest ones), the Answer itself in
    its metadata."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(callback_manager=None)
        self._engine = engine

    def _query(self, query_bundle: QueryBundle) -> Response:
        return as_response(self._engine.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}


def as_response(answer: Answer) -> Response:
    """The answer's text, each passage behind it once, and the answer under 'answer'."""
    hits = list({citation.hit.passage: citation.hit for citation in answer.citations}.values()) or list(answer.nearest)
    return Response(answer.text, [as_node(hit) for hit in hits], {"answer": answer})
