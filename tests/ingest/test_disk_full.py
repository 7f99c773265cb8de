"""A disk that is really full: a small file system in memory, which takes a superuser to mount."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.embed import PackagedEmbedder
from rag.store import rebuild
from rag.store.library import Library

ROOT = Path(__file__).parents[2]
ARTICLES = 96


def _mount(folder: Path, *options: str) -> bool:
    mount = shutil.which("mount")
    return (
        bool(mount) and not subprocess.run([mount, "-t", "tmpfs", *options, "tmpfs", str(folder)], capture_output=True).returncode
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or not _mount(folder, "-o", "size=1m"):
        pytest.skip("mounting a small file system is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("articles") / "a.jsonl"
    rows = [
        {"id": f"n{n}", "title": f"Singer {n}", "outlet": "Sound Post",
         "text": f"The label of singer{n}x signed a licence for cloned voices. The fee was {n + 100} dollars. " * 6}
        for n in range(ARTICLES)
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def _ingest(data_dir: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "cli.py", "--data-dir", str(data_dir), "ingest", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("kilobytes", [300, 1700])
def test_a_full_disk_is_one_sentence_and_the_next_ingest_finishes(small_disk: Path, articles: Path, kilobytes: int) -> None:
    """The smaller is full while the library is made, the larger while articles are written."""
    _mount(small_disk, "-o", f"remount,size={kilobytes}k")
    done = _ingest(small_disk / "library", articles)
    assert done.returncode == 1, done.stderr
    said = done.stderr.strip()
    assert "Traceback" not in said
    assert "is full: make room there, then run the command again. Nothing already stored is lost." in " ".join(said.split())
    _mount(small_disk, "-o", "remount,size=64m")
    again = _ingest(small_disk / "library", articles)
    assert again.returncode == 0, again.stderr
    assert rebuild.check(small_disk / "library") == []
    library = Library(small_disk / "library", PackagedEmbedder())
    assert set(library.counts().values()) == {ARTICLES}
    library.close()
