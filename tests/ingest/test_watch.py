"""Feeds over time, from a real server on loopback: polite, nothing fetched twice, nothing forgotten, a clean end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.command import stopping
from ingest.fetch import Fetcher
from ingest.pipeline import Options
from ingest.state import State
from ingest.watch import Watch, back_off, read_feeds
from rag.config import Settings
from rag.errors import SluglineError
from rag.store.library import Library
from tests.ingest.conftest import LOOPBACK, Web, reply
from tests.ingest.test_sources import ROOT, _story


def _feed(web: Web, *numbers: int) -> Callable[[dict[str, str]], bytes]:
    """A feed of these stories that knows its ETag."""
    tag = f'"{numbers}"'
    items = "".join(f"<item><title>Story {n}</title><link>{web.url(f'/{n}')}</link></item>" for n in numbers)
    body = f"<rss version='2.0'><channel><title>Daily Reel</title>{items}</channel></rss>"

    def serve(headers: dict[str, str]) -> bytes:
        if headers.get("if-none-match") == tag:
            return reply("", "304 Not Modified")
        return reply(body, content_type="application/rss+xml", etag=tag)

    return serve


@pytest.fixture
def feeds_file(tmp_path: Path, web: Web) -> Path:
    path = tmp_path / "feeds.toml"
    path.write_text(f"every = '1s'\n[[feed]]\nurl = '{web.url('/feed')}'\ntopics = ['film']\n")
    return path


def _watch(library: Library, settings: Settings, feeds: Path, rounds: int | None = 1) -> Watch:
    options = Options(fetcher=lambda: Fetcher(LOOPBACK, total=2))
    watch = Watch(read_feeds(feeds), library, settings, options, lambda line: None)
    watch.run(rounds)
    return watch


def test_a_second_poll_and_a_restart_fetch_only_what_is_new(
    web: Web, library: Library, settings: Settings, feeds_file: Path
) -> None:
    web.routes |= {"/feed": _feed(web, 1, 2), "/1": _story(1), "/2": _story(2), "/3": _story(3)}
    assert _watch(library, settings, feeds_file).report.added == 2
    _watch(library, settings, feeds_file)  # a restart: the feed says that nothing has changed
    web.routes["/feed"] = _feed(web, 1, 2, 3)
    assert _watch(library, settings, feeds_file).report.added == 1
    assert sorted(path for path in web.paths() if path[1:].isdigit()) == ["/1", "/2", "/3"]
    assert [article.topics for article in library.articles()] == [("film",)] * 3


def test_an_entry_met_before_a_kill_is_fetched_after_it(web: Web, library: Library, settings: Settings, feeds_file: Path) -> None:
    web.routes |= {"/feed": _feed(web, 1), "/1": _story(1)}
    state = State(library.data_dir)
    state.meet([(web.url("/2").replace("http:", "https:"), {"url": web.url("/2"), "hints": {}, "given": {}, "content": ""})])
    state.close()
    web.routes["/2"] = _story(2)
    assert _watch(library, settings, feeds_file).report.added == 2


def test_what_fails_is_tried_later_and_less_and_less_often(
    web: Web, library: Library, settings: Settings, feeds_file: Path
) -> None:
    web.routes |= {"/feed": _feed(web, 1, 2), "/1": reply("", "503 Busy", retry_after="900"), "/2": reply("", "410 Gone")}
    _watch(library, settings, feeds_file)
    _watch(library, settings, feeds_file)
    assert web.paths().count("/1") == web.paths().count("/2") == 1
    rows = sqlite3.connect(library.data_dir / "ingest.sqlite3").execute("SELECT url, done, due FROM seen").fetchall()
    again = {url.rsplit("/", 1)[1]: (done, due - time.time()) for url, done, due in rows}
    assert again["1"][0] == 0
    assert again["1"][1] == pytest.approx(900, abs=30)
    assert again["2"][0] == 1
    assert [back_off(n) for n in (1, 2, 3, 30)] == [60, 120, 240, 24 * 3600]


def test_a_feed_that_is_down_is_told_and_polled_later(web: Web, library: Library, settings: Settings, feeds_file: Path) -> None:
    web.routes["/feed"] = reply("", "500 Broken")
    _watch(library, settings, feeds_file)
    state = State(library.data_dir)
    assert state.feed(web.url("/feed")).failures == 1
    assert state.feed(web.url("/feed")).due > time.time() + 50
    assert [one.source for one in state.failed()] == [web.url("/feed")]


def test_robots_txt_closes_a_feed(web: Web, library: Library, settings: Settings, feeds_file: Path) -> None:
    web.routes |= {"/feed": _feed(web, 1), "/robots.txt": reply("User-agent: *\nDisallow: /feed", content_type="text/plain")}
    _watch(library, settings, feeds_file)
    assert "/feed" not in web.paths()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT], ids=lambda signum: signum.name)
def test_it_ends_cleanly_when_asked_to(web: Web, tmp_path: Path, feeds_file: Path, asked: signal.Signals) -> None:
    web.routes |= {"/feed": _feed(web, 1), "/1": _story(1)}
    env = os.environ | {"SLUGLINE_FETCH_ALLOW": '["127.0.0.1/32"]', "SLUGLINE_FETCH_DELAY": "0"}
    where = ("--data-dir", str(tmp_path / "library"))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "ingest", "--watch", str(feeds_file), *where],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
    )  # fmt: skip
    told = threading.Event()
    lines: list[str] = []

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if "1 added" in line:
                told.set()

    threading.Thread(target=listen, daemon=True).start()
    assert told.wait(60), lines
    process.send_signal(asked)
    assert process.wait(30) == 0, lines
    assert "Traceback" not in "".join(lines)
    assert process.stdout is not None
    assert "1  added" in process.stdout.read()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signals to threads here")
def test_a_signal_that_another_thread_gets_is_heard_too(web: Web, library: Library, settings: Settings, tmp_path: Path) -> None:
    """The main thread, asleep until the feed is due, is not woken by it."""
    web.routes |= {"/feed": _feed(web)}
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(f"every = '15m'\n[[feed]]\nurl = '{web.url('/feed')}'\n")
    stop, ended = threading.Event(), threading.Event()
    late: list[bool] = []
    options = Options(stop=stop, fetcher=lambda: Fetcher(LOOPBACK, total=2))

    def ask() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        if not ended.wait(20):
            late.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    asking = threading.Timer(1.0, ask)  # the feed has been read by then
    with stopping(stop):
        asking.start()
        Watch(read_feeds(feeds), library, settings, options, lambda line: None).run()
        ended.set()
    asking.join()
    assert not late


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("every = '15m'", "names no feed"),
        ("[[feed]]\nurl = 'file:///etc/passwd'", "not an http or https address"),
        ("[[feed]]\nurl = 'https://e.example/feed'\ncolour = 'red'", "unknown colour"),
        ("every = 'often'\n[[feed]]\nurl = 'https://e.example/feed'", "not a time such as '15m'"),
        ("[[feed", "Write it as"),
    ],
)
def test_a_feeds_file_that_is_wrong_is_told_how_to_mend(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "feeds.toml").write_text(text)
    with pytest.raises(SluglineError, match=reason):
        read_feeds(tmp_path / "feeds.toml")
