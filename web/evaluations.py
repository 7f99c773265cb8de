"""Evaluations of this library: the last one that was kept, and a new one in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = "evals"  # below the library's, a folder for each run with its results.json
ROOT = Path(__file__).parent.parent
_SO_FAR = re.compile(r"bundled: (\d+)/(\d+)$")


def last(data_dir: Path) -> dict[str, Any] | None:
    """The newest results.json, None when there is none that can be read."""
    found = sorted((data_dir / FOLDER).rglob("results.json"), key=lambda file: file.stat().st_mtime)
    for file in reversed(found):
        try:
            document = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue  # being written, or cut short: the one before it is whole
        if isinstance(document, dict):
            return document
    return None


def facts(document: dict[str, Any]) -> list[tuple[str, str]]:
    """What a results.json says of the whole run: what was asked and when, then each figure with its interval."""
    out = [
        (name.capitalize(), str(document[name])) for name in ("suite", "split", "at", "questions", "judge") if document.get(name)
    ]
    figures, intervals = document.get("figures"), document.get("intervals")
    for name, value in figures.items() if isinstance(figures, dict) else ():
        if isinstance(value, int | float):
            ends = intervals.get(name) if isinstance(intervals, dict) else None
            spread = f" ({ends[0]:.3f} to {ends[1]:.3f})" if isinstance(ends, list) and len(ends) == 2 else ""
            out.append((str(name).replace("_", " "), f"{value:.3f}{spread}"))
    return out


def run(data_dir: Path) -> Iterator[tuple[int, int, str]]:
    """Run the bundled evaluation on this library, in a process of its own; yields (done, of, what is done), of 0 while unknown."""
    command = [sys.executable, "-m", "eval", "bundled", "--json", "--progress", "lines", "--data-dir", str(data_dir)]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(  # noqa: S603  # our own command, no word of it from a user
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    said = ""
    try:
        yield 0, 0, "Evaluating"
        for line in process.stdout or ():
            if match := _SO_FAR.match(line.strip()):
                yield int(match[1]), int(match[2]), "Evaluating"
            else:
                said = line.strip() or said
        code = process.wait()
    finally:
        if process.poll() is None:  # the reader left, or the page ends
            process.terminate()
            process.wait(10)
    yield 1, 1, "Evaluated" if code == 0 else f"The evaluation failed: {said[:300]}"
