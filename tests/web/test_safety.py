"""Nothing that came from outside becomes active in the page, nothing is asked of another host, and nobody is let in unasked."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from starlette.testclient import TestClient

from rag.engine import Engine
from rag.store.conversations import Conversations, Turn
from tests.web.conftest import HOSTILE, Reader, Served, command
from web.guard import USER
from web.passwords import Passwords, hashed
from web.server import application

WHEN = "When did the ELVIS Act take effect?"
TABS = ("Chat", "Search", "Timeline", "Library", "Quality", "About")


def _use_everything(reader: Reader) -> None:
    reader.ask("When did the Zorblax studio open in Lisbon?")
    reader.ask(HOSTILE)
    reader.press("#sources button[data-act=article]")
    reader.tab("Search")
    reader.one("#search-query textarea, #search-query input").send_keys("Zorblax studio", Keys.ENTER)
    reader.wait(lambda: reader.all("#search-hits .source"))
    reader.tab("Timeline")
    reader.one("#timeline-topic textarea, #timeline-topic input").send_keys("Zorblax studio", Keys.ENTER)
    reader.wait(lambda: reader.one("#timeline-events").text)
    reader.tab("Library")
    reader.one("#library-find textarea, #library-find input").send_keys("zorblax", Keys.ENTER)
    reader.wait(lambda: len(reader.all("#library-list tbody tr")) == 1)
    reader.press("#library-list button[data-act=article]")
    reader.wait(lambda: "Zorblax <img" in reader.one("#library-article").text)


def test_nothing_from_an_article_or_a_question_becomes_markup(reader: Reader) -> None:
    _use_everything(reader)
    assert reader.driver.title == "Slugline"
    boards = (
        "#conversation, #sources, #search-hits, #timeline-events, #library-list, #library-article, #conversations, #following"
    )
    within = ", ".join(f"{board.strip()} :is(img, script, style, iframe, [onerror], [onload])" for board in boards.split(","))
    assert not reader.all(within)
    assert "${document.title" in (reader.one("#conversation").get_attribute("textContent") or "")
    hrefs = [link.get_dom_attribute("href") or "" for link in reader.all(".gradio-container a")]
    assert hrefs
    assert not [href for href in hrefs if not href.startswith(("http://", "https://", "#", "/slugline/"))]
    options = reader.driver.execute_script("return document.documentElement.outerHTML.includes('<img src=\"x\"')")
    assert not options, "nor in the choices of a filter"


def test_markup_that_got_in_all_the_same_would_not_run(reader: Reader) -> None:
    reader.driver.execute_script(
        "const d = document.createElement('div'); document.body.append(d);"
        "d.innerHTML = `<img src=x onerror=\"document.title='owned'\"><a id=bad href=\"javascript:document.title='owned'\">x</a>`;"
        "const s = document.createElement('script'); s.textContent = \"document.title='owned'\"; d.append(s);"
        "document.getElementById('bad').click();"
    )
    reader.tab("About")
    reader.wait(lambda: reader.one("#about table").is_displayed())
    assert reader.driver.title == "Slugline"


def test_the_page_asks_no_other_host_for_anything_and_breaks_no_rule_of_its_own(reader: Reader) -> None:
    reader.driver.get_log("browser")
    reader.driver.get_log("performance")
    reader.open()
    _use_everything(reader)
    for tab in TABS:
        reader.tab(tab)
    asked = []
    for entry in reader.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    assert len(asked) > 20
    assert not [url for url in asked if not url.startswith((reader.address, "data:", "blob:", "chrome:"))]
    said = [entry["message"] for entry in reader.driver.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]
    assert not [one for one in said if "Content Security Policy" in one or "Uncaught" in one], said


def test_the_policy_lets_no_inline_script_run(served: Served) -> None:
    with urllib.request.urlopen(served.address) as page:  # noqa: S310  # loopback
        policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
        text = page.read().decode()
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["default-src"] == policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "evil" not in text
    assert "googleapis" not in text


def _status(address: str, method: str = "GET", data: bytes | None = None, **headers: str) -> int:
    request = urllib.request.Request(  # noqa: S310  # loopback
        address, data, {name.replace("_", "-"): value for name, value in headers.items()}, method=method
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _announced(address: str, length: int) -> int:
    """The status for a body of `length` bytes, told before any of it is sent."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    with contextlib.closing(connection):
        connection.putrequest("POST", parts.path)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        return connection.getresponse().status


def test_another_name_another_site_and_a_long_body_are_turned_away(served: Served) -> None:
    asking = json.dumps({"messages": [{"role": "user", "content": "When?"}]}).encode()
    at = f"{served.address}/v1/chat/completions"
    assert _status(served.address, Host="evil.example") == 421
    assert _status(at, "POST", asking, Content_Type="application/json", Origin="https://evil.example") == 403
    assert _status(at, "POST", asking, Content_Type="application/json", Origin=served.address) == 200
    assert _announced(at, (1 << 20) + len(asking)) == 413
    assert _status(f"{served.address}/gradio_api/file=/etc/passwd") in {403, 404}
    assert _status(f"{served.address}/slugline/..%2fguard.py") == 404


def test_with_passwords_nobody_comes_in_without(bundled: Engine, tmp_path: Path) -> None:
    file = tmp_path / "who"
    file.write_text(hashed("ana", "correct horse") + "\n")
    client = TestClient(application(bundled, frozenset({"testserver"}), Passwords(file)))
    for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/", "/v1/models", "/slugline/page.js", "/login"):
        assert client.get(path).status_code == 401, path
    assert client.get("/", auth=("ana", "wrong one")).status_code == 401
    assert client.get("/", auth=("ana", "correct horse")).status_code == 200
    asking = {"messages": [{"role": "user", "content": WHEN}]}
    at = "/v1/chat/completions"
    assert client.post(at, json=asking, headers={"Authorization": "Bearer ana:correct horse"}).status_code == 200
    assert client.post(at, json=asking, headers={USER: "ana"}).status_code == 401


def test_a_conversation_is_its_owner_s_alone(bundled: Engine, tmp_path: Path) -> None:
    (tmp_path / "who").write_text("\n".join([hashed("ana", "correct horse"), hashed("bo", "other horse")]))
    client = TestClient(application(bundled, frozenset({"testserver"}), Passwords(tmp_path / "who")))
    conversations = Conversations(bundled.settings.data_dir)
    conversations.keep("ana1", [Turn(WHEN, bundled.ask(WHEN))], owner="ana")
    assert client.get("/slugline/ana1.md", auth=("ana", "correct horse")).text.startswith("# When did")
    assert client.get("/slugline/ana1.md", auth=("bo", "other horse")).status_code == 404
    assert client.get("/slugline/ana1.json", auth=("bo", "other horse"), headers={USER: "ana"}).status_code == 404


@pytest.mark.parametrize("flags", [("--host", "0.0.0.0"), ("--auth", "/nowhere/who")])  # noqa: S104
def test_what_is_not_safe_or_cannot_be_is_one_sentence(served: Served, flags: tuple[str, str]) -> None:
    done = subprocess.run(command(served.data_dir, "ui", *flags), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert ("--auth FILE" if flags[0] == "--host" else "cannot be read") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_clear_sentence(served: Served) -> None:
    port = served.address.rsplit(":", 1)[1]
    done = subprocess.run(command(served.data_dir, "ui", "--port", port), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
