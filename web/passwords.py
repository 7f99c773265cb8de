"""The file of `--auth`: a name and a hashed password a line. scrypt, from the standard library (RFC 7914)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

from rag.errors import SluglineError

# 2^14 rounds of 8 blocks: 16 MB and about 50 ms for a guess.
_COST = {"n": 1 << 14, "r": 8, "p": 1}


def hashed(name: str, password: str) -> str:
    """The line for `name`.

    Raises:
        SluglineError: the name or the password cannot be used.
    """
    if not name or ":" in name or name.strip() != name or not name.isprintable():
        raise SluglineError(f"{name!r} cannot be a name: write one without colons, and without blanks around it.")
    if len(password) < 8:
        raise SluglineError("The password is too short: it needs at least 8 characters.")
    salt = secrets.token_bytes(16)
    return ":".join([name, "scrypt", _text(salt), _text(_digest(password, salt))])


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **_COST)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Passwords:
    """Who may come in. Remembers, by a keyed hash, which pairs were right: a browser sends its own with every request."""

    def __init__(self, file: Path) -> None:
        """Raises:
        SluglineError: the file cannot be read, a line is not what `hashed` writes, or there is none.
        """
        self._known: dict[str, tuple[bytes, bytes]] = {}
        self._key = secrets.token_bytes(32)
        self._right: set[bytes] = set()
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SluglineError(f"{file}: the passwords cannot be read ({error}).") from error
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                name, kind, salt, digest = line.strip().split(":")
                if kind != "scrypt" or not name:
                    raise ValueError(kind)
                self._known[name] = base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
            except ValueError as error:
                raise SluglineError(
                    f"{file}, line {number}: is no hashed password. Make one with: slugline password NAME"
                ) from error
        if not self._known:
            raise SluglineError(f"{file} names nobody. Add a line with: slugline password NAME >> {file}")

    def right(self, name: str, password: str) -> bool:
        """Whether `password` is that of `name`. Takes as long for a name that is not there."""
        seen = hmac.digest(self._key, f"{name}\0{password}".encode(), "sha256")
        if seen in self._right:
            return True
        salt, digest = self._known.get(name, (b"\0" * 16, b""))
        if not hmac.compare_digest(_digest(password, salt), digest):
            return False
        self._right.add(seen)
        return True
