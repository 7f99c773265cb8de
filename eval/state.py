"""What a run was made with: articles, models, settings, versions, machine. Nothing in it names the user's folders or keys."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eval.statistics import LEVEL, RESAMPLES, SEED
from rag.config import Settings
from rag.engine import Engine
from rag.store.library import content_hash

_PACKAGES = (
    "slugline", "numpy", "torch", "tokenizers", "sentence-transformers", "chromadb", "tantivy", "llama-index-core", "tiktoken", "nltk",
)  # fmt: skip
_PRIVATE = frozenset({"data_dir", "api_key", "base_url"})


def of_library(engine: Engine) -> dict[str, Any]:
    """The articles as one hash, how many, and the models that read them."""
    whole = hashlib.sha256()
    articles = sorted(engine.library.articles(), key=lambda article: article.id)
    for article in articles:
        whole.update(f"{article.id} {content_hash(article)}\n".encode())
    return {
        "corpus": {"sha256": whole.hexdigest(), "articles": len(articles), "passages": engine.library.counts()["passages"]},
        "models": {"embedder": engine.library.embedder.fingerprint, **_shipped()},
        "settings": settings_json(engine.settings),
    }


def settings_json(settings: Settings) -> dict[str, Any]:
    """The settings that a figure may depend on: no folders, addresses or keys."""
    return _without(settings.model_dump(mode="json"))


def _without(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _without(v) if isinstance(v, dict) else v for name, v in values.items() if name not in _PRIVATE}


def _shipped() -> dict[str, str]:
    """sha256 of the weights that come with Slugline, by their place in `rag`."""
    import rag

    root = Path(rag.__file__).parent
    files = sorted([*root.glob("*/weights.json"), *root.glob("models/*/model.safetensors")])
    return {file.relative_to(root).as_posix(): _sha256(file) for file in files}


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        whole = hashlib.sha256()
        while block := stream.read(1 << 20):
            whole.update(block)
        return whole.hexdigest()


def of_machine() -> dict[str, Any]:
    """Versions, processor, and how intervals are drawn."""
    return {
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "python": sys.version.split()[0],
            "processor": _processor(),
            "cores": os.cpu_count() or 0,
        },
        "seed": SEED,
        "resamples": RESAMPLES,
        "level": LEVEL,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux: what Python knows has to do
    return platform.processor()
