"""A library as one file, and back: texts with all metadata and revisions, passages, vectors.

The file is a ZIP: `articles.jsonl` (an article a line, with its passages and its earlier revisions), `vectors.npy` and
`sentence_vectors.npy` (float16, rows in the order of the passages and of their sentences), `manifest.json` (counts, model,
sha256 of each). Its last 64 bytes, in the ZIP's comment, are the sha256 of all that stands before: one altered or missing
byte anywhere, and nothing is taken.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from rag.embed import Embedded
from rag.errors import BadArchive, ModelChanged
from rag.store.faults import told
from rag.store.ledger import Ledger, Stored
from rag.store.library import Library
from rag.store.records import from_record, to_record
from rag.types import Passage, Span

FORMAT = 1
KIND = "slugline-library"
CHUNK = 256  # articles taken at once
_SEAL = 64  # hexadecimal digits of a sha256

Progress = Callable[[int, int], None]


def _silent(done: int, of: int) -> None:
    """For callers that show nothing."""


@dataclass
class Imported:
    """What an import did, in articles. `kept` are those whose text here is younger than the archive's."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


# Out


def export(data_dir: Path, file: Path, progress: Progress = _silent) -> dict[str, Any]:
    """Write the library in `data_dir` to `file`, as it is at this moment; returns the manifest.

    `file` appears whole or not at all; a writer may go on meanwhile.
    """
    part = file.with_name(file.name + ".part")
    with told(data_dir):
        ledger = Ledger(data_dir)
    try:
        with told(file.parent), ledger.pinned():
            manifest = _write(ledger, part, progress)
            _seal(part)
            part.replace(file)
            return manifest
    finally:
        part.unlink(missing_ok=True)
        ledger.close()


def _write(ledger: Ledger, part: Path, progress: Progress) -> dict[str, Any]:
    generation, total = ledger.generation, ledger.counts()[0]
    passages, sentences, revisions = 0, 0, 0
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with _member(archive, "articles.jsonl", hashes) as write:
            for done, stored in enumerate(ledger.each(), 1):
                found = ledger.passages_of(stored, generation)
                history = [_revision(one) for one in ledger.history(stored.article.id)[1:]]
                passages += len(found)
                sentences += sum(len(rows) for *_, rows in found)
                revisions += 1 + len(history)
                spans = [
                    {"start": p.start, "end": p.end, "sentences": [[span.start, span.end] for span in p.sentences]}
                    for _, p, _, _ in found
                ]
                write(
                    json.dumps(_revision(stored) | {"passages": spans, "history": history}, ensure_ascii=False).encode() + b"\n"
                )
                progress(done, total)
        whole = (vector[None] for stored in ledger.each() for _, _, vector, _ in ledger.passages_of(stored, generation))
        _matrix(archive, "vectors.npy", hashes, passages, whole)
        of_sentences = (rows for stored in ledger.each() for _, _, _, rows in ledger.passages_of(stored, generation))
        _matrix(archive, "sentence_vectors.npy", hashes, sentences, of_sentences)
        manifest = {
            "kind": KIND,
            "format": FORMAT,
            "made": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
            "embedder": ledger.meta("embedder"),
            "articles": total,
            "revisions": revisions,
            "passages": passages,
            "sentences": sentences,
            "sha256": hashes,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        archive.comment = b"0" * _SEAL
    return manifest


def _matrix(archive: zipfile.ZipFile, name: str, hashes: dict[str, str], rows: int, parts: Iterator[np.ndarray]) -> None:
    first = next(parts, np.empty((0, 0), dtype=np.float16))
    with _member(archive, name, hashes) as write:
        write(_npy_header(rows, first.shape[1]))
        for part in chain([first], parts):
            write(part.tobytes())


def _revision(stored: Stored) -> dict[str, Any]:
    return {
        "article": to_record(stored.article), "hash": stored.hash, "cut": stored.cut, "written_at": stored.written_at,
    }  # fmt: skip


@contextmanager
def _member(archive: zipfile.ZipFile, name: str, hashes: dict[str, str]) -> Iterator[Callable[[bytes], None]]:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as out:

        def write(data: bytes) -> None:
            digest.update(data)
            out.write(data)

        yield write
    hashes[name] = digest.hexdigest()


def _npy_header(rows: int, columns: int) -> bytes:
    """Version 1.0 of the NPY format, for float16 in C order: numpy.lib.format."""
    text = repr({"descr": "<f2", "fortran_order": False, "shape": (rows, columns)})
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def _seal(part: Path) -> None:
    digest = _digest(part)
    with part.open("r+b") as out:
        out.seek(-_SEAL, os.SEEK_END)
        out.write(digest.encode())
        out.flush()
        os.fsync(out.fileno())


def _digest(file: Path) -> str:
    """sha256 of all but the seal."""
    digest, left = hashlib.sha256(), file.stat().st_size - _SEAL
    with file.open("rb") as data:
        while left > 0 and (block := data.read(min(1 << 20, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


# In


def read_manifest(file: Path) -> dict[str, Any]:
    """The manifest of an archive, every byte of which was checked.

    Raises:
        BadArchive: it is not one of ours, of another time, truncated or altered.
    """
    try:
        with file.open("rb") as data:
            data.seek(-_SEAL, os.SEEK_END)
            seal = data.read()
        if seal != _digest(file).encode():
            raise BadArchive(file, "it is not a whole backup of Slugline's, or was altered (its checksum does not fit)")
        with zipfile.ZipFile(file) as archive:
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except FileNotFoundError as error:
        raise BadArchive(file, "there is no such file") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadArchive(file, f"it is not a backup of Slugline's ({error})") from error
    if manifest.get("kind") != KIND or manifest.get("format") != FORMAT:
        raise BadArchive(file, f"it has format {manifest.get('format')}, this Slugline reads format {FORMAT}")
    return manifest


def restore(library: Library, file: Path, progress: Progress = _silent) -> Imported:
    """Bring the articles of an archive in, with their vectors and history: all in one step for readers, or none.

    Call it inside `library.writing()`. An article that is here with other text gets the archive's as its next revision if that
    was written later, else stays as it is.

    Raises:
        BadArchive: the archive is not whole.
        ModelChanged: its vectors were made by another model than the library's.
    """
    manifest = read_manifest(file)
    made_with = manifest["embedder"]
    if made_with is not None and made_with != library.embedder.fingerprint:
        raise ModelChanged(file, made_with, library.embedder.fingerprint)
    report, revisions = Imported(), list[int]()
    fresh = set[str]()
    with zipfile.ZipFile(file) as archive:
        entries = _entries(archive)
        done = 0
        while chunk := list(islice(entries, CHUNK)):
            index = []
            for stored, passages, vectors in chunk:
                kind = _standing(library, stored)
                setattr(report, kind, getattr(report, kind) + 1)
                if kind in {"added", "updated"}:
                    number = library.ledger.begin(stored.article, stored.hash, stored.cut, stored.written_at)
                    revisions.append(number)
                    index.append((number, stored.article, passages, vectors))
                    if kind == "added":
                        fresh.add(stored.article.id)
            if index:
                library.index(index)
            done += len(chunk)
            progress(done, manifest["articles"])
        library.publish(revisions, _histories(archive, fresh))
    return report


def _standing(library: Library, stored: Stored) -> str:
    here = library.ledger.history(stored.article.id)
    if not here:
        return "added"
    if (here[0].hash, here[0].cut) == (stored.hash, stored.cut):
        return "unchanged"
    return "updated" if stored.written_at > here[0].written_at else "kept"


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[Stored, list[Passage], list[Embedded]]]:
    with archive.open("articles.jsonl") as lines, archive.open("vectors.npy") as a, archive.open("sentence_vectors.npy") as b:
        vectors, sentences = _Rows(a), _Rows(b)
        for line in lines:
            found = json.loads(line)
            stored = _stored(found)
            passages, embedded = [], []
            for ordinal, spans in enumerate(found["passages"]):
                start, end = spans["start"], spans["end"]
                inside = tuple(Span(*pair) for pair in spans["sentences"])
                passages.append(Passage(stored.article.id, ordinal, start, end, stored.article.text[start:end], inside))
                embedded.append(Embedded(vectors.read(1)[0], sentences.read(max(1, len(inside)))))
            yield stored, passages, embedded


def _histories(archive: zipfile.ZipFile, articles: set[str]) -> Iterable[Stored]:
    with archive.open("articles.jsonl") as lines:
        for line in lines:
            found = json.loads(line)
            if found["article"]["id"] in articles:
                yield from (_stored(one) for one in found["history"])


def _stored(found: dict[str, Any]) -> Stored:
    return Stored(0, from_record(found["article"]), "", found["hash"], found["cut"], found["written_at"])


class _Rows:
    """The rows of a float16 NPY file, read from its start on."""

    def __init__(self, data: IO[bytes]) -> None:
        self._data = data
        version = np.lib.format.read_magic(data)
        if version != (1, 0):
            raise ValueError(f"NPY version {version}")
        (_, self._columns), _, _ = np.lib.format.read_array_header_1_0(data)

    def read(self, count: int) -> np.ndarray:
        """The next `count` rows: float32, shape (count, columns)."""
        data = self._data.read(count * self._columns * 2)
        return np.frombuffer(data, dtype="<f2").astype(np.float32).reshape(count, self._columns)
