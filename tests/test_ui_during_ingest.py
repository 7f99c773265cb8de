"""The page that is open while articles come in: it knows them with no restart and no reload."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parent.parent
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
DRIVER = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
PATIENCE = 60  # seconds, for a busy machine


def _slugline(data_dir: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "cli.py"), "--data-dir", str(data_dir), *arguments]


@pytest.fixture
def data_dir(tmp_path: Path, article_file: Callable[..., Path]) -> Path:
    """A library with one article."""
    old = article_file(
        "old.md", "The Quorvel studio opened on 5 January 2026 in Lisbon.", title="Quorvel opens", outlet="Morning Wire"
    )
    subprocess.run(_slugline(tmp_path / "library", "ingest", str(old)), check=True, capture_output=True)
    return tmp_path / "library"


@pytest.fixture
def page(data_dir: Path, free_port: int, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """The page over `data_dir`, open in a browser."""
    assert CHROMIUM, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMIUM"
    assert DRIVER, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMEDRIVER"
    server = subprocess.Popen(_slugline(data_dir, "ui", "--port", str(free_port)), stdout=subprocess.PIPE, text=True)
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-background-networking",
        "--disable-component-update", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
    ):  # fmt: skip
        options.add_argument(flag)
    driver = None
    try:
        assert server.stdout is not None
        assert str(free_port) in server.stdout.readline()
        driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
        driver.get(f"http://127.0.0.1:{free_port}")
        yield driver
    finally:
        if driver:
            driver.quit()
        server.terminate()
        server.wait(PATIENCE)


def _ask(page: webdriver.Chrome, question: str, says: str) -> str:
    """Type `question`; what the conversation says once `says` is in it."""

    def field() -> bool:
        return page.find_element(By.CSS_SELECTOR, "#question textarea").is_enabled()

    def told() -> bool:
        return says in page.find_element(By.ID, "conversation").text

    WebDriverWait(page, PATIENCE, ignored_exceptions=[Exception]).until(lambda _: field())
    page.find_element(By.CSS_SELECTOR, "#question textarea").send_keys(question, Keys.ENTER)
    WebDriverWait(page, PATIENCE, ignored_exceptions=[Exception]).until(lambda _: told())
    return str(page.find_element(By.ID, "conversation").text)


def test_the_first_question_after_an_ingest_is_answered_from_the_new_article(
    page: webdriver.Chrome, data_dir: Path, article_file: Callable[..., Path]
) -> None:
    before = _ask(page, "When did the Quorvel studio open in Lisbon?", "5 January 2026")
    assert "Brindlemax" not in before
    new = article_file(
        "new.md", "The Brindlemax studio opened on 17 March 2026 in Porto.", title="Brindlemax opens", outlet="Evening Wire"
    )
    subprocess.run(_slugline(data_dir, "ingest", str(new)), check=True, capture_output=True)
    # Asked once, at once: had the page not known the article by then, this would be told as unknown and stay so.
    _ask(page, "When did the Brindlemax studio open in Porto?", "17 March 2026")
