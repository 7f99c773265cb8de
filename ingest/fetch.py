"""Fetching from the web, safely and politely: public addresses only, within bounds of time and size, no cookies.

The address is checked where the connection is made, on the very address that is connected to: a name that answers
differently the second time (DNS rebinding), an odd spelling of 127.0.0.1 or a redirect gain nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore

from ingest.addresses import Network, why_not_fetched, why_not_public
from rag.errors import BadInput

USER_AGENT = "Slugline/0.1 (news reader; fetches what its user named)"
MOST_REDIRECTS = 5
MOST_BYTES = 32 << 20  # sent, and after unpacking
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
TOTAL_SECONDS = 60.0
_READABLE = re.compile(
    r"^(?:text/(?:html|plain|markdown|x-markdown|csv|tab-separated-values|xml)|message/rfc822|application/(?:xhtml\+xml|xml|rss\+xml"
    r"|atom\+xml|rdf\+xml|pdf|x-pdf|json|x-ndjson|ndjson|jsonl|jsonlines|zip|x-zip-compressed|epub\+zip"
    r"|vnd\.openxmlformats-officedocument\.wordprocessingml\.document|octet-stream|gzip|x-gzip))$"
)


@dataclass(frozen=True)
class Page:
    """What a server sent. `url` is where redirects led; `kind` is its media type, `charset` as its header says.

    `changed` is False when the server said that nothing has changed (304): then there is no data.
    """

    url: str
    status: int
    data: bytes
    kind: str = ""
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    retry_after: float = 0.0
    changed: bool = True


class FetchFailed(BadInput):
    """An address that could not be fetched. `again` says whether trying later may help, `after` in how many seconds at the least."""

    def __init__(self, source: str, reason: str, again: bool = False, status: int = 0, after: float = 0.0) -> None:
        super().__init__(source, reason)
        self.again = again
        self.status = status
        self.after = after


class _Refused(Exception):
    """The address is not one to connect to."""


class _TooSlow(Exception):
    """The time for the whole fetch is over."""


class _Stream(httpcore.NetworkStream):
    """A connection that ends when the time for the whole fetch is over, however slowly bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _TooSlow
        return min(left, timeout) if timeout is not None else left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PublicOnly(httpcore.NetworkBackend):
    """Looks a host up once, checks every address it has, and connects to one of those."""

    def __init__(self, allowed: Sequence[Network], deadline: float) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the host {host!r} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for text in addresses:
            address = ipaddress.ip_address(text.partition("%")[0])
            kind = why_not_public(address)
            if kind and not any(address.version == network.version and address in network for network in self._allowed):
                raise _Refused(f"its host is {kind} ({address}), and only public addresses are fetched")
        last: Exception = httpcore.ConnectError(f"the host {host!r} has no address")
        for text in addresses:
            try:
                stream = self._inner.connect_tcp(text, port, timeout, local_address, socket_options)
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last


class Fetcher:
    """Fetches one address at a time per host, `delay` seconds apart. `allowed` networks may be reached though not public.

    No cookies are kept at all; proxies in the environment are not used, for behind one the address could not be checked.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        delay: float = 0.0,
        total: float = TOTAL_SECONDS,
        read: float = READ_SECONDS,
        most: int = MOST_BYTES,
    ) -> None:
        self._allowed = allowed
        self._delay = delay
        self._total = total
        self._read = read
        self._most = most
        self._ssl = httpcore.default_ssl_context()
        self._turns: dict[str, float] = {}
        self._mutex = threading.Lock()
        self._robots: dict[str, Any] = {}

    def get(self, url: str, etag: str = "", last_modified: str = "", wait: threading.Event | None = None) -> Page:
        """What is at `url`, redirects followed. `etag` and `last_modified` of the last visit ask for it only if it has changed.

        Raises:
            FetchFailed: it is refused, cannot be had, or is not something that can be read.
        """
        deadline = time.monotonic() + self._total
        at, seen = _ascii(url), []
        for _ in range(MOST_REDIRECTS + 1):
            why = why_not_fetched(at, self._allowed)
            if why:
                raise FetchFailed(url, why if at == _ascii(url) else f"it redirects to {at[:100]!r}: {why}")
            if at in seen:
                raise FetchFailed(url, "it redirects in a circle")
            seen.append(at)
            deadline += self._turn(at, wait)
            answer = self._once(url, at, deadline, etag, last_modified)
            if isinstance(answer, Page):
                return answer
            at = _ascii(urljoin(at, answer))
        raise FetchFailed(url, f"it redirects more than {MOST_REDIRECTS} times")

    def _turn(self, url: str, wait: threading.Event | None) -> float:
        """Wait until this host may be asked again; the seconds waited."""
        host = urlsplit(url).netloc
        with self._mutex:
            now = time.monotonic()
            at = max(now, self._turns.get(host, 0.0))
            self._turns[host] = at + self._delay
        if at > now:
            (wait or threading.Event()).wait(at - now)
        return at - now

    def _once(self, named: str, url: str, deadline: float, etag: str, last_modified: str) -> Page | str:
        """One request: the page, or where it redirects to."""
        headers: dict[bytes | str, bytes | str] = {
            "User-Agent": USER_AGENT,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/pdf;q=0.8,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate, br",
            "Accept-Language": "en,*;q=0.5",
            **({"If-None-Match": etag} if etag else {}),
            **({"If-Modified-Since": last_modified} if last_modified else {}),
        }
        timeout = {"connect": CONNECT_SECONDS, "read": self._read, "write": self._read, "pool": CONNECT_SECONDS}
        pool = httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=_PublicOnly(self._allowed, deadline), retries=0)
        try:
            with pool, pool.stream("GET", url, headers=headers, extensions={"timeout": timeout}) as response:
                head = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                status = response.status
                if status == 304 and (etag or last_modified):
                    return Page(url, status, b"", changed=False)
                if status in {301, 302, 303, 307, 308} and head.get("location"):
                    return head["location"].strip()
                after = _seconds(head.get("retry-after", ""))
                if status != 200:
                    again = status in {408, 425, 429} or status >= 500
                    raise FetchFailed(named, f"the server answered {status}{_SAID.get(status, '')}", again, status, after)
                kind, charset = _media_type(head.get("content-type", ""))
                if kind and not _READABLE.match(kind):
                    raise FetchFailed(named, f"it is {kind}, which is not read")
                if int(head.get("content-length") or 0) > self._most:
                    raise FetchFailed(named, f"it is larger than {self._most >> 20} MB")
                data = self._body(named, response.iter_stream(), head.get("content-encoding", ""), deadline)
                return Page(
                    url, status, data, kind, charset, head.get("etag", ""), head.get("last-modified", ""), after
                )  # fmt: skip
        except _Refused as error:
            where = "" if url == _ascii(named) else f"it redirects to {url[:100]!r}: "
            raise FetchFailed(named, f"{where}{error}") from error
        except (_TooSlow, httpcore.TimeoutException) as error:
            raise FetchFailed(named, f"the server did not answer in time ({self._total:.0f} s in all)", True) from error
        except httpcore.ConnectError as error:
            raise FetchFailed(named, f"there is no connection ({error})", True) from error
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.UnsupportedProtocol, ssl.SSLError) as error:
            raise FetchFailed(named, f"the server's answer broke off or is not HTTP ({error})", True) from error
        except (ValueError, UnicodeError) as error:
            raise FetchFailed(named, f"the server's answer is not well formed ({error})") from error

    def _body(self, named: str, parts: Iterable[bytes], encodings: str, deadline: float) -> bytes:
        for name in reversed([name.strip().lower() for name in encodings.split(",") if name.strip()]):
            if name == "identity":
                continue
            unpack = _UNPACK.get(name)
            if unpack is None:
                raise FetchFailed(named, f"it is packed as {name[:20]!r}, which was not asked for")
            parts = unpack(self._capped(named, parts, deadline))
        try:
            return b"".join(self._capped(named, parts, deadline))
        except _Damaged as error:
            raise FetchFailed(named, f"what the server sent cannot be unpacked ({error})") from error

    def _capped(self, named: str, parts: Iterable[bytes], deadline: float) -> Iterator[bytes]:
        size = 0
        for part in parts:
            size += len(part)
            if size > self._most:
                raise FetchFailed(named, f"it is larger than {self._most >> 20} MB")
            if time.monotonic() > deadline:
                raise _TooSlow
            yield part

    def allowed_by_robots(self, url: str) -> bool:
        """Whether the site's robots.txt lets Slugline fetch `url`; a site that has none, or none to be had, allows it.

        Only what a feed or sitemap led to is asked about: an address that a person typed is that person's visit.
        """
        from protego import Protego

        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            try:
                rules = self.get(f"{site}/robots.txt").data[:500_000].decode("utf-8", "replace")
            except FetchFailed:
                rules = ""
            self._robots[site] = Protego.parse(rules)
        return bool(self._robots[site].can_fetch(url, "Slugline"))


_SAID = {
    401: " (sign-in needed)", 402: " (payment needed)", 403: " (not allowed)", 404: " (not found)", 410: " (gone)",
    429: " (too many requests)", 451: " (withheld for legal reasons)",
}  # fmt: skip


def _ascii(url: str) -> str:
    """`url` with a host in IDNA and a path in ASCII, as requests carry it; a fragment is never sent."""
    try:
        parts = urlsplit(url)
        host = parts.netloc
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return url
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._[]")
    return urlunsplit((parts.scheme, host, path or "/", quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]"), ""))


def _media_type(header: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = header
    return (message.get_content_type() if header.strip() else ""), str(message.get_content_charset() or "")


def _seconds(header: str) -> float:
    if header.strip().isdigit():
        return float(min(int(header), 7 * 86400))
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


class _Damaged(Exception):
    """The packed data is not what it says."""


def _inflate(parts: Iterable[bytes], wbits: int) -> Iterator[bytes]:
    machine = zlib.decompressobj(wbits)
    try:
        for part in parts:
            while part:  # a megabyte at a time: a bomb is noticed before it goes off
                yield machine.decompress(part, 1 << 20)
                part = machine.unconsumed_tail
            if machine.eof:
                return
        yield machine.flush()
    except zlib.error as error:
        raise _Damaged(error) from error
    if not machine.eof:
        raise _Damaged("it ends too early")


def _deflate(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Both things that servers call deflate: with zlib's header, and bare."""
    whole = b"".join(parts)
    zlibbed = len(whole) > 1 and whole[0] & 15 == 8 and (whole[0] * 256 + whole[1]) % 31 == 0
    yield from _inflate([whole], zlib.MAX_WBITS if zlibbed else -zlib.MAX_WBITS)


def _unbrotli(parts: Iterable[bytes]) -> Iterator[bytes]:
    import brotli

    machine = brotli.Decompressor()
    try:
        for part in parts:
            yield machine.process(part, output_buffer_limit=1 << 20)
            while not machine.can_accept_more_data():
                yield machine.process(b"", output_buffer_limit=1 << 20)
    except brotli.error as error:
        raise _Damaged(error) from error
    if not machine.is_finished():
        raise _Damaged("it ends too early")


_UNPACK = {
    "gzip": lambda parts: _inflate(parts, 16 + zlib.MAX_WBITS),
    "x-gzip": lambda parts: _inflate(parts, 16 + zlib.MAX_WBITS),
    "deflate": _deflate,
    "br": _unbrotli,
}
