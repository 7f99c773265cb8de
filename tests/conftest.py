"""One real library for all tests that only read: the bundled articles, embedded by the packaged model."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # a test that reached for the hub would hang where there is no network

from ingest.pipeline import ingest
from rag.config import Settings, load_settings
from rag.embed import PackagedEmbedder
from rag.engine import Engine
from rag.store.library import Library

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def embedder() -> PackagedEmbedder:
    return PackagedEmbedder()


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory, embedder: PackagedEmbedder) -> Engine:
    """An engine over `corpus/`."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("bundled"))
    library = Library(settings.data_dir, embedder)
    with library.writing():
        report = ingest([str(ROOT / "corpus")], library, settings)
    assert not report.failed
    return Engine(library, settings)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "library")


@pytest.fixture
def library(settings: Settings, embedder: PackagedEmbedder) -> Iterator[Library]:
    """An empty library of the test's own."""
    made = Library(settings.data_dir, embedder)
    yield made
    made.close()


@pytest.fixture
def article_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a Markdown article and tells where."""

    def write(name: str, text: str, **front: object) -> Path:
        lines = [f"{key}: {value!r}" if isinstance(value, str) else f"{key}: {value}" for key, value in front.items()]
        path = tmp_path / name
        path.write_text("\n".join(["---", *lines, "---", "", text]), "utf-8")
        return path

    return write


@pytest.fixture
def put(library: Library, settings: Settings) -> Callable[[Sequence[Path]], None]:
    """Ingests files into the test's own library."""

    def run(files: Sequence[Path]) -> None:
        with library.writing():
            report = ingest([str(file) for file in files], library, settings)
        assert not report.failed, report.failed

    return run


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
