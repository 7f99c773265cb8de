"""Whether the files that Chroma reads are whole. It trusts them: one that is cut short takes the process down, or answers wrongly.

A process killed while Chroma writes its graph can leave such a file, so they are looked at before each opening.
"""

from __future__ import annotations

import struct
from pathlib import Path

# hnswlib's header as Chroma writes it: version, offset, room, elements, bytes of an element, then what does not matter here.
_HEADER = struct.Struct("<i4Q")


def cut_short(folder: Path) -> str:
    """The name of a file in Chroma's `folder` that is shorter than it says; empty when there is none."""
    database = folder / "chroma.sqlite3"
    if _database_is_cut(database):
        return database.name
    for header in folder.glob("*/header.bin"):
        name = _graph_is_cut(header)
        if name:
            return f"{header.parent.name}/{name}"
    return ""


def _database_is_cut(database: Path) -> bool:
    """Whether an SQLite file is smaller than its header says (sqlite.org/fileformat.html, 1.3): bytes 16 and 17 are the page size,
    28 to 31 the pages, which count when 24 to 27 and 92 to 95 agree. While a journal waits beside it, its size tells nothing.
    """
    if any(database.with_name(database.name + end).exists() for end in ("-wal", "-journal")):
        return False
    with database.open("rb") as file:
        header = file.read(100)
    if len(header) < 100:
        return True
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    return database.stat().st_size < (65536 if page == 1 else page) * pages


def _graph_is_cut(header: Path) -> str:
    """The file beside an HNSW `header` that does not hold its elements: their vectors with the lowest links, their lengths, or
    their higher links (for each a count of bytes, four bytes long, and as many bytes)."""
    data = header.read_bytes()
    if len(data) < _HEADER.size:
        return header.name
    _, _, _, elements, size = _HEADER.unpack_from(data)
    for name, least in (("data_level0.bin", elements * size), ("length.bin", elements * 4)):
        file = header.with_name(name)
        if not file.exists() or file.stat().st_size < least:
            return name
    links = header.with_name("link_lists.bin")
    held, at = links.read_bytes() if links.exists() else b"", 0
    for _ in range(elements):
        if at + 4 > len(held):
            return links.name
        at += 4 + int.from_bytes(held[at : at + 4], "little")
    return "" if at <= len(held) else links.name
