"""The page's server under load: `slugline ui` in a process of its own, asked over HTTP as other programs ask it.

First words: from sending a question to the first words of a streamed answer, one at a time. At once: 20 readers, each asking its
questions one after the other. Memory: the server's resident set while many questions are asked. Interactive: from opening the page in
Chromium to a field that takes a question, where selenium and a Chromium are installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from eval.questions import BUNDLED, load

ROOT = Path(__file__).parents[2]
READERS, EACH = 20, 5
TARGETS = {"first words p95 s": 0.3, "20 at once p95 s": 2.0, "failed": 0.0, "interactive s": 2.0}


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[tuple[str, int]]:
    """A server over the library in `data_dir`: its address and process id; ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "cli.py"), "--data-dir", str(data_dir), "ui", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline() if server.stdout else ""
        if "http://" not in line:
            raise RuntimeError(f"the server did not start: {line}")
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        server.wait(30)


def run(data_dir: Path, questions: int) -> dict[str, Any]:
    """All figures: seconds, megabytes, counts."""
    asked = [question.text for question in load(BUNDLED / "dev.jsonl")]
    with serving(data_dir) as (address, process):
        with httpx.Client(base_url=address, timeout=60) as client:
            firsts = [_first_words(client, question) for question in asked[:50]]
        with ThreadPoolExecutor(READERS) as pool:
            turns = [[asked[(reader * EACH + n) % len(asked)] for n in range(EACH)] for reader in range(READERS)]
            waits = [wait for waits in pool.map(lambda own: _one_reader(address, own), turns) for wait in waits]
        memory = _memory_over(address, process, asked, questions)
        found: dict[str, Any] = {
            "first words p50 s": _at(0.5, firsts),
            "first words p95 s": _at(0.95, firsts),
            f"{READERS} at once p50 s": _at(0.5, [wait for wait in waits if wait is not None]),
            f"{READERS} at once p95 s": _at(0.95, [wait for wait in waits if wait is not None]),
            "failed": sum(wait is None for wait in waits),
            "resident MB": memory,
        }
        opened = _interactive(address)
    return found | ({"interactive s": opened} if opened is not None else {}) | {"targets": TARGETS}


def _first_words(client: httpx.Client, question: str) -> float:
    started = time.perf_counter()
    body = {"stream": True, "messages": [{"role": "user", "content": question}]}
    with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                return time.perf_counter() - started
    raise RuntimeError(f"no words came for {question!r}")


def _one_reader(address: str, questions: Sequence[str]) -> list[float | None]:
    """Seconds to each whole answer, asked one after the other; None for one that failed."""
    # A client's TLS set-up takes 21 ms of these cores, a fourth of an answer: one for all, as a program that asks often has.
    with httpx.Client(base_url=address, timeout=60) as client:
        return [_whole(client, question) for question in questions]


def _whole(client: httpx.Client, question: str) -> float | None:
    started = time.perf_counter()
    try:
        client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]}).raise_for_status()
    except httpx.HTTPError:
        return None
    return time.perf_counter() - started


def _memory_over(address: str, process: int, asked: Sequence[str], count: int) -> dict[str, float]:
    """The server's resident megabytes after the first fifth of `count` questions, by when all is loaded, and after each further one."""
    seen = {}
    with httpx.Client(timeout=60) as client:
        for n in range(1, count + 1):
            body = {"messages": [{"role": "user", "content": asked[n % len(asked)]}]}
            client.post(f"{address}/v1/chat/completions", json=body).raise_for_status()
            if n % max(1, count // 5) == 0:
                seen[f"after {n}"] = _resident(process)
    return seen


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text("utf-8").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _at(share: float, values: Sequence[float]) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)


def _interactive(address: str) -> float | None:
    """Median of five visits; None without a browser."""
    binary = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    driver = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
    try:
        from selenium import webdriver
        from selenium.webdriver.common.by import By
    except ImportError:
        return None
    if not binary or not driver:
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(driver))
    times = []
    try:
        for _ in range(5):
            browser.get("about:blank")
            started = time.perf_counter()
            browser.get(address)
            while not [one for one in browser.find_elements(By.CSS_SELECTOR, "#question textarea") if one.is_enabled()]:
                time.sleep(0.01)
            times.append(time.perf_counter() - started)
    finally:
        browser.quit()
    return _at(0.5, times)
