"""SIGKILL at any moment: each article is wholly old or wholly new, and the next ingest finishes the work."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.embed import PackagedEmbedder
from rag.store import rebuild
from rag.store.intact import cut_short
from rag.store.library import Library
from rag.types import Filters

ARTICLES, KILLS = 600, 100
WORDS = "studio union actor voice replica contract strike song court label game clone script star deal bill fee".split()


class Server:
    """`slugline` in forked processes."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("killed_server.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, arguments: list[str], seconds: float | None = None) -> tuple[int, float]:
        """Exit code (-9: killed) and seconds it lived."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([arguments, seconds]) + "\n")
        self._process.stdin.flush()
        code, lived = json.loads(self._process.stdout.readline())
        return code, lived

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def _write(file: Path, edition: int) -> None:
    """600 articles of one edition; each says its own name and edition in words that no other text has."""
    chance = random.Random(5)
    with file.open("w") as out:
        for n in range(ARTICLES):
            told = " ".join(chance.choice(WORDS) for _ in range(12))
            text = f"The {told} of mark{n}x. It was edition{edition}x of mark{n}x."
            out.write(json.dumps({"id": f"a{n:03}", "title": f"Story {n}", "outlet": "Wire", "text": text}) + "\n")


def _editions(library: Library) -> dict[str, int]:
    """The edition that readers have of each article; fails when the legs do not both hold just that one."""
    live = library._fresh()
    editions = {article.id: int(article.text.split("edition")[1].split("x")[0]) for article in library.articles()}
    vectors = dict(library.ledger.vectors())
    assert set(vectors) == set(live.numbers.tolist())
    numbers = live.numbers.tolist()
    if numbers:
        found = library._both().vectors.search_all(np.stack([vectors[n] for n in numbers]).astype(np.float32), 3)
        lost = [n for n, best in zip(numbers, found, strict=True) if not any(cosine > 0.999 for _, cosine in best)]
        assert len(lost) <= rebuild.LOST_SHARE * len(numbers), f"the vectors do not find {lost}"
    for number, (_, article, _) in library.ledger.passages(numbers).items():
        name = f"mark{int(article.id.split('a')[-1])}x"
        assert list(library._by_words(live, name, 5, Filters())) == [number], f"the words find {article.id} once"
    absent = [n for n in range(ARTICLES) if f"wire.a{n:03}" not in editions]
    for n in absent:
        assert not library._by_words(live, f"mark{n}x", 5, Filters()), "an article that is not live is found by neither leg"
    return editions


def test_a_hundred_kills_lose_nothing_and_leave_nothing_half(tmp_path: Path, server: Server, embedder: PackagedEmbedder) -> None:
    data_dir, files = tmp_path / "library", [tmp_path / f"edition{n}.jsonl" for n in range(2)]
    for edition, file in enumerate(files):
        _write(file, edition)
    command = ["--data-dir", str(data_dir), "ingest"]
    code, whole = server.run(["--data-dir", str(tmp_path / "undisturbed"), "ingest", str(files[0])])
    assert code == 0
    chance, kills, edition, before = random.Random(11), 0, 0, dict[str, int]()
    while kills < KILLS:
        code, _ = server.run([*command, str(files[edition % 2])], chance.uniform(0.1, whole / 4))
        assert code in {0, -9}, "never an error, only death"
        library = Library(data_dir, embedder)
        if any(
            cut_short(database.parent) for database in data_dir.glob("vectors*/chroma.sqlite3")
        ):  # killed while Chroma wrote its own file
            with library.writing():  # the next writer makes it again
                pass
        now = _editions(library)
        assert all(now.get(id_) in {seen, edition % 2} for id_, seen in before.items()), "what was stored is old or new"
        library.close()
        before = now
        kills += code == -9
        edition += code == 0  # all is written: the other edition replaces it
    for file in (files[1], files[0]):
        assert server.run([*command, str(file)])[0] == 0
    _same(Library(data_dir, embedder), Library(tmp_path / "undisturbed", embedder))
    assert rebuild.check(data_dir) == []


def _same(disturbed: Library, undisturbed: Library) -> None:
    """As a run that nobody disturbed leaves it: the same articles, the same vectors, as many in each store."""
    assert disturbed.counts() == undisturbed.counts()
    assert _editions(disturbed) == _editions(undisturbed)
    ours, theirs = ({one.article.id: one for one in library.ledger.each()} for library in (disturbed, undisturbed))
    for id_, one in theirs.items():
        (a,), (b,) = (lib.ledger.passages_of(s, 1) for lib, s in ((disturbed, ours[id_]), (undisturbed, one)))
        assert ours[id_].article.text == one.article.text
        assert a[1] == b[1]
        assert float(a[2].astype(float) @ b[2].astype(float)) > 0.999  # a batch of other lengths is padded otherwise
