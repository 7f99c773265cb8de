"""Passwords are kept hashed, and a file that is none is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SluglineError
from web.passwords import Passwords, hashed


def test_only_the_right_password_of_the_right_name_opens(tmp_path: Path) -> None:
    file = tmp_path / "who"
    file.write_text("\n".join(["# staff", hashed("ana", "correct horse"), hashed("bo", "battery: staple"), ""]))
    passwords = Passwords(file)
    for _ in range(2):  # the second time it is remembered
        assert passwords.right("ana", "correct horse")
        assert passwords.right("bo", "battery: staple")
        assert not passwords.right("ana", "battery: staple")
        assert not passwords.right("nobody", "")
    assert "correct" not in file.read_text()
    assert hashed("ana", "correct horse") != hashed("ana", "correct horse"), "each with salt of its own"


@pytest.mark.parametrize(
    ("text", "said"), [("ana:secret\n", "line 1"), ("# none\n", "names nobody"), ("ana:scrypt:*:*\n", "line 1")]
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "who").write_text(text)
    with pytest.raises(SluglineError, match=said):
        Passwords(tmp_path / "who")


@pytest.mark.parametrize(("name", "password"), [("a:b", "long enough"), ("", "long enough"), ("ana", "short")])
def test_a_name_or_password_that_cannot_be_is_refused(name: str, password: str) -> None:
    with pytest.raises(SluglineError):
        hashed(name, password)
