"""Passages of any LlamaIndex retriever → an answer in their own sentences, or that they do not tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from llama_index.core.base.response.schema import Response
from llama_index.core.llms import MockLLM
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.engine import Engine
from rag.llamaindex.nodes import as_hit
from rag.llamaindex.query_engine import as_response
from rag.question import understand
from rag.retrieve import Retrieved
from rag.store.words import stems
from rag.types import Hit


class QuotingSynthesizer(BaseSynthesizer):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Answers in sentences of the nodes it is given, word for word, each with its citation, and needs no language model.

    The nodes count as ranked, best first. `engine` lends its models, its settings, and its library's knowledge of which words are rare.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(llm=MockLLM())  # never asked; without one LlamaIndex would look for OpenAI's
        self._engine = engine

    def synthesize(
        self,
        query: str | QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **_: Any,
    ) -> Response:
        """The answer as a Response, as `AnswerEngine` gives it, and `additional_source_nodes` behind its own."""
        question = query if isinstance(query, str) else query.query_str
        hits = [as_hit(node) for node in nodes]
        with self._engine.turn():
            response = as_response(self._engine.answer_from(self._found(question, hits)))
        response.source_nodes.extend(additional_source_nodes or [])
        return response

    async def asynthesize(
        self,
        query: str | QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **_: Any,
    ) -> Response:
        """`synthesize` in a thread."""
        return await asyncio.to_thread(self.synthesize, query, nodes, additional_source_nodes)

    def get_response(self, query_str: str, text_chunks: Sequence[str], **_: Any) -> str:
        """The answer's text, from texts that nothing else is known of."""
        nodes = [NodeWithScore(node=TextNode(text=text)) for text in text_chunks]
        return str(self.synthesize(query_str, nodes))

    async def aget_response(self, query_str: str, text_chunks: Sequence[str], **_: Any) -> str:
        """`get_response` in a thread."""
        return await asyncio.to_thread(self.get_response, query_str, text_chunks)

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        """It has none."""

    def _found(self, question: str, hits: Sequence[Hit]) -> Retrieved:
        """What Slugline's own search would say of `hits`."""
        library = self._engine.library
        vector = library.embedder.question(question)
        wanted = {stem: library.idf(stem) for stem in set(stems(question))}
        embedded = library.embedder.passages([hit.passage.text for hit in hits], [hit.passage.sentences for hit in hits])
        words = np.array([sum(wanted.get(stem, 0.0) for stem in set(stems(hit.passage.text))) for hit in hits])
        compared = [
            replace(hit, score=1 / (1 + rank), words=float(share), dense=float(one.vector @ vector))
            for rank, (hit, one, share) in enumerate(zip(hits, embedded, words / (words.max(initial=0.0) or 1.0), strict=True))
        ]
        return Retrieved(understand(question, library.outlets()), compared, [one.spans for one in embedded], vector)
