"""The real command serving a library that holds hostile articles too, and a real browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ingest.pipeline import ingest
from rag.config import load_settings
from rag.engine import Engine
from rag.store.library import Library

ROOT = Path(__file__).parents[2]
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
DRIVER = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script><svg onload=\"document.title='owned'\"></svg>"
    "<style>body{display:none}</style>![x](https://evil.example/x.png) [y](javascript:alert(1)) ${document.title='owned'}{{7*7}}"
)


@dataclass(frozen=True)
class Served:
    """A server that runs, and the folder of its library."""

    address: str
    data_dir: Path


def command(data_dir: Path, *more: str) -> list[str]:
    return [sys.executable, str(ROOT / "cli.py"), "--data-dir", str(data_dir), *more]


@pytest.fixture(scope="session")
def served(bundled: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`slugline ui` over a copy of the bundled library with a hostile article in it; stopped at the end."""
    folder = tmp_path_factory.mktemp("served")
    data_dir = folder / "library"
    shutil.copytree(bundled.settings.data_dir, data_dir)
    fields = dict.fromkeys(("title", "outlet", "author"), f"Zorblax {HOSTILE}") | {"topics": [HOSTILE], "people": [HOSTILE]}
    front = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    (folder / "a.md").write_text(
        f'---\n{front}\npublished: 2026-01-05\nurl: "javascript:alert(1)"\n---\n'
        f"The Zorblax studio opened on 5 January 2026 {HOSTILE.replace('<', '&lt;')} in Lisbon.\n"
    )
    library = Library(data_dir, bundled.library.embedder)
    with library.writing():
        assert ingest([str(folder / "a.md")], library, load_settings(data_dir=data_dir)).added == 1
    library.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(command(data_dir, "ui", "--port", str(port)), stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    assert f"http://127.0.0.1:{port}" in line, line
    yield Served(f"http://127.0.0.1:{port}", data_dir)
    server.terminate()
    assert server.wait(20) in {0, -15}, "it ends at once and without an error when it is told to"


class Reader:
    """A reader at a browser."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    def open(self) -> Reader:
        self.driver.get(self.address)
        self.wait(lambda: self.field.is_displayed() and bool(self.all("#following button")))
        return self

    @property
    def field(self) -> WebElement:
        return self.one("#question textarea")

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, done: Callable[[], object], seconds: float = 60) -> None:
        WebDriverWait(self.driver, seconds, 0.1, ignored_exceptions=[Exception]).until(lambda _: done())

    def press(self, selector: str, text: str = "", at: int = -1) -> None:
        """Press the last button that `selector` finds, whose words hold `text`, or the one `at` another place."""

        def pressed() -> bool:
            button = [one for one in self.all(selector) if text in one.text][at]
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button)
            button.click()
            return True

        self.wait(pressed)

    def tab(self, name: str) -> None:
        self.press("button[role=tab]", name)

    def ask(self, question: str) -> None:
        before = len(self.all("#conversation .turn"))
        self.field.send_keys(question, Keys.ENTER)
        self.answered(before + 1)

    def answered(self, turns: int) -> None:
        """Waits until the last of `turns` is whole: only then it can be judged."""
        self.wait(lambda: len(self.all("#conversation .turn")) == turns and self.all("#conversation .turn:last-child .feedback"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    assert CHROMIUM, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMIUM"
    assert DRIVER, "the page is tested in a browser: install chromium and chromium-driver, or set CHROMEDRIVER"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}", "--window-size=1280,900",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def reader(browser: webdriver.Chrome, served: Served) -> Reader:
    """A reader who has just opened the page."""
    return Reader(browser, served.address).open()
