"""What stands before the page and the services: who may ask, from where, how much, and what a browser may do with the answer."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.passwords import Passwords

USER = "x-slugline-user"  # who signed in, set here and nowhere else
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_BODY = 1 << 20  # bytes of a request that is no upload; the longest question and its history are a hundredth of that
MOST_UPLOAD = 64 << 20  # bytes of one upload request
UPLOADS = "/gradio_api/upload"

# Gradio's scripts come from this server; its page has a few inline ones, which carry the nonce. An inline script or an event handler
# that got into the page by other ways has none and does not run. 'unsafe-eval' stays: gr.HTML compiles its template (ours is
# '${value}', the value is data) and without it shows nothing. Styles are inline throughout Gradio.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; "
    "object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_OWN = '<link rel="stylesheet" href="/slugline/page.css"><script nonce="{nonce}" src="/slugline/page.js" defer></script></head>'
# What Gradio's page says to others when it is linked to: addresses elsewhere, that nobody needs here.
_CARDS = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", re.IGNORECASE)


class Guard:
    """Wraps the whole application. `hosts` are the names it may be asked under, None for any."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] | None = LOCAL, passwords: Passwords | None = None) -> None:
        self._app = app
        self._hosts = hosts
        self._passwords = passwords

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # nothing here speaks over websockets
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        name = ""
        if refusal is None and self._passwords is not None:
            name = await self._signed_in(headers.get("authorization", ""), self._passwords)
            if not name:
                refusal = PlainTextResponse("Sign in.", 401, {"WWW-Authenticate": 'Basic realm="Slugline", charset="UTF-8"'})
        nonce = secrets.token_urlsafe(16)
        answer = _Answer(send, nonce)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        left_out = {USER.encode()}
        if "text/html" in headers.get("accept", ""):
            left_out.add(b"accept-encoding")  # a compressed page could not be given its nonce
        kept = [(key, value) for key, value in scope["headers"] if key not in left_out]
        scope = {**scope, "headers": [*kept, (USER.encode(), name.encode())]}
        limit = MOST_UPLOAD if scope["path"].startswith(UPLOADS) else MOST_BODY
        await self._app(scope, _Limited(receive, limit), answer)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        """Why the request is turned away before it is read: another name for this server (DNS rebinding), another site's page
        asking for it, or too long a body."""
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return PlainTextResponse("This server is not asked under that name. Name it with --host.", 421)
        origin = headers.get("origin")
        if origin and scope["method"] not in {"GET", "HEAD", "OPTIONS"} and urlsplit(origin).netloc != host:
            return PlainTextResponse("A page of another site may not ask here.", 403)
        length = headers.get("content-length", "0")
        limit = MOST_UPLOAD if scope["path"].startswith(UPLOADS) else MOST_BODY
        if not length.isdigit() or int(length) > limit:
            return PlainTextResponse(f"Too long: at most {limit >> 20} MB may be sent at once.", 413)
        return None

    async def _signed_in(self, authorization: str, passwords: Passwords) -> str:
        """The name that the header proves, else nothing. Basic for browsers; Bearer 'name:password' for programs with an API key."""
        kind, _, rest = authorization.partition(" ")
        if kind.casefold() == "basic":
            try:
                rest = base64.b64decode(rest, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
        elif kind.casefold() != "bearer":
            return ""
        name, _, password = rest.strip().partition(":")
        return name if await run_sync(passwords.right, name, password) else ""


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""


class _Limited:
    """A body that ends the request when it grows beyond `limit` bytes: its length need not be told beforehand."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            return {"type": "http.disconnect"}
        return message


class _Answer:
    """Adds the headers; to Gradio's page also the nonce and our style and script."""

    def __init__(self, send: Send, nonce: str) -> None:
        self._send = send
        self._nonce = nonce
        self._start: Message | None = None  # of a page, held back until its length is known
        self._page = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = _POLICY.format(nonce=self._nonce)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["X-Frame-Options"] = "DENY"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            self._page += message.get("body", b"")
            if message.get("more_body"):
                return
            page = self._dressed(self._page)
            MutableHeaders(scope=self._start)["content-length"] = str(len(page))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": page}
        await self._send(message)

    def _dressed(self, page: bytes) -> bytes:
        # Scripts in Gradio's template are its own: what it writes into them is JSON with '<' escaped.
        page = _CARDS.sub(b"", page.replace(b"<script", f'<script nonce="{self._nonce}"'.encode()))
        return page.replace(b"</head>", _OWN.format(nonce=self._nonce).encode(), 1)
