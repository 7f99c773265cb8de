"""The page in a real browser, driven as a reader would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from rag.engine import Engine
from ui import EXAMPLES

ROOT = Path(__file__).parent.parent
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
DRIVER = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>${document.title='owned'}{{7*7}}"


@pytest.fixture(scope="module")
def address(bundled: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real command serving a library that holds a hostile article too."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "a.md").write_text(
        f"---\ntitle: {json.dumps('Zorblax ' + HOSTILE)}\noutlet: {json.dumps(HOSTILE)}\npublished: 2026-01-05\n"
        'url: "javascript:alert(1)"\n---\n'
        f"The Zorblax studio opened on 5 January 2026 {HOSTILE.replace('<img', '&lt;img')} in Lisbon.\n"
    )
    data_dir = str(tmp_path_factory.mktemp("page") / "library")
    command = [sys.executable, str(ROOT / "cli.py"), "--data-dir", data_dir]
    subprocess.run([*command, "ingest", str(ROOT / "corpus"), str(folder)], check=True, capture_output=True)
    server = subprocess.Popen([*command, "ui", "--port", str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert f"http://127.0.0.1:{port}" in line, line
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def browser(tmp_path: Path, address: str) -> Iterator[webdriver.Chrome]:
    assert CHROMIUM, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMIUM"
    assert DRIVER, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMEDRIVER"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,900",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.get(address)
    _wait(driver, lambda: _field(driver).is_displayed())
    yield driver
    driver.quit()


def _wait(driver: webdriver.Chrome, done: object, seconds: float = 20) -> None:
    WebDriverWait(driver, seconds, ignored_exceptions=[Exception]).until(lambda _: done())  # type: ignore[operator]


def _field(driver: webdriver.Chrome) -> WebElement:
    return driver.find_element(By.CSS_SELECTOR, "#question textarea, #question input")


def _ask(driver: webdriver.Chrome, question: str) -> None:
    before = len(driver.find_elements(By.CSS_SELECTOR, "#conversation .asked"))
    _field(driver).send_keys(question, Keys.ENTER)
    _answered(driver, before + 1)


def _answered(driver: webdriver.Chrome, turns: int) -> None:
    _wait(driver, lambda: len(driver.find_elements(By.CSS_SELECTOR, "#conversation .asked")) == turns)
    time.sleep(0.5)  # the last sentences of a stream


def test_an_answer_has_marks_that_lead_to_the_highlighted_sentence(browser: webdriver.Chrome) -> None:
    _ask(browser, "When did Tennessee's ELVIS Act take effect?")
    answer = browser.find_element(By.CSS_SELECTOR, "#conversation .answer")
    assert "1 July 2024" in answer.text
    mark = answer.find_element(By.CSS_SELECTOR, "a.mark")
    mark.click()
    quoted = browser.find_element(By.CSS_SELECTOR, "#sources mark:target")
    assert quoted.text == answer.find_element(By.CSS_SELECTOR, ".sentence").text
    shown = "const r = arguments[0].getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight"
    assert browser.execute_script(shown, quoted), "the quoted sentence is in view"
    assert browser.execute_script(shown, answer), "and so is still the answer"
    card = quoted.find_element(By.XPATH, "./ancestor::article")
    assert "Slugline Briefs" in card.text
    assert card.find_elements(By.CSS_SELECTOR, "a[href^='https://']")


def test_a_second_question_keeps_the_first_and_clear_forgets_both(browser: webdriver.Chrome) -> None:
    _ask(browser, "How many days did the writers strike last?")
    _ask(browser, "When did the ELVIS Act take effect?")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#conversation .answer")) == 2
    next(b for b in browser.find_elements(By.TAG_NAME, "button") if b.text == "New conversation").click()
    _wait(browser, lambda: not browser.find_elements(By.CSS_SELECTOR, "#conversation .asked"))
    assert not browser.find_elements(By.CSS_SELECTOR, "#sources .source")


def test_every_example_answers_and_the_last_shows_an_abstention(browser: webdriver.Chrome) -> None:
    for number, text in enumerate(EXAMPLES, 1):
        next(b for b in browser.find_elements(By.CSS_SELECTOR, "button.example") if b.text == text).click()
        _answered(browser, number)
    assert len(browser.find_elements(By.CSS_SELECTOR, "#conversation .answer")) == len(EXAMPLES) - 1
    assert "does not tell" in browser.find_element(By.CSS_SELECTOR, "#conversation .abstained").text


def test_nothing_from_an_article_or_a_question_becomes_markup(browser: webdriver.Chrome) -> None:
    _ask(browser, "When did the Zorblax studio open in Lisbon?")
    _ask(browser, HOSTILE)
    assert browser.title == "Slugline"
    assert not browser.find_elements(By.CSS_SELECTOR, "#conversation img, #sources img, #conversation script, #sources script")
    assert "Zorblax <img" in browser.find_element(By.ID, "sources").text
    assert "${document.title" in browser.find_element(By.ID, "conversation").text
    hrefs = [a.get_attribute("href") or "" for a in browser.find_elements(By.CSS_SELECTOR, "#sources a, #conversation a")]
    assert not [href for href in hrefs if href.startswith("javascript")]


def test_the_page_asks_no_other_host_for_anything(browser: webdriver.Chrome, address: str) -> None:
    _ask(browser, "When did the ELVIS Act take effect?")
    asked = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    assert asked
    assert not [url for url in asked if not url.startswith((address, "data:", "blob:", "chrome:"))]


def test_a_taken_port_is_one_clear_sentence(address: str, bundled: Engine) -> None:
    port = address.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "ui", "--port", port, "--data-dir", str(bundled.settings.data_dir)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_address_answers(address: str) -> None:
    with urllib.request.urlopen(address) as page:  # noqa: S310  # loopback
        assert b"Slugline" in page.read()
