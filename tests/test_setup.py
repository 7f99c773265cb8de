"""What a newcomer sees when setting up cannot work."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a bare clone as setting up looks at before it installs."""
    (tmp_path / "tools").mkdir()
    for name in ("tools/setup.sh", "pyproject.toml", "constraints.txt", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _setup(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "tools/setup.sh", "run"], cwd=clone, env=os.environ | environment, capture_output=True, text=True, timeout=300
    )


def _fake(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_too_old_a_python_is_named_with_what_is_needed(clone: Path, tmp_path: Path) -> None:
    _fake(tmp_path / "bin", "oldpython", 'case "$1" in --version) echo "Python 3.8.1";; *) exit 1;; esac')
    done = _setup(clone, PYTHON=str(tmp_path / "bin" / "oldpython"))
    assert done.returncode == 1
    assert "needs Python 3.10 to 3.13 and found Python 3.8.1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_is_said_before_anything_is_installed(clone: Path, tmp_path: Path) -> None:
    _fake(tmp_path / "bin", "df", 'echo "Filesystem 1024-blocks Used Available Capacity Mounted"; echo "x 1 1 102400 99% /"')
    done = _setup(clone, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "only 100 MB are free" in done.stderr
    assert not (clone / ".venv").exists()


def test_no_network_is_one_clear_sentence(clone: Path) -> None:
    done = _setup(
        clone,
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )
    assert done.returncode == 1
    assert "the package index cannot be reached" in done.stderr


def test_a_finished_setup_is_not_done_again(clone: Path) -> None:
    (clone / ".venv").mkdir()
    sums = ["sh", "-c", "cat pyproject.toml constraints.txt | cksum | tr -d ' '"]
    wanted = subprocess.run(sums, cwd=clone, capture_output=True, text=True, check=True).stdout
    (clone / ".venv" / ".slugline-dev").write_text(wanted)
    done = _setup(clone, PYTHON="/nonexistent/python")
    assert done.returncode == 0, done.stderr
