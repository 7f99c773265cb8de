"""The arrows between the rooms go one way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ABOVE = {
    "rag": {"ingest", "eval", "train", "ui", "web", "cli", "commands"},
    "ingest": {"eval", "train", "ui", "web", "cli", "commands"},
    "eval": {"ingest", "train", "ui", "web", "cli", "commands"},
    "web": {"eval", "train", "ui", "cli", "commands"},
}
FILES = [(room, path) for room in ABOVE for path in sorted((ROOT / room).rglob("*.py")) if path.name != "__main__.py"]


@pytest.mark.parametrize(("room", "path"), FILES, ids=lambda value: value.name if isinstance(value, Path) else value)
def test_a_room_imports_nothing_above_it(room: str, path: Path) -> None:
    imported = set(re.findall(r"^\s*(?:from|import)\s+(\w+)", path.read_text("utf-8"), re.MULTILINE))
    assert not imported & ABOVE[room]
