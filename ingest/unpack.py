"""ZIP files and the formats built on them: what may be unpacked, checked before and while it is."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from rag.errors import BadInput

MOST_MEMBERS = 20_000
MOST_UNPACKED = 2 << 30
MOST_IN_DOCUMENT = 256 << 20
# Text packs 3 to 20 times; a bomb packs a thousand. A tiny file of spaces is let through, it does no harm.
MOST_RATIO = 200
_HARMLESS = 1 << 20


def check_archive(data: bytes, name: str, most: int = MOST_IN_DOCUMENT) -> None:
    """That `data` is a ZIP file that stays within bounds when unpacked: a Word document or an EPUB.

    Raises:
        BadInput: it is damaged, or a bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadInput(name, f"is damaged or not of this format ({error})") from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most:
        raise BadInput(name, f"would unpack to more than {most >> 20} MB or {MOST_MEMBERS:,} files and is not read")
    for member in members:
        why = bomb(member)
        if why:
            raise BadInput(name, why)


def bomb(member: zipfile.ZipInfo) -> str:
    """Why `member` is not unpacked, by its sizes; nothing when they are sound. zipfile reads no more than the size it states."""
    if member.file_size > _HARMLESS and member.file_size > MOST_RATIO * max(1, member.compress_size):
        return f"{member.filename[:80]!r} unpacks to {member.file_size >> 20} MB from {member.compress_size >> 10} kB: a bomb, not read"
    return ""


def members(archive: zipfile.ZipFile, name: str) -> Iterator[zipfile.ZipInfo | BadInput]:
    """Each file in `archive`, `name`d for messages; in place of one that is not to be trusted, why. Nothing is written to disk.

    Raises:
        BadInput: the whole is too large.
    """
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise BadInput(name, f"holds {len(infos):,} files, more than {MOST_MEMBERS:,}")
    unpacked = 0
    for info in infos:
        where = f"{name}!{info.filename}"
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if info.is_dir() or "__MACOSX" in parts or any(part.startswith(".") and part != ".." for part in parts):
            continue
        if ".." in parts or info.filename.startswith(("/", "\\")) or PureWindowsPath(info.filename).drive:
            yield BadInput(where, "its name points out of the archive: not read")
        elif stat.S_ISLNK(info.external_attr >> 16):
            yield BadInput(where, "is a link, not a file: not read")
        elif info.flag_bits & 1:
            yield BadInput(where, "is locked with a password; unpack it first")
        elif why := bomb(info):
            yield BadInput(where, why)
        else:
            unpacked += info.file_size
            if unpacked > MOST_UNPACKED:
                raise BadInput(name, f"unpacks to more than {MOST_UNPACKED >> 30} GB: the rest of it is not read")
            yield info
