"""What is set up: models, sizes, versions, and whether the library is sound."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from rag.dates import written
from rag.errors import LibraryDamaged
from rag.store import rebuild

if TYPE_CHECKING:
    from rag.engine import Engine

PACKAGES = ("torch", "sentence-transformers", "chromadb", "tantivy", "llama-index-core", "gradio")


def facts(engine: Engine) -> list[tuple[str, str]]:
    """(what, value) of everything a user may want to tell when something is wrong."""
    from rag.linear import described  # torch: 1 s, paid by who asks

    library, settings = engine.library, engine.settings
    counts = library.counts()
    size = sum(file.stat().st_size for file in settings.data_dir.rglob("*") if file.is_file())
    dates = library.dates()
    found = [
        ("Slugline", _version("slugline")),
        ("Library", str(settings.data_dir)),
        ("Articles", f"{counts['articles']:,}"),
        ("Passages", f"{counts['passages']:,}"),
        ("Published", f"{written(dates[0])} to {written(dates[1])}" if dates else "nothing dated"),
        ("On disk", f"{size / 1e6:.1f} MB"),
        ("Embedding model", library.embedder.fingerprint),
        ("Models multiply in", described()),
        ("Answers are", "taken word for word from the passages, and checked"),
        ("Python", platform.python_version()),
    ]
    return found + versions()


def versions() -> list[tuple[str, str]]:
    """(package, version) of those that Slugline stands on."""
    return [(package, _version(package)) for package in PACKAGES]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def health(engine: Engine) -> list[str]:
    """What is wrong with the library, a sentence each; none when it is sound. Reads everything."""
    try:
        damages = rebuild.check(engine.settings.data_dir)
    except LibraryDamaged as error:
        return [str(error)]
    return [f"The {damage.part} are damaged: {damage.reason}. Rebuild them with: slugline library repair" for damage in damages]
