"""Fetching against real servers on loopback: what is refused, what is cut off, what is let through."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
import zlib
from collections.abc import Iterator
from typing import Any

import brotli
import pytest

from ingest.fetch import Fetcher, FetchFailed
from tests.ingest.conftest import LOOPBACK, Web, reply

# {port} is that of a server that must not be reached.
HOSTILE_ADDRESSES = [
    # this machine, in every spelling
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://127.255.255.254:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7F.0x0.0x0.0x1:{port}/",
    "http://0x7f.1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0177.0x0.0.01:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::80ff:fffe]:{port}/",
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/",
    "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
    # who it seems to lead to, and who not
    "http://user@127.0.0.1:{port}/",
    "http://variety.com@127.0.0.1:{port}/",
    "http://variety.com:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@variety.com/",
    "http://127.0.0.1:{port}\\@variety.com/",
    "http://variety.com\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@variety.com/",
    "http://127.0.0.1:{port}?@variety.com/",
    "http://127.0.0.1%2f@variety.com:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://127.0.0.1:{port}/\r\nHost: variety.com",
    "http://127.0.0.1\t:{port}/",
    " http://127.0.0.1:{port}/",
    # other places that are not public
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fe80::1%25lo]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    # not the web
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "data:text/html,<p>hello</p>",
    "javascript:alert(1)",
    "ws://127.0.0.1:{port}/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:25/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "http:///etc/passwd",
    "http://",
    "http://.",
    "http://[::1",
    "//127.0.0.1:{port}/",
]


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_a_hostile_address_is_refused_and_nobody_is_asked(web: Web, address: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        Fetcher(total=1.5).get(address.format(port=web.port))
    assert not caught.value.again or "not known" in caught.value.reason  # a refusal is final
    assert web.requests == []


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/secret",
        "//127.0.0.2:{port}/secret",
        "http://localhost6:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://0x7f.0.0.2:{port}/secret",
        "http://2130706434:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://user@127.0.0.1:{port}/secret",
        "file:///etc/passwd",
        "ftp://127.0.0.1:{port}/secret",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[64:ff9b::7f00:1]:{port}/secret",
    ],
)
def test_a_redirect_is_checked_like_an_address(web: Web, fetcher: Fetcher, target: str) -> None:
    web.routes["/"] = reply("", "302 Found", location=target.format(port=web.port))
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(web.url())
    assert caught.value.source == web.url()
    assert web.paths() == ["/"]


def test_a_name_that_answers_differently_the_second_time_gains_nothing(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = itertools.chain(["93.184.216.34"], itertools.repeat("127.0.0.1"))
    asked: list[str] = []
    connected: list[Any] = []

    def lookup(host: str, port: int, *args: object, **kwargs: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: Any, *args: object, **kwargs: object) -> socket.socket:
        connected.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchFailed):
        Fetcher(total=1.5).get(f"http://rebind.example:{web.port}/")
    assert connected == [("93.184.216.34", web.port)]  # the address that was checked, not the name again
    assert asked == ["rebind.example"]
    with pytest.raises(FetchFailed, match="this machine"):
        Fetcher(total=1.5).get(f"http://rebind.example:{web.port}/")
    assert len(connected) == 1


def test_a_name_with_one_public_and_one_private_address_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, web.port)) for address in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(FetchFailed, match=r"a private address \(10\.0\.0\.7\)"):
        Fetcher(total=1.5).get(f"http://two.example:{web.port}/")


def _chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _endless(head: bytes, part: bytes) -> Iterator[bytes]:
    yield head
    while True:
        yield part


def _dripping(data: bytes, seconds: float) -> Iterator[bytes]:
    for byte in data:
        yield bytes([byte])
        time.sleep(seconds)


def _deep_gzip(times: int) -> bytes:
    data = bytes(8 << 20)
    for _ in range(times):
        data = gzip.compress(data)
    return data


CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n"
BIG = bytes(8 << 20)
_RAW = zlib.compressobj(wbits=-15)
HOSTILE_ANSWERS: dict[str, tuple[Any, str]] = {
    "gzip bomb": (reply(gzip.compress(BIG), content_encoding="gzip"), "larger than"),
    "x-gzip bomb": (reply(gzip.compress(BIG), content_encoding="x-gzip"), "larger than"),
    "gzip in gzip bomb": (reply(_deep_gzip(2), content_encoding="gzip, gzip"), "larger than"),
    "brotli bomb": (reply(brotli.compress(BIG), content_encoding="br"), "larger than"),
    "brotli in gzip bomb": (reply(gzip.compress(brotli.compress(BIG)), content_encoding="br, gzip"), "larger than"),
    "deflate bomb": (reply(zlib.compress(BIG), content_encoding="deflate"), "larger than"),
    "bare deflate bomb": (reply(_RAW.compress(BIG) + _RAW.flush(), content_encoding="deflate"), "larger than"),
    "cut off gzip": (reply(gzip.compress(b"words " * 999)[:-20], content_encoding="gzip"), "cannot be unpacked"),
    "cut off brotli": (reply(brotli.compress(b"words " * 999)[:-4], content_encoding="br"), "cannot be unpacked"),
    "not gzip at all": (reply(b"<p>plain</p>", content_encoding="gzip"), "cannot be unpacked"),
    "not brotli at all": (reply(b"\xff" * 99, content_encoding="br"), "cannot be unpacked"),
    "unknown packing": (reply(b"x", content_encoding="zstd"), "not asked for"),
    "says it is huge": (reply(b"x", content_length=str(1 << 40)), "larger than"),
    "huge without saying so": (reply(BIG, length=False), "larger than"),
    "endless chunks": (lambda _: _endless(CHUNKED, _chunked(bytes(65536))), "larger than"),
    "endless headers": (lambda _: _endless(b"HTTP/1.1 200 OK\r\n", b"x-pad: " + b"a" * 60000 + b"\r\n"), "not HTTP"),
    "dripping headers": (lambda _: _dripping(reply("x" * 9), 0.2), "in time"),
    "dripping body": (lambda _: itertools.chain([reply("x" * 99)[:-99]], _dripping(b"x" * 99, 0.2)), "in time"),
    "silence": (lambda _: _dripping(b"H" + b"T" * 9, 5), "in time"),
    "ends too early": (reply(b"x", content_length="1000"), "broke off"),
    "ends in a chunk": (CHUNKED + b"ff\r\nshort", "broke off"),
    "chunk of no size": (CHUNKED + b"zz\r\nshort\r\n0\r\n\r\n", "broke off"),
    "nothing": (b"", "broke off"),
    "another protocol": (b"220 mail.example ESMTP\r\n", "not HTTP"),
    "noise": (bytes(range(256)) * 9, "not HTTP"),
    "two lengths": (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 9\r\n\r\nx", "not HTTP"),
    "negative length": (reply(b"x", content_length="-5"), "not HTTP"),
    "a picture": (reply(b"\x89PNG", content_type="image/png"), "image/png"),
    "a film": (reply(b"x", content_type="video/mp4"), "video/mp4"),
    "a program": (reply(b"MZ", content_type="application/x-msdownload"), "which is not read"),
    "a style sheet": (reply(b"x", content_type="text/css"), "text/css"),
    "not found": (reply(b"x", "404 Not Found"), "404"),
    "gone": (reply(b"x", "410 Gone"), "410"),
    "not allowed": (reply(b"x", "403 Forbidden"), "403"),
    "payment": (reply(b"x", "402 Payment Required"), "402"),
    "broken": (reply(b"x", "500 Internal Server Error"), "500"),
    "no content": (reply(b"", "204 No Content"), "204"),
    "redirect to nowhere": (reply(b"", "302 Found"), "302"),
    "redirect to itself": (reply(b"", "302 Found", location="/"), "circle"),
    "redirect without end": (reply(b"", "302 Found", location="/1"), "more than 5 times"),
}


@pytest.mark.parametrize("name", HOSTILE_ANSWERS)
def test_a_hostile_answer_is_cut_off_with_its_reason(web: Web, fetcher: Fetcher, name: str) -> None:
    answer, reason = HOSTILE_ANSWERS[name]
    web.routes["/"] = answer
    web.routes |= {f"/{n}": reply(b"", "302 Found", location=f"/{n + 1}") for n in range(1, 9)}
    with pytest.raises(FetchFailed, match=reason) as caught:
        fetcher.get(web.url())
    assert caught.value.source == web.url()


def test_five_redirects_are_followed_and_where_they_led_is_told(web: Web, fetcher: Fetcher) -> None:
    web.routes |= {f"/{n}": reply("", "301 Moved", location=f"{n + 1}") for n in range(5)}
    web.routes["/5"] = reply("<p>here</p>")
    found = fetcher.get(web.url("/0"))
    assert (found.url, found.data) == (web.url("/5"), b"<p>here</p>")


@pytest.mark.parametrize(
    ("packing", "pack"),
    [
        ("gzip", gzip.compress),
        ("br", brotli.compress),
        ("deflate", zlib.compress),
        ("br, gzip", lambda d: gzip.compress(brotli.compress(d))),
    ],
)
def test_what_is_packed_honestly_is_unpacked(web: Web, fetcher: Fetcher, packing: str, pack: Any) -> None:
    text = b"A sentence of the article. " * 2000
    web.routes["/"] = reply(pack(text), content_encoding=packing)
    assert fetcher.get(web.url()).data == text


def test_no_cookie_is_ever_sent_back(web: Web, fetcher: Fetcher) -> None:
    web.routes["/"] = reply("", "302 Found", location="/next", set_cookie="id=1; Path=/")
    web.routes["/next"] = reply("x", set_cookie="id=2")
    fetcher.get(web.url())
    fetcher.get(web.url("/next"))
    assert len(web.requests) == 3
    assert not any("cookie" in headers for _, headers in web.requests)


def test_a_page_that_has_not_changed_is_not_sent_again(web: Web, fetcher: Fetcher) -> None:
    def serve(headers: dict[str, str]) -> bytes:
        return reply("", "304 Not Modified") if headers.get("if-none-match") == '"v1"' else reply("x", etag='"v1"')

    web.routes["/"] = serve
    first = fetcher.get(web.url())
    assert (first.etag, first.changed) == ('"v1"', True)
    assert not fetcher.get(web.url(), etag=first.etag).changed


def test_a_busy_server_says_when_to_come_again(web: Web, fetcher: Fetcher) -> None:
    web.routes["/"] = reply("", "429 Too Many Requests", retry_after="120")
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(web.url())
    assert (caught.value.again, caught.value.after) == (True, 120.0)


def test_requests_to_one_host_are_spaced(web: Web) -> None:
    web.routes["/"] = reply("x")
    slow = Fetcher(LOOPBACK, delay=0.15)
    started = time.monotonic()  # before the first: an answer that comes late would seem to shorten the wait after it
    for _ in range(3):
        slow.get(web.url())
    assert time.monotonic() - started >= 0.29


def test_robots_txt_is_heeded(web: Web, fetcher: Fetcher) -> None:
    web.routes["/robots.txt"] = reply(
        "User-agent: *\nDisallow: /private\n\nUser-agent: Slugline\nDisallow: /not-you*\n", content_type="text/plain"
    )
    assert not fetcher.allowed_by_robots(web.url("/not-you/story"))
    assert fetcher.allowed_by_robots(web.url("/story"))
    assert web.paths() == ["/robots.txt"]
