"""The gate and the comparison of runs, on documents that a test writes and from the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import cli
from eval import gate
from eval.compare import compare
from eval.figures import Item
from eval.judges import Ours
from eval.results import Results, document, keep, load, write_csv, write_json
from eval.suite import Context
from eval.suites import suite
from rag.errors import BadInput, SluglineError

PAIRS = suite("pairs")
DOCUMENT = "Nine singers met the minister in Oslo."


def _results(rights: Sequence[float], failed: str = "") -> Results:
    """A run of `pairs` in which each item is judged right or not; every second claim is supported."""
    items = []
    for n, right in enumerate(rights):
        supported = float(n % 2)
        said = supported if right else 1 - supported
        scores = {"set": 0.0, "chance": 0.9 if said else 0.1, "supported": supported, "said": said, "right": right}
        items.append(Item(f"i{n}", "d", f"Claim {n}", scores, {"answer": "=1+1"}, failed if n == 0 else ""))
    return document(PAIRS, Context(lambda: pytest.fail("needs no engine"), Ours()), items)


def _saved(tmp_path: Path, name: str, results: Results) -> str:
    return str(write_json(results, tmp_path / name))


def test_a_figure_under_its_floor_falls_and_one_above_does_not() -> None:
    results = _results([1, 1, 1, 0])
    assert [one.figure for one in gate.below(results, PAIRS.figures, {"accuracy": 0.8, "balanced_accuracy": 0.7})] == ["accuracy"]
    assert [one.why for one in gate.below(results, PAIRS.figures, {"calibration_error": 0.01})] == ["over its ceiling"]
    assert not gate.below(results, PAIRS.figures, {"calibration_error": 0.9})


def test_a_misspelt_figure_never_passes() -> None:
    with pytest.raises(SluglineError, match="acuracy"):
        gate.below(_results([1, 1]), PAIRS.figures, {"acuracy": 0.1})
    for said in ("accuracy", "accuracy=high", "=0.5"):
        with pytest.raises(SluglineError, match="hit@3"):
            gate.read_bounds([said])


def test_a_share_that_drops_by_more_than_allowed_falls() -> None:
    before, after = _results([1, 1, 1, 1]), _results([1, 1, 1, 0])
    assert "accuracy" in {one.figure for one in gate.fallen(after, PAIRS.figures, before, 0.1)}
    assert not gate.fallen(after, PAIRS.figures, before, 0.5)
    assert not gate.fallen(before, PAIRS.figures, after, 0.0)
    same = gate.fallen(_results([1] * 96 + [0] * 4), PAIRS.figures, _results([1] * 97 + [0] * 3), 0.01)
    assert "accuracy" not in {one.figure for one in same}  # 0.97 - 0.01 is 0.96, whatever floating point says


def test_a_baseline_of_another_suite_is_refused() -> None:
    with pytest.raises(SluglineError, match="like with like"):
        gate.fallen(_results([1, 1]), PAIRS.figures, _results([1, 1]) | {"suite": "wice"}, 0.0)


def _rows(path: Path, claims: Mapping[str, int]) -> Path:
    rows = [
        {"id": f"x{n}", "dataset": "d", "context": DOCUMENT, "claim": claim, "label": label}
        for n, (claim, label) in enumerate(claims.items())
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _slugline(tmp_path: Path, *arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(cli, ["eval", *arguments])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def data(tmp_path: Path) -> Path:
    claims = {"Nine singers met the minister.": 1, "Nine singers met the queen of Spain.": 0, "Ten singers met the minister.": 1}
    return _rows(tmp_path / "pairs.jsonl", claims)


def test_the_command_exits_1_with_a_table_when_the_gate_closes(data: Path, tmp_path: Path) -> None:
    base = ["pairs", "--data", str(data), "--data-dir", str(tmp_path / "lib")]
    _slugline(tmp_path, *base, "--fail-under", "accuracy=0.5")
    told = _slugline(tmp_path, *base, "--fail-under", "accuracy=0.9", code=1).stderr
    assert "accuracy" in told
    assert "0.9000" in told
    assert "has no figure" in _slugline(tmp_path, *base, "--fail-under", "hit@3=0.9", code=1).stderr
    floors = tmp_path / "floors.toml"
    floors.write_text("[pairs.test]\naccuracy = 0.9\n")
    _slugline(tmp_path, *base, "--floors", str(floors), code=1)
    better = _results([1, 1, 1, 1])
    _slugline(tmp_path, *base, "--baseline", _saved(tmp_path, "b.json", better), "--max-drop", "0.01", code=1)
    _slugline(tmp_path, *base, "--baseline", _saved(tmp_path, "b.json", better), "--max-drop", "0.9")


def test_runs_are_kept_for_the_trend_without_passages(data: Path, tmp_path: Path) -> None:
    for _ in range(2):
        _slugline(tmp_path, "pairs", "--data", str(data), "--data-dir", str(tmp_path / "lib"))
    kept = sorted((tmp_path / "lib" / "evals").glob("*/results.json"))
    assert len(kept) == 2
    assert DOCUMENT not in kept[0].read_text("utf-8")
    assert load(kept[0])["schema"] == 1


def test_comparing_lists_the_questions_that_changed_and_how_surely(tmp_path: Path) -> None:
    before, after = _results([0] * 12 + [1] * 30), _results([1] * 10 + [0, 0] + [1] * 29 + [0])
    found = compare(before, after)
    assert (len(found.better), len(found.worse)) == (10, 1)
    assert found.worse[0].id == "i41"
    assert found.test is not None
    assert found.test < 0.02
    assert found.figures["accuracy"][2].value == pytest.approx(9 / 42)
    one, other = _saved(tmp_path, "a.json", before), _saved(tmp_path, "b.json", after)
    text = _slugline(tmp_path, "compare", one, other).output
    assert "10 questions better, 1 worse" in text
    assert "i41" in text
    got = json.loads(_slugline(tmp_path, "compare", one, other, "--json").stdout)
    assert len(got["better"]) == 10
    assert got["figures"]["accuracy"]["p"] < 0.05


def test_runs_of_different_suites_or_questions_cannot_be_compared() -> None:
    with pytest.raises(SluglineError, match="one suite"):
        compare(_results([1, 1]), _results([1, 1]) | {"suite": "wice"})
    other = _results([1, 1])
    other["items"] = [item | {"id": f"o{item['id']}"} for item in other["items"]]
    with pytest.raises(SluglineError, match="in common"):
        compare(_results([1, 1]), other)


def test_a_file_that_is_no_result_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for content in ("{}", "no", '{"schema": 99, "figures": {}}'):
        path.write_text(content)
        with pytest.raises(BadInput, match=r"x\.json"):
            load(path)


def test_a_spreadsheet_takes_no_cell_for_a_formula(tmp_path: Path) -> None:
    text = write_csv(_results([1, 0]), tmp_path / "r.csv").read_text("utf-8")
    assert "'=1+1" in text
    assert ",=1+1" not in text
    assert text.splitlines()[0].startswith("id,type,question,answer,failed,set,chance")


def test_items_with_one_id_are_refused(tmp_path: Path) -> None:
    items = [Item("same", "d", "Claim", {"right": 1.0})] * 2
    with pytest.raises(SluglineError, match="one id"):
        document(PAIRS, Context(lambda: pytest.fail("needs no engine"), Ours()), items)


def test_an_item_that_failed_is_in_the_document_and_fails_the_command(tmp_path: Path) -> None:
    results = _results([0, 1], failed="the judge could not tell")
    assert results["failed"] == [{"id": "i0", "error": "the judge could not tell"}]
    assert keep(results, tmp_path).exists()
