"""A language model that says what a test tells it to: an OpenAI-compatible server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.config import LLMSettings

KEY = "sk-loopback-0123456789abcdef"


@dataclass(frozen=True)
class Reply:
    """What the server does with one request: it streams `text` in `pieces` of that many characters, and then perhaps goes wrong."""

    text: str = ""
    status: int = 200
    piece: int = 7
    cut: bool = False  # closes the connection before the end is told
    malformed: bool = False  # sends a chunk that is no JSON
    raw: bytes = b""  # sends this instead of chunks
    code: str | None = None  # what an error calls itself
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    hold: tuple[int, threading.Event] | None = None  # after that many characters, until the event is set


class ScriptedModel:
    """`says` is a list of replies, one a request and the last one for good, or a function of the messages that gives the text."""

    def __init__(self) -> None:
        self.says: list[Reply] | Callable[[list[dict[str, Any]]], str] = [Reply("NOT IN THE COVERAGE")]
        self.asked: list[list[dict[str, Any]]] = []
        self.keys: list[str] = []
        self.ended = 0  # replies sent to their end
        handler = type("Handler", (_Handler,), {"script": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def settings(self, **more: Any) -> LLMSettings:
        url = f"http://127.0.0.1:{self.server.server_port}/v1"
        return LLMSettings(base_url=url, model="scripted", api_key=KEY, **more)

    def next(self, messages: list[dict[str, Any]]) -> Reply:
        self.asked.append(messages)
        if callable(self.says):
            return Reply(self.says(messages))
        return self.says[min(len(self.asked), len(self.says)) - 1]


class _Handler(BaseHTTPRequestHandler):
    script: ScriptedModel
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.script.keys.append(self.headers["authorization"])
        reply = self.script.next(body["messages"])
        if reply.wait:
            threading.Event().wait(reply.wait)
        if reply.status != 200:
            error = json.dumps({"error": {"message": f"no: {self.headers['authorization']}", "code": reply.code}}).encode()
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", "content-length": str(len(error)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(error)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        if reply.raw:
            self.wfile.write(reply.raw)
            self.close_connection = True
            return
        held = reply.hold
        for at in range(0, len(reply.text), reply.piece):
            if held and at >= held[0]:
                held[1].wait(10)
                held = None
            self._chunk({"content": reply.text[at : at + reply.piece]})
        if reply.malformed:
            self.wfile.write(b"data: {this is no json\n\n")
        if not (reply.cut or reply.malformed):
            self._chunk({}, "stop", {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16})
            self.wfile.write(b"data: [DONE]\n\n")
            self.script.ended += 1
        self.close_connection = True

    def _chunk(self, delta: dict[str, str], finish: str | None = None, usage: dict[str, int] | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk | ({'usage': usage} if usage else {}))}\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def scripted() -> Iterator[ScriptedModel]:
    model = ScriptedModel()
    yield model
    model.server.shutdown()
    model.server.server_close()
