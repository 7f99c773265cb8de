"""A module without its package, and the package as always where that does not do."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from rag.submodule import without_package


@pytest.fixture
def parcel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that imports `ballast`, with a module that does not need it and one that does."""
    folder = tmp_path / "parcel"
    folder.mkdir()
    (tmp_path / "ballast.py").write_text("")
    (folder / "__init__.py").write_text("import ballast\nWEIGHT = 3\n")
    (folder / "light.py").write_text("ANSWER = 1\n")
    (folder / "bound.py").write_text("from parcel import WEIGHT\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("ballast", "parcel", "parcel.light", "parcel.bound"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


def _answer() -> int:
    return int(importlib.import_module("parcel.light").ANSWER)


def test_a_module_comes_without_what_its_package_imports(parcel: Path) -> None:
    assert without_package("parcel", _answer) == 1
    assert "ballast" not in sys.modules
    assert importlib.import_module("parcel").WEIGHT == 3  # whole for who imports it later


def test_a_module_that_needs_its_package_gets_it(parcel: Path) -> None:
    assert without_package("parcel", lambda: importlib.import_module("parcel.bound").WEIGHT) == 3
    assert "ballast" in sys.modules


def test_a_package_that_is_loaded_is_left_alone(parcel: Path) -> None:
    package = importlib.import_module("parcel")
    without_package("parcel", _answer)
    assert sys.modules["parcel"] is package


def test_one_that_is_not_installed_is_missed() -> None:
    with pytest.raises(ImportError, match="no_such_parcel"):
        without_package("no_such_parcel", lambda: importlib.import_module("no_such_parcel.light"))


_PLACED = """
import sys
from ingest.stories import Stories
from rag.types import Article
text = " ".join(f"word{n} thing{n}" for n in range(60))
stories = Stories(None)
places = [stories.place(Article(one, "T", "Variety", text + one), {"a": text, "b": text}.get) for one in ("a", "b")]
print(places[1].story, [name for name in ("scipy", "datasketch") if name in sys.modules])
"""


def test_near_copies_are_found_without_scipy() -> None:
    done = subprocess.run([sys.executable, "-c", _PLACED], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "a []"
