"""What the user named → the files to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.readers import BY_ENDING
from rag.errors import BadInput


def files(sources: Iterable[str]) -> Iterator[Path | BadInput]:
    """Every file behind `sources`, folders searched through in name order; what is not there comes back as an error."""
    for source in sources:
        path = Path(source).expanduser()
        if path.is_dir():
            found = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in BY_ENDING
                and file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
            if not found:
                yield BadInput(source, f"the folder holds no file ending in {', '.join(BY_ENDING)}")
            yield from found
        elif path.is_file():
            yield path
        else:
            yield BadInput(source, "there is no such file or folder")
