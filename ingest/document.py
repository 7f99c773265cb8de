"""Bytes to read, where they came from, and what is known of them beforehand."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rag.errors import BadInput

# A long book is 3 MB of text, a scanned magazine 40 MB of PDF: what is larger holds no single article.
MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Flag:
    """Something about an article that a person should look at; the article itself is kept."""

    source: str
    warning: str


@dataclass(frozen=True)
class Document:
    """Something to read: a file, a member of a ZIP file, or bytes from the network or standard input.

    `name` is what the user is shown, `root` what ingesting again would take to read it again, `url` the address it was
    fetched from. `hints` are fields a feed gave for it, trusted less than the document's own; `given` are fields the user
    gave, trusted most. `kind` is the ending ('.html') that says how to read it.
    """

    name: str
    root: str
    kind: str
    path: Path | None = None
    member: str = ""
    data: bytes | None = None
    url: str = ""
    charset: str = ""
    size: int = 0
    hints: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where it lies, for an article that has no address: the same on every run from any folder."""
        if self.path is None:
            where = self.url or f"{self.name}:{hashlib.sha256(self.data or b'').hexdigest()[:12]}"
        else:
            where = str(self.path.resolve())
        return f"{where}!{self.member}" if self.member else where

    def open(self) -> IO[bytes]:
        """Its bytes as a stream, to be closed.

        Raises:
            BadInput: it cannot be opened.
        """
        try:
            if self.member:
                archive = zipfile.ZipFile(self.path or io.BytesIO(self.data or b""))
                return archive.open(self.member)
            if self.path is not None:
                return self.path.open("rb")
        except OSError as error:
            raise BadInput(self.name, f"cannot be opened ({error.strerror or error})") from error
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise BadInput(self.name, f"cannot be unpacked ({error})") from error
        return io.BytesIO(self.data or b"")

    def read(self, most: int = MOST_BYTES) -> bytes:
        """All its bytes.

        Raises:
            BadInput: it cannot be read, is empty, or is longer than `most` bytes.
        """
        try:
            with self.open() as stream:
                data = stream.read(most + 1)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BadInput(self.name, f"cannot be read ({error})") from error
        if len(data) > most:
            raise BadInput(self.name, f"is larger than {most >> 20} MB, too large for one article")
        if not data.strip(b" \t\r\n"):
            raise BadInput(self.name, "the file is empty")
        return data
