"""`slugline eval` as it is typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import cli
from rag.engine import Engine


@pytest.mark.parametrize("arguments", [["eval", "--help"], ["eval", "-h"]])
def test_help_names_what_goes_with_evaluating(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    for command in ("run", "own", "list", "template", "compare", "sweep", "make"):
        assert f"\n  {command} " in result.output


@pytest.mark.parametrize(
    "arguments", [["eval"], ["eval", "--split", "dev"], ["eval", "bundled", "--json"], ["eval", "run", "bundled"]]
)
def test_without_a_command_suites_are_run(arguments: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--data-dir", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "slugline ingest corpus" in result.stderr


def test_several_suites_run_one_after_the_other_each_with_its_report(tmp_path: Path) -> None:
    row = {"id": "a", "dataset": "d", "context": "Nine singers met.", "claim": "Nine singers met.", "label": 1}
    data = tmp_path / "pairs.jsonl"
    data.write_text(json.dumps(row) + "\n")
    base = ["--data", str(data), "--data-dir", str(tmp_path / "lib")]
    result = CliRunner().invoke(cli, ["eval", "pairs", "pairs", *base, "--json", "--report", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["suite"] for one in documents] == ["pairs", "pairs"]
    assert {path.name for path in (tmp_path / "out" / "pairs").iterdir()} == {"report.html", "results.json", "results.csv"}
    assert json.loads((tmp_path / "out" / "pairs" / "results.json").read_text("utf-8"))["schema"] == 1


def test_a_program_may_follow_the_progress_line_by_line(bundled: Engine, tmp_path: Path) -> None:
    own = shutil.copytree(bundled.settings.data_dir, tmp_path / "library")  # results are kept with the library
    few = ["eval", "bundled", "--limit", "3", "--json", "--data-dir", str(own)]
    told = CliRunner().invoke(cli, [*few, "--progress", "lines"])
    assert told.exit_code == 0, told.output
    assert told.stderr.splitlines() == ["bundled: 1/3", "bundled: 2/3", "bundled: 3/3"]
    assert json.loads(told.stdout)["questions"] == 3
    assert not CliRunner().invoke(cli, few).stderr


def test_the_judge_is_chosen_by_name(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["eval", "--judge", "nobody", "--data-dir", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "There is no judge 'nobody'" in result.stderr
