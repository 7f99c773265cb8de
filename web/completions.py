"""`/v1/chat/completions` and `/v1/models`, as OpenAI's clients speak them; citations stand in the text and in a field of their own."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from rag import show
from rag.engine import Engine
from rag.errors import SluglineError
from rag.types import Answer, Filters, Sentence
from web import asking

MODEL = "slugline"
REMEMBERED = 3  # earlier questions of a conversation that a follow-up may lean on; each is asked again, at the cost of an answer


class Part(BaseModel):
    """A piece of a message; what is no text is not read."""

    type: str
    text: str = ""


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class Wanted(BaseModel):
    """What is heeded of a request; OpenAI's other fields (temperature, tools, ...) are taken and change nothing."""

    model: str = MODEL
    messages: list[Message] = Field(min_length=1, max_length=200)
    stream: bool = False
    stream_options: StreamOptions | None = None


def router(engine: Engine) -> APIRouter:
    """The routes, to be put below `/v1`. An error is told as OpenAI's clients expect it."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "slugline"}]}

    @routes.post("/chat/completions", response_model=None)
    def complete(wanted: Wanted, request: Request) -> JSONResponse | StreamingResponse:  # noqa: ARG001
        questions = [message.text for message in wanted.messages if message.role == "user" and message.text.strip()]
        if not questions:
            return failed("messages: there is no question of role 'user'.")
        try:
            history = list[Answer]()
            for question in questions[:-1][-REMEMBERED:]:
                history.append(asking.whole(engine, question, Filters(), history))
            answers = asking.stream(engine, questions[-1], Filters(), history)
        except SluglineError as error:
            return failed(str(error))
        about = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": MODEL}
        if wanted.stream:
            usage = bool(wanted.stream_options and wanted.stream_options.include_usage)
            return StreamingResponse(_chunks(answers, about, questions, usage), media_type="text/event-stream")
        answer = Answer(questions[-1])
        for answer in answers:  # noqa: B007
            pass
        text = _text(answer.sentences, answer) + _sources(answer)
        message = {"role": "assistant", "content": text, "refusal": None} | _extra(answer)
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return JSONResponse(about | {"object": "chat.completion", "choices": [choice], "usage": _usage(answer, questions, text)})

    return routes


def failed(said: str, status: int = 400) -> JSONResponse:
    """An error in OpenAI's form."""
    error = {"message": said, "type": "invalid_request_error", "param": None, "code": None}
    return JSONResponse({"error": error}, status)


def _text(sentences: Sequence[Sentence], answer: Answer) -> str:
    if answer.abstained:
        return answer.notice
    parts = []
    for sentence in sentences:
        marks = "".join(f"[{n}]" for n in sentence.citations)
        doubt = "" if sentence.support.value == "supported" else f" ({show.MARKS[sentence.support][1]})"
        parts.append(f"{sentence.text} {marks}{doubt}".strip())
    return " ".join(parts)


def _sources(answer: Answer) -> str:
    """The numbered sources behind the text."""
    lines = []
    for citation in answer.citations:
        article = citation.hit.article
        address = f" {article.url}" if show.safe_url(article.url) else ""
        lines.append(f"[{citation.n}] {article.title}. {show.byline(article)}.{address}")
    return "\n\n" + "\n".join(lines) if lines else ""


def _extra(answer: Answer) -> dict[str, Any]:
    document = show.answer_json(answer)
    return {"citations": document["sources"], "slugline": document}


def _usage(answer: Answer, questions: Sequence[str], text: str) -> dict[str, int]:
    """Tokens of the language model where one wrote; else words, there being no tokens to pay for."""
    asked = answer.tokens.get("prompt", sum(len(question.split()) for question in questions))
    written = answer.tokens.get("completion", len(text.split()))
    return {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written}


def _chunks(answers: Iterator[Answer], about: dict[str, Any], questions: Sequence[str], usage: bool) -> Iterator[str]:
    """Server-sent events: a chunk for what each step adds, the last one with the citations."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return (
            f"data: {json.dumps(about | {'object': 'chat.completion.chunk', 'choices': [choice]} | more, ensure_ascii=False)}\n\n"
        )

    yield chunk({"role": "assistant", "content": ""})
    told, answer = "", Answer(questions[-1])
    try:
        for answer in answers:
            text = _text(answer.sentences, answer)
            if text.startswith(told) and text != told:
                yield chunk({"content": text[len(told) :]})
                told = text
    except SluglineError as error:
        yield f"data: {json.dumps({'error': {'message': str(error), 'type': 'server_error', 'param': None, 'code': None}})}\n\n"
        return
    rest = _sources(answer)
    if rest:
        yield chunk({"content": rest})
    yield chunk({}, "stop", **_extra(answer))
    if usage:
        document = about | {"object": "chat.completion.chunk", "choices": [], "usage": _usage(answer, questions, told + rest)}
        yield f"data: {json.dumps(document)}\n\n"
    yield "data: [DONE]\n\n"
