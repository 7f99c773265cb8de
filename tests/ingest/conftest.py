"""A web server on loopback that says exactly what a test wants it to, down to the byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest

from ingest.addresses import parse_networks
from ingest.fetch import Fetcher

LOOPBACK = parse_networks(["127.0.0.1/32"])  # the explicit allowance: this one address, not even its neighbours

Answer = bytes | Iterable[bytes] | Callable[["dict[str, str]"], "bytes | Iterable[bytes]"]


def reply(body: bytes | str = b"", status: str = "200 OK", length: bool = True, **headers: str) -> bytes:
    """An HTTP/1.1 answer; `content_type='text/plain'` is its header Content-Type."""
    data = body.encode() if isinstance(body, str) else body
    named = {"content-type": "text/html; charset=utf-8"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        named.setdefault("content-length", str(len(data)))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items()), "connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1") + data


class Web:
    """`routes[path]` is what the server sends; `requests` are the (path, headers) it was asked for, in order."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._stopped = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def _serve(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
            path = first.split(" ")[1]
            self.requests.append((path, headers))
            answer = self.routes.get(path, reply("not here", "404 Not Found"))
            answer = answer(headers) if callable(answer) else answer
            for part in [answer] if isinstance(answer, bytes) else answer:
                if self._stopped.is_set():
                    return
                connection.sendall(part)

    def close(self) -> None:
        self._stopped.set()
        self._server.close()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture
def fetcher() -> Fetcher:
    """May reach 127.0.0.1, waits little, takes at most a megabyte."""
    return Fetcher(LOOPBACK, total=1.5, read=0.7, most=1 << 20)


def page(title: str, *paragraphs: str, head: str = "") -> str:
    """A plausible article page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<html lang='en'><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )
