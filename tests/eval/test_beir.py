from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import cli
from eval.suites import beir
from rag.errors import BadInput


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        ("d1", "Tides", "The moon pulls the sea up twice a day."),
        ("d2", "Bread", "Yeast makes the dough rise when it is warm."),
        ("d3", "Only a title about glaciers", ""),
    ]
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": id_, "title": title, "text": text}) + "\n" for id_, title, text in documents)
    )
    queries = [("q1", "Why does dough rise?"), ("q2", "what moves the sea"), ("q3", "nobody judged this")]
    (folder / "queries.jsonl").write_text("".join(json.dumps({"_id": id_, "text": text}) + "\n" for id_, text in queries))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td1\t2\nq2\td2\t0\n")
    return folder


def test_a_set_in_beir_format_runs_from_the_command_line(data: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["eval", "beir", "--data", str(data), "--data-dir", str(tmp_path / "lib"), "--json"])
    assert result.exit_code == 0, result.output
    got = json.loads(result.stdout)
    assert got["questions"] == 2
    assert got["figures"] == {"ndcg@10": 1.0, "mrr@10": 1.0, "recall@100": 1.0}


def test_only_judged_queries_and_positive_judgements_count(data: Path) -> None:
    assert [(query.id, query.gains) for query in beir.queries(data)] == [("q1", {"d2": 1.0}), ("q2", {"d1": 2.0})]


def test_what_is_no_such_set_is_told_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="qrels"):
        beir.queries(tmp_path)
