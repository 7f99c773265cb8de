"""A language model behind an OpenAI-compatible address, through LlamaIndex: streams, tries again where that helps, and fails in words."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.config import LLMSettings
from rag.errors import SluglineError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0  # seconds before the second try, doubled each time, and at most
# Some servers want no key and the client wants one; left empty, it would send OPENAI_API_KEY to whatever address is set.
_NO_KEY = "none"


class ModelFailed(SluglineError):
    """The language model gave no answer. `reason` continues 'The language model ...' and never holds a key or what the server wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The language model {reason}.")
        self.reason = reason


class _Again(Exception):
    """Worth another try, `wait` seconds from now if the server said how many."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


@dataclass
class Spent:
    """Tokens that the server says a call took; empty when it does not say."""

    tokens: dict[str, int] = field(default_factory=dict)


class Model:
    """Asks a LlamaIndex LLM. `llm` may be any: the three settings make an OpenAI-compatible one."""

    def __init__(self, llm: LLM, settings: LLMSettings) -> None:
        self.llm = llm
        self.settings = settings
        self.name = str(llm.metadata.model_name or settings.model)

    @classmethod
    def open(cls, settings: LLMSettings) -> Model:
        """The model that `settings` name; nothing is sent yet.

        Raises:
            SluglineError: the address is none, or the model cannot be spoken to in this way.
        """
        if urlsplit(settings.base_url).scheme not in {"http", "https"} or not urlsplit(settings.base_url).hostname:
            raise SluglineError("Setting llm.base_url: write an address such as http://localhost:11434/v1.")
        from llama_index.llms.openai_like import OpenAILike

        try:
            llm = OpenAILike(
                model=settings.model,
                api_base=settings.base_url,
                api_key=settings.api_key.get_secret_value() or _NO_KEY,
                is_chat_model=True,
                context_window=settings.window,
                max_tokens=settings.max_tokens,
                temperature=0.0,
                timeout=settings.timeout,
                max_retries=0,  # LlamaIndex tries the call again, never the stream
            )
        except ValueError as error:
            raise SluglineError(
                f"Setting llm.model: {settings.model!r} cannot be used over the chat API. Name another model."
            ) from error
        return cls(llm, settings)

    def complete(self, messages: Sequence[ChatMessage]) -> str:
        """The whole reply.

        Raises:
            ModelFailed: after the last try.
        """
        text = ""
        for piece in self.stream(messages):
            text = "" if piece is None else text + piece
        return text

    def stream(self, messages: Sequence[ChatMessage], spent: Spent | None = None) -> Iterator[str | None]:
        """The reply piece by piece. None means that it begins anew: what came before is to be forgotten.

        Time-outs, 429, 5xx, streams cut short, chunks that are none and empty replies are tried again, `settings.tries` times in all.

        Raises:
            ModelFailed: after the last try, or at once where trying again cannot help.
        """
        for n in range(self.settings.tries):
            if n:
                yield None
            try:
                yield from self._once(messages, spent or Spent())
            except _Again as error:
                if n == self.settings.tries - 1:
                    tries = f" ({self.settings.tries} tries)" if n else ""
                    raise ModelFailed(error.reason + tries) from None
                wait = FIRST_WAIT * 2**n * random.uniform(0.5, 1.5) if error.wait is None else error.wait  # noqa: S311
                time.sleep(min(wait, LONGEST_WAIT))
            else:
                return

    def _once(self, messages: Sequence[ChatMessage], spent: Spent) -> Iterator[str]:
        wrote, finished, most = 0, False, 12 * self.settings.max_tokens
        replies = self._replies(messages)
        for reply in replies:
            piece = reply.delta or ""
            finished = finished or _finish(reply.raw)
            spent.tokens.update(_tokens(reply.raw))
            if piece:
                wrote += len(piece)
                yield piece
            if wrote > most:  # it does not heed max_tokens
                return
        if not wrote:
            raise _Again("wrote nothing")
        if not finished and _speaks_openai(self.llm):
            raise _Again("broke off in the middle")

    def _replies(self, messages: Sequence[ChatMessage]) -> Iterator[Any]:
        """LlamaIndex's replies, whatever goes wrong told as one of our two errors."""
        try:
            yield from self.llm.stream_chat(list(messages))
        except GeneratorExit:
            raise
        except Exception as error:
            raise _told(error, self.settings) from None  # the error itself may hold the key or what the server wrote


def _speaks_openai(llm: LLM) -> bool:
    return type(llm).__module__.startswith("llama_index.llms.openai")


def _finish(raw: Any) -> bool:
    choices = getattr(raw, "choices", None) or []
    return any(getattr(choice, "finish_reason", None) for choice in choices)


def _tokens(raw: Any) -> dict[str, int]:
    usage = getattr(raw, "usage", None)
    counts = {"prompt": getattr(usage, "prompt_tokens", None), "completion": getattr(usage, "completion_tokens", None)}
    return {name: count for name, count in counts.items() if isinstance(count, int)}


def _told(error: Exception, settings: LLMSettings) -> Exception:
    """`error` as _Again or ModelFailed, in words of our own."""
    import httpx
    import openai

    where = urlsplit(settings.base_url).hostname or "its address"
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return _Again(f"did not answer within {settings.timeout:g} seconds")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, where)
    if isinstance(error, openai.APIConnectionError):
        return _Again(f"could not be reached at {where}")
    if isinstance(error, httpx.HTTPError):
        return _Again("broke off in the middle")
    # What LlamaIndex and the client raise over a chunk that is not what the API promises.
    if isinstance(error, (openai.APIError, json.JSONDecodeError, AttributeError, KeyError, IndexError, TypeError, ValueError)):
        return _Again("sent something that is no answer")
    return ModelFailed(f"failed ({type(error).__name__})")


def _of_status(error: Any, where: str) -> Exception:
    code = error.status_code
    if code == 429 and getattr(error, "code", None) != "insufficient_quota":
        return _Again(f"at {where} takes no more questions for now (429)", _retry_after(error.response.headers))
    if code >= 500 or code in {408, 409, 425}:
        return _Again(f"at {where} failed ({code})", _retry_after(error.response.headers))
    told = {
        400: "refused the question (400): perhaps llm.window is larger than the model's",
        401: "refused the key (401): check llm.api_key",
        403: "refused the key (403): check llm.api_key",
        404: "is not there (404): check llm.base_url and llm.model",
        429: "has no credit left (429)",
    }
    return ModelFailed(f"at {where} {told.get(code, f'refused the question ({code})')}")


def _retry_after(headers: Any) -> float | None:
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None
