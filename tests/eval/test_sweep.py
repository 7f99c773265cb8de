"""Sweeps over real settings of the bundled engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.judges import Ours
from eval.suite import Context
from eval.suites import suite
from eval.sweep import apply, grid, sweep
from rag.config import load_settings
from rag.engine import Engine
from rag.errors import SluglineError


def test_a_grid_is_every_combination_with_the_settings_as_they_are_first(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, top=5)
    points = grid(["max_sentences=1,2", "retrieval.dense=false"], settings)
    assert points == [{}, {"max_sentences": "1", "retrieval.dense": "false"}, {"max_sentences": "2", "retrieval.dense": "false"}]
    changed, ways = apply(points[2], settings)
    assert (changed.max_sentences, changed.top, ways.dense, ways.words) == (2, 5, False, True)


@pytest.mark.parametrize(
    "said", ["topp=1", "top", "passage_tokens=100", "retrieval.magic=true", "retrieval.dense=1", "top=0", "top=many"]
)
def test_what_cannot_be_swept_is_told(said: str, tmp_path: Path) -> None:
    with pytest.raises(SluglineError, match="--set"):
        grid([said], load_settings(data_dir=tmp_path))


def test_a_sweep_finds_what_matters_is_kept_and_asks_only_what_changed(bundled: Engine, tmp_path: Path) -> None:
    settings = bundled.settings.model_copy(update={"data_dir": tmp_path})
    engine = Engine(bundled.library, settings)
    asked: list[int] = []

    def run(axes: list[str]) -> list[tuple[dict[str, str], float, bool]]:
        context = Context(lambda: engine, Ours(), split="dev", limit=12)
        found = sweep(suite("bundled"), context, grid(axes, settings), "correct", lambda done, of: asked.append(of))
        return [(one.point, one.results["figures"]["correct"], one.kept) for one in found]

    first = run(["answer_threshold=0,1"])
    by_point = {point.get("answer_threshold", ""): correct for point, correct, _ in first}
    assert by_point["1"] < by_point[""]  # it then always abstains
    assert [correct for _, correct, _ in first] == sorted((correct for _, correct, _ in first), reverse=True)
    assert not any(kept for _, _, kept in first)
    asked.clear()
    again = run(["answer_threshold=0,1"])
    assert all(kept for _, _, kept in again)
    assert not asked
    more = run(["answer_threshold=0,1,0.9"])
    assert [point for point, _, kept in more if not kept] == [{"answer_threshold": "0.9"}]


def test_an_unknown_figure_is_told_before_anything_runs(bundled: Engine) -> None:
    quiet: Callable[[int, int], None] = lambda done, of: pytest.fail("it ran")  # noqa: E731
    with pytest.raises(SluglineError, match="hit@3"):
        sweep(suite("bundled"), Context(lambda: bundled, Ours()), [{}], "hits", quiet)
