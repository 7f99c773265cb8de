from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import load_settings
from rag.errors import SluglineError


def test_flags_beat_the_environment_which_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("slugline.toml").write_text('top = 5\npassage_tokens = 100\ndata_dir = "here"\n')
    monkeypatch.setenv("SLUGLINE_TOP", "6")
    assert load_settings().top == 6
    assert load_settings().passage_tokens == 100
    assert load_settings(top=7).top == 7
    assert load_settings(top=None).data_dir == Path("here")


@pytest.mark.parametrize(
    ("line", "said"),
    [("top = 0", "Setting top"), ("tops = 5", "Setting tops"), ("top = ", "slugline.toml cannot be read")],
)
def test_a_bad_setting_is_named_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("slugline.toml").write_text(line)
    with pytest.raises(SluglineError, match=said):
        load_settings()
