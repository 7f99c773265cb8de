"""Counting tokens with no network."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken


def carried() -> Path:
    """Where llama-index-core keeps the files that tiktoken and nltk would otherwise fetch: neither asks the network."""
    import llama_index.core

    return Path(llama_index.core.__file__).parent / "_static"


@lru_cache
def encoding() -> tiktoken.Encoding:
    """cl100k_base, from the files that llama-index-core carries: tiktoken would fetch them otherwise."""
    import tiktoken

    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(carried() / "tiktoken_cache"))
    return tiktoken.get_encoding("cl100k_base")


def count(text: str) -> int:
    """How many tokens `text` is; marks that mean something to a model count as the characters they are."""
    return len(encoding().encode(text, disallowed_special=()))


def cut(text: str, most: int) -> str:
    """The first `most` tokens of `text`."""
    return encoding().decode(encoding().encode(text, disallowed_special=())[:most])
