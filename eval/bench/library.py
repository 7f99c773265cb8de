"""How the library scales: generated passages with vectors made beforehand, so that no model is timed.

Words follow Zipf's law; vectors lie in clusters, as those of real passages do; a question has the words of one passage and a
vector near its own. Each size is filled once, then opened by a new process, which reports how long opening took, how long
retrieval (`rag.retrieve.Retriever.search`: both legs, fusing, reading the hits) with the files in the system's cache, and how much
memory it holds.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.config import load_settings
from rag.embed import Embedded, PackagedEmbedder
from rag.types import Article, Filters, Passage, Span

DIMENSION, CLUSTERS, SPREAD = 384, 500, 0.6
OUTLETS, DAYS, FIRST_DAY = 40, 1500, dt.date(2022, 1, 1)
OF_ARTICLE, WORDS, SENTENCE = 4, 130, 20  # passages of an article, words of a passage and of a sentence
STEP = 256  # articles written at once
QUESTIONS, WARM = 300, 20
TARGETS = {  # at 100,000 passages: milliseconds, seconds, megabytes
    "filtered p95 ms": 40.0, "unfiltered p95 ms": 15.0, "open s": 1.5, "resident MB": 1600.0,
}  # fmt: skip


class Generator:
    """Passage `n` is the same on every run and for every size."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self._centres = rng.normal(size=(CLUSTERS, DIMENSION)).astype(np.float32)
        ranks = 1 / np.arange(1, 60_001) ** 1.05
        self._chances = np.cumsum(ranks / ranks.sum())

    def words(self, n: int) -> list[str]:
        rng = np.random.default_rng((2, n))
        return [f"w{rank}" for rank in np.searchsorted(self._chances, rng.random(WORDS)).tolist()]

    def vector(self, n: int) -> np.ndarray:
        rng = np.random.default_rng((3, n))
        return _unit(self._centres[n % CLUSTERS] + SPREAD * rng.normal(size=DIMENSION).astype(np.float32))

    def article(self, n: int) -> tuple[Article, list[Passage], list[Embedded]]:
        """Article `n`, its passages, and the vectors of these and of their sentences."""
        texts, passages, vectors, at = [], [], [], 0
        for ordinal in range(OF_ARTICLE):
            number = n * OF_ARTICLE + ordinal
            words = self.words(number)
            lines = [" ".join(words[i : i + SENTENCE]) + "." for i in range(0, WORDS, SENTENCE)]
            text, spans, place = " ".join(lines), [], at
            for line in lines:
                spans.append(Span(place, place + len(line)))
                place += len(line) + 1
            passages.append(Passage(f"a{n}", ordinal, at, at + len(text), text, tuple(spans)))
            vector = self.vector(number)
            vectors.append(Embedded(vector, np.repeat(vector[None], len(lines), axis=0)))
            texts.append(text)
            at += len(text) + 1
        day = FIRST_DAY + dt.timedelta(days=n * 7919 % DAYS)
        topics = (f"topic {n % 12}",)
        article = Article(f"a{n}", f"Title {n}", f"Outlet {n % OUTLETS}", " ".join(texts), published=day, topics=topics)
        return article, passages, vectors

    def question(self, n: int) -> tuple[str, np.ndarray]:
        """Eight words of passage `n`, and a vector near its own."""
        chance = random.Random(n)  # noqa: S311
        rng = np.random.default_rng((4, n))
        return " ".join(chance.sample(self.words(n), 8)), _unit(
            self.vector(n) + 0.03 * rng.normal(size=DIMENSION).astype(np.float32)
        )


def _unit(vector: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


class Given:
    """An embedder that gives each question the vector it was told, at no cost."""

    dimension = DIMENSION
    max_tokens = 256
    # Of another model, and the search would have the packaged one read each question once more.
    fingerprint = PackagedEmbedder.fingerprint

    def __init__(self, questions: dict[str, np.ndarray]) -> None:
        self._questions = questions

    def count(self, text: str) -> int:
        return len(text.split())

    def question(self, text: str) -> np.ndarray:
        return self._questions.get(text, next(iter(self._questions.values())))

    def sides(self, text: str, spans: Sequence[Span]) -> Embedded:
        vector = self.question(text)
        return Embedded(vector, np.repeat(vector[None], len(spans), axis=0))

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        raise NotImplementedError("the passages of this benchmark come with their vectors")


def fill(data_dir: Path, passages: int, told: Callable[[str], None]) -> float:
    """Write so many passages; returns passages written a second, 0 when they were there."""
    from rag.store.library import Library, content_hash

    made = Generator()
    library = Library(data_dir, Given({}))
    count = passages // OF_ARTICLE
    if library.counts()["articles"] == count:
        return 0.0
    spent = 0.0
    with library.writing():
        for first in range(0, count, STEP):
            step = [made.article(n) for n in range(first, min(count, first + STEP))]
            started = time.perf_counter()
            with library.ledger.transaction():
                revisions = [library.ledger.begin(article, content_hash(article), "bench") for article, _, _ in step]
            library.index([(r, *one) for r, one in zip(revisions, step, strict=True)])
            library.publish(revisions)
            spent += time.perf_counter() - started
            if first // STEP % 20 == 0:
                told(f"{(first + len(step)) * OF_ARTICLE} of {passages} passages, {spent:.0f} s")
    library.close()
    return passages / spent


def measure(data_dir: Path, passages: int) -> dict[str, float]:
    """Open the library in this process, ask it the questions, and report."""
    made = Generator()
    chance = random.Random(5)  # noqa: S311
    asked = [made.question(chance.randrange(passages)) for _ in range(QUESTIONS + WARM)]
    settings = load_settings(data_dir=data_dir)
    started = time.perf_counter()
    from rag.retrieve import Retriever
    from rag.store.library import Library

    imported = time.perf_counter()
    library = Library(data_dir, Given(dict(asked)))
    retriever = Retriever(library, settings)
    retriever.search(asked[0][0])
    out = {"open s": time.perf_counter() - imported, "imports s": imported - started}
    _read_through(data_dir)
    month = Filters(since=dt.date(2023, 5, 1), until=dt.date(2023, 5, 31))
    years = Filters(since=dt.date(2023, 1, 1), until=dt.date(2024, 12, 31))
    cases = {
        "unfiltered": Filters(),
        "one month": month,
        "two years": years,
        "one outlet": Filters(outlets=("Outlet 3",)),
        "outlet and two years": Filters(outlets=("Outlet 3", "Outlet 5"), since=years.since, until=years.until),
        "topic": Filters(topics=("Topic 3",)),
    }
    filtered = []
    for name, filters in cases.items():
        times = []
        for question, _ in asked:
            started = time.perf_counter()
            retriever.search(question, filters=filters)
            times.append(1000 * (time.perf_counter() - started))
        times = times[WARM:]
        filtered += times if filters != Filters() else []
        out |= {f"{name} p50 ms": float(np.percentile(times, 50)), f"{name} p95 ms": float(np.percentile(times, 95))}
    out["filtered p95 ms"] = float(np.percentile(filtered, 95))
    resident = int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    out["resident MB"] = resident / 1e6
    out["disk MB"] = sum(file.stat().st_size for file in data_dir.rglob("*") if file.is_file()) / 1e6
    return out


def _read_through(folder: Path) -> None:
    """Bring every file into the system's cache, so that searches are timed and not the disk: 400,000 passages are 7 GB."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb", buffering=0) as stream:
                while stream.read(16 << 20):
                    pass


def run(sizes: Sequence[int], data_dir: Path | None, told: Callable[[str], None]) -> dict[int, dict[str, Any]]:
    """The figures of each size, by their names."""
    found: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for passages in sizes:
            folder = (data_dir or Path(temporary)) / str(passages)
            rate = fill(folder, passages, told)
            command = [sys.executable, "-m", "eval.bench", "library", "--measure", "--data-dir", str(folder)]
            done = subprocess.run([*command, "--passages", str(passages)], check=True, capture_output=True, text=True)
            found[passages] = {"inserted a second": rate} | json.loads(done.stdout)
    return found


def table(found: dict[int, dict[str, Any]]) -> str:
    """The figures side by side, in Markdown."""
    sizes = list(found)
    lines = ["| | " + " | ".join(f"{size:,}" for size in sizes) + " | at most |", "|---|" + "---|" * (len(sizes) + 1)]
    for name in next(iter(found.values())):
        values = " | ".join("already there" if not found[s][name] else f"{found[s][name]:,.1f}" for s in sizes)
        lines.append(f"| {name} | {values} | {TARGETS.get(name, '')} |")
    lines.append("\nThe limits hold for 100,000 passages.")
    if len(sizes) > 1:
        least, most = found[sizes[0]]["unfiltered p50 ms"], found[sizes[-1]]["unfiltered p50 ms"]
        lines.append(f"Unfiltered p50 at {sizes[-1]:,} passages: {most / least:.1f} times that at {sizes[0]:,}.")
    return "\n".join(lines)
