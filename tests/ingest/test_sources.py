"""What people name, from a real server on loopback: pages, feeds, sitemaps, lists, ZIP files, standard input."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.fetch import Fetcher
from ingest.pipeline import Options, Report, ingest
from ingest.sources import Wanted
from rag.config import Settings
from rag.store.library import Library
from tests.ingest.conftest import LOOPBACK, Web, page, reply
from tests.ingest.test_hostile_files import pdf, zipped

ROOT = Path(__file__).parents[2]
STORY = "The studio said on {} that it would use the tool on every production it makes, and the union answered that it would not agree to that."


def _story(n: int, head: str = "") -> bytes:
    days = ("Monday in Paris", "Tuesday in Seoul", "Wednesday in Rome", "Thursday in Lagos", "Friday in Lima")
    return reply(
        page(f"Story {n}", STORY.format(days[n % 5]), f"Number {n} of its kind, it was signed by {n + 2} companies.", head=head)
    )


def _run(library: Library, settings: Settings, *named: str, wanted: Wanted = Wanted(), stdin: bytes = b"") -> Report:
    options = Options(wanted, fetcher=lambda: Fetcher(LOOPBACK, total=3), stdin=lambda: io.BytesIO(stdin))
    with library.writing():
        return ingest(named, library, settings, options=options)


def test_an_address_gives_its_page_with_outlet_and_canonical_address(web: Web, library: Library, settings: Settings) -> None:
    canonical = f"<link rel='canonical' href='http://127.0.0.1:{web.port}/story'>"
    web.routes["/story?utm_source=x"] = _story(1, canonical + "<meta property='og:site_name' content='Daily Reel'>")
    report = _run(library, settings, web.url("/story?utm_source=x"))
    assert (report.added, report.failed) == (1, [])
    [article] = library.articles()
    assert (article.title, article.outlet, article.url) == ("Story 1", "Daily Reel", f"https://127.0.0.1:{web.port}/story")


def test_a_page_cannot_pass_for_one_of_another_site(web: Web, library: Library, settings: Settings) -> None:
    web.routes["/x"] = _story(1, "<link rel='canonical' href='https://www.nytimes.com/2026/big-story'>")
    _run(library, settings, web.url("/x"))
    assert library.articles()[0].url == f"https://127.0.0.1:{web.port}/x"


def test_a_feed_is_followed_and_gives_what_its_pages_lack(web: Web, library: Library, settings: Settings) -> None:
    long = " ".join(STORY.format(f"day {n}") for n in range(9))
    web.routes["/feed"] = reply(
        f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
        <title>Daily Reel</title><language>en-us</language>
        <item><title>From the feed</title><link>{web.url('/1')}</link><pubDate>Thu, 05 Mar 2026 10:00:00 GMT</pubDate><author>Ann Lee</author></item>
        <item><title>Only in the feed</title><link>{web.url('/gone')}</link><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>
          <content:encoded><![CDATA[<p>{long}</p><script>no()</script>]]></content:encoded></item>
        <item><title>Old</title><link>{web.url('/2')}</link><pubDate>Thu, 05 Mar 2020 10:00:00 GMT</pubDate></item>
        <item><title>Hostile</title><link>http://169.254.169.254/latest</link></item>
        <item><title>Not allowed</title><link>{web.url('/private/3')}</link></item>
        </channel></rss>""",
        content_type="application/rss+xml",
    )  # fmt: skip
    web.routes |= {"/1": _story(1), "/2": _story(2), "/private/3": _story(3)}
    web.routes["/robots.txt"] = reply("User-agent: *\nDisallow: /private", content_type="text/plain")
    report = _run(library, settings, web.url("/feed"), wanted=Wanted(since=dt.date(2026, 1, 1)))
    articles = {article.title: article for article in library.articles()}
    assert set(articles) == {"Story 1", "Only in the feed"}
    assert (articles["Story 1"].outlet, str(articles["Story 1"].published)) == ("Daily Reel", "2026-03-05")
    assert "no()" not in articles["Only in the feed"].text
    assert {failure["source"] for failure in report.failed} == {"http://169.254.169.254/latest", web.url("/private/3")}
    assert "/private/3" not in web.paths()
    assert "/2" not in web.paths()


def test_an_index_of_sitemaps_is_followed_from_a_day_on(web: Web, library: Library, settings: Settings) -> None:
    web.routes["/index.xml"] = reply(f"<sitemapindex><sitemap><loc>{web.url('/map.xml.gz')}</loc></sitemap></sitemapindex>")
    rows = "".join(f"<url><loc>{web.url(f'/{n}')}</loc><lastmod>202{n}-01-01</lastmod></url>" for n in range(1, 5))
    inner = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    web.routes["/map.xml.gz"] = reply(gzip.compress(inner.encode()), content_type="application/x-gzip")
    web.routes |= {f"/{n}": _story(n) for n in range(1, 5)}
    report = _run(library, settings, web.url("/index.xml"), wanted=Wanted(since=dt.date(2023, 1, 1)))
    assert (report.added, report.failed) == (2, [])
    assert {article.title for article in library.articles()} == {"Story 3", "Story 4"}


def test_a_list_names_addresses_and_files(web: Web, library: Library, settings: Settings, tmp_path: Path) -> None:
    web.routes |= {"/1": _story(1), "/paper": reply(pdf("The board met on Monday."), content_type="application/pdf")}
    (tmp_path / "note.md").write_text("# A note\n\nIts text.")
    (tmp_path / "list.txt").write_text(f"# mine\n{web.url('/1')}\n\n{web.url('/paper')}\nnote.md\n{web.url('/missing')}\n")
    report = _run(library, settings, f"@{tmp_path / 'list.txt'}")
    assert {article.title for article in library.articles()} == {"Story 1", "Minutes of the board", "A note"}
    assert [failure["source"] for failure in report.failed] == [web.url("/missing")]


def test_a_zip_file_from_the_web_is_opened(web: Web, library: Library, settings: Settings) -> None:
    rows = "\n".join(json.dumps({"title": f"Row {n}", "text": f"Text of row {n}."}) for n in range(3))
    web.routes["/all.zip"] = reply(zipped({"a.md": "# A\n\nText.", "rows.jsonl": rows}), content_type="application/zip")
    assert _run(library, settings, web.url("/all.zip")).added == 4


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b"# From a pipe\n\nIts text.", "From a pipe"),
        (json.dumps({"title": "A row", "text": "Its text."}).encode(), "A row"),
        (b"title,text\nA cell,Its text.\n", "A cell"),
        (page("A page", STORY).encode(), "A page"),
        (pdf("The board met."), "Minutes of the board"),
        (zipped({"x.md": "# In a ZIP\n\nText."}), "In a ZIP"),
        (b"From: a@b.example\nSubject: A letter\n\nIts text is here.\n", "A letter"),
    ],
)
def test_standard_input_is_told_by_its_content(library: Library, settings: Settings, data: bytes, title: str) -> None:
    report = _run(library, settings, "-", stdin=data)
    assert (report.failed, [article.title for article in library.articles()]) == ([], [title])


def test_addresses_on_standard_input_are_fetched(web: Web, library: Library, settings: Settings) -> None:
    web.routes |= {"/1": _story(1), "/2": _story(2)}
    assert _run(library, settings, "-", stdin=f"{web.url('/1')}\n{web.url('/2')}\n".encode()).added == 2


def slugline(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "SLUGLINE_FETCH_ALLOW": '["127.0.0.1/32"]',
        "SLUGLINE_FETCH_DELAY": "0",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_a_dry_run_shows_what_would_be_read_and_writes_nothing(web: Web, tmp_path: Path) -> None:
    web.routes["/1"] = _story(1, "<meta property='article:published_time' content='2026-03-05T10:00:00+01:00'>")
    library = tmp_path / "library"
    done = slugline("ingest", web.url("/1"), "--dry-run", "--json", "--topic", "law", "--data-dir", str(library))
    [one] = json.loads(done.stdout)["would"]
    assert (one["what"], one["title"], one["published_at"], one["topics"]) == (
        "add",
        "Story 1",
        "2026-03-05T10:00:00+01:00",
        ["law"],
    )
    assert not library.exists()
    assert "Story 1" in slugline("ingest", web.url("/1"), "--dry-run", "--data-dir", str(library)).stdout


def test_what_failed_is_listed_and_tried_again(web: Web, tmp_path: Path) -> None:
    where = ("--data-dir", str(tmp_path / "library"))
    (tmp_path / "bad.md").write_bytes(b"\x00")
    slugline("ingest", web.url("/1"), str(tmp_path / "bad.md"), *where, code=1)
    failed = json.loads(slugline("articles", "failed", "--json", *where).stdout)["failed"]
    assert {one["source"] for one in failed} == {web.url("/1"), str(tmp_path / "bad.md")}
    web.routes["/1"] = _story(1)
    report = json.loads(slugline("ingest", "--retry-failed", "--json", *where, code=1).stdout)
    assert (report["added"], len(report["failed"])) == (1, 1)
    (tmp_path / "bad.md").write_text("# Mended\n\nText.")
    slugline("ingest", "--retry-failed", *where)
    assert "0 failed" in slugline("articles", "failed", *where).stderr


def test_loopback_is_closed_without_the_allowance(web: Web, tmp_path: Path) -> None:
    env = {key: value for key, value in os.environ.items() if not key.startswith("SLUGLINE_FETCH")}
    command = [sys.executable, str(ROOT / "cli.py"), "ingest", web.url("/1"), "--data-dir", str(tmp_path / "library")]
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode == 1
    assert "this machine" in done.stderr
    assert web.requests == []
