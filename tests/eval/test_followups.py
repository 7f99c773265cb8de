from __future__ import annotations

from pathlib import Path

import pytest

from eval.figures import measured
from eval.questions import BUNDLED
from eval.suites.followups import SUITE, FollowUp, held, load
from rag.engine import Engine
from rag.errors import BadInput


def test_follow_ups_are_read_with_what_came_before(bundled: Engine) -> None:
    got = measured(SUITE.figures, [held(bundled, one) for one in load(BUNDLED / "followups_dev.jsonl")])
    assert got["right"].value >= 0.85
    assert got["right"].count == 40


def test_no_conversation_is_in_both_splits() -> None:
    dev, test = (load(BUNDLED / f"followups_{split}.jsonl") for split in ("dev", "test"))
    assert not {(one.turns, one.question) for one in dev} & {(one.turns, one.question) for one in test}
    assert len(dev) == len(test) == 40


def test_a_conversation_that_fails_is_wrong_and_says_why(bundled: Engine) -> None:
    item = held(bundled, FollowUp("x", (), None, ("001",), (("x",),)))  # type: ignore[arg-type]
    assert item.scores == {"hit@3": 0, "right": 0}
    assert item.failed


def test_a_line_that_is_no_conversation_is_named(tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text('{"id": "a", "turns": []}\n')
    with pytest.raises(BadInput, match=r"talks\.jsonl:1"):
        load(file)
