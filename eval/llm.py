"""A language model behind an OpenAI-compatible endpoint, as LlamaIndex's evaluators take it."""

from __future__ import annotations

from typing import Any

import httpx
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_completion_callback

SECONDS = 120.0  # for one answer


class EndpointLLM(CustomLLM):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """POSTs to ADDRESS/chat/completions, at temperature 0 and with a fixed seed. Raises httpx.HTTPError when that fails."""

    model: str
    address: str
    key: str = ""
    context: int = 8192

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name=self.model, context_window=self.context, is_chat_model=False)

    def _request(self, prompt: str) -> dict[str, Any]:
        return {
            "url": f"{self.address.rstrip('/')}/chat/completions",
            "headers": {"Authorization": f"Bearer {self.key}"} if self.key else {},
            "json": {"model": self.model, "messages": [{"role": "user", "content": prompt}], "temperature": 0, "seed": 7},
        }

    @llm_completion_callback()  # type: ignore[untyped-decorator]
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            return _said(client.post(**self._request(prompt)))

    @llm_completion_callback()  # type: ignore[untyped-decorator]
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            return _said(await client.post(**self._request(prompt)))

    @llm_completion_callback()  # type: ignore[untyped-decorator]
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        yield self.complete(prompt, formatted, **kwargs)


def _said(response: httpx.Response) -> CompletionResponse:
    response.raise_for_status()
    try:
        return CompletionResponse(text=str(response.json()["choices"][0]["message"]["content"]))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise httpx.DecodingError(f"not what an OpenAI-compatible endpoint answers: {response.text[:200]!r}") from error


def open_llm(model: str, address: str, key: str = "") -> EndpointLLM:
    """The model called `model` at `address` (which ends in /v1, as such endpoints do)."""
    return EndpointLLM(model=model, address=address, key=key)
