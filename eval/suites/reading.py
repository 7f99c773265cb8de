"""Reading benchmark files: JSON, JSON Lines, CSV and TSV, packed with xz or not. A bad line is named."""

from __future__ import annotations

import csv
import json
import lzma
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rag.errors import BadInput


@contextmanager
def _opened(path: Path, wants: str) -> Iterator[IO[str]]:
    try:
        with (
            lzma.open(path, "rt", encoding="utf-8")
            if path.suffix == ".xz"
            else path.open(encoding="utf-8-sig", newline="") as file
        ):
            yield file
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error}); give {wants}") from error


def whole(path: Path, wants: str) -> Any:
    """The JSON document in `path`; `wants` says what should be there, for the error.

    Raises:
        BadInput: there is no such file, or it is not JSON.
    """
    with _opened(path, wants) as file:
        try:
            return json.load(file)
        except json.JSONDecodeError as error:
            raise BadInput(str(path), f"is not JSON ({error}); give {wants}") from error


def lines(path: Path, wants: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each JSON object of a `.jsonl` or `.jsonl.xz` file, and where it stands ('FILE:12').

    Raises:
        BadInput: there is no such file, or a line is not a JSON object.
    """
    with _opened(path, wants) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise BadInput(where, f"the line is not JSON ({error.msg}); give {wants}") from error
            if not isinstance(row, dict):
                raise BadInput(where, f"the line is not a JSON object; give {wants}")
            yield where, row


def rows(path: Path, wants: str, needs: Iterable[str], delimiter: str = ",") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each row of a CSV file with the columns `needs`, and where it ends.

    Raises:
        BadInput: there is no such file, it lacks a column, or a row is broken.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a document is often longer than the 128 KB that csv allows
    with _opened(path, wants) as file:
        reader = csv.DictReader(file, delimiter=delimiter)
        try:
            missing = set(needs) - set(reader.fieldnames or ())
            if missing:
                raise BadInput(str(path), f"has no column {', '.join(sorted(missing))}; give {wants}")
            for row in reader:
                yield f"{path}:{reader.line_num}", row
        except csv.Error as error:
            raise BadInput(f"{path}:{reader.line_num}", f"is not CSV ({error}); give {wants}") from error


def articles_file(path: Path, articles: Iterable[Mapping[str, Any]]) -> Path:
    """`articles` as JSON Lines in `path`, for ingesting; returns `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for article in articles:
            file.write(json.dumps(article, ensure_ascii=False) + "\n")
    return path
