"""(answer, passages) → whether they bear it out, as a LlamaIndex evaluator that asks no language model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from llama_index.core.evaluation import BaseEvaluator, EvaluationResult

from rag.sentences import sentences as cut
from rag.types import Support
from rag.verify import verify_all


class SupportEvaluator(BaseEvaluator):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Judges every sentence of a response against its contexts, each alone and all together.

    `score` is the share of sentences that are borne out (0 to 1), `passing` is whether all are, and `feedback` names those that are not.
    """

    async def aevaluate(
        self,
        query: str | None = None,
        response: str | None = None,
        contexts: Sequence[str] | None = None,
        **_: Any,
    ) -> EvaluationResult:
        """
        Raises:
            ValueError: there is no response or no context to judge it by.
        """
        if not response or not contexts:
            raise ValueError("A response and at least one context are needed to tell whether it is borne out.")
        sentences = [response[span.start : span.end] for span in cut(response)]
        judged = await asyncio.to_thread(verify_all, [(sentence, contexts) for sentence in sentences])
        lacking = [sentence for sentence, (support, _) in zip(sentences, judged, strict=True) if support is not Support.FULL]
        return EvaluationResult(
            query=query,
            response=response,
            contexts=list(contexts),
            passing=not lacking,
            score=1 - len(lacking) / len(sentences) if sentences else 0.0,
            feedback="".join(f"Not borne out: {sentence}\n" for sentence in lacking),
        )

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts_dict: dict[str, Any]) -> None:
        """It has none."""
