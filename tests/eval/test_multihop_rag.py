"""The scorer as upstream scores, and a small set in upstream's format run through the real way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import cli
from eval.suites import multihop_rag
from eval.suites.multihop_rag import Question, figures, judge
from rag.errors import BadInput


def test_a_passage_counts_when_it_holds_a_fact_whatever_its_white_space() -> None:
    question = Question("?", "comparison_query", ("The deal was worth $5 million.", "The singers sued."))
    outcome = judge(question, ["Nothing.", "Said first: The deal was\nworth $5  million. Then more."])
    assert outcome.hits == (False, True)
    assert not outcome.whole
    assert judge(question, ["The deal was worth $5 million.", "The singers sued."]).whole


def test_only_the_first_ten_count_and_the_first_hit_ranks() -> None:
    question = Question("?", "inference_query", ("fact",))
    late = judge(question, ["x"] * 10 + ["fact"])
    fifth = judge(question, ["x"] * 4 + ["fact"])
    assert figures([late])["hits@10"] == 0
    got = figures([fifth, late])
    assert (got["hits@4"], got["hits@10"], got["mrr@10"], got["all_evidence@10"]) == (0, 0.5, 0.1, 0.5)


def test_average_precision_is_upstreams_new_facts_over_rank() -> None:
    question = Question("?", "inference_query", ("one", "two"))
    found = figures([judge(question, ["x", "one two", "one"])])
    assert found["map@10"] == (2 / 2) / 2  # both new at rank 2; the third passage brings nothing new
    assert figures([judge(question, ["one", "one", "two"])])["map@10"] == pytest.approx((1 + 1 / 3) / 2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    articles = [
        ("Morning Wire", "Studio licenses voices", "A deal was signed. The studio paid five million for the voices. It ran for a year."),
        ("Evening Wire", "Singers dispute it", "Singers met in the rain. They said they had never agreed to any of it. A court will hear them."),
        ("Noon Post", "Weather", "It rained in the hills all day. The river rose by a metre. Roads were closed."),
    ]  # fmt: skip
    (folder / "corpus.json").write_text(
        json.dumps(
            [
                {
                    "title": title,
                    "source": source,
                    "body": body,
                    "published_at": "2026-03-03T08:00:00+00:00",
                    "url": f"https://example.org/{n}",
                }
                for n, (source, title, body) in enumerate(articles)
            ]
        )
    )
    (folder / "MultiHopRAG.json").write_text(
        json.dumps(
            [
                {
                    "query": "Did Morning Wire say what the studio paid for the voices, while Evening Wire said the singers had not agreed?",
                    "question_type": "comparison_query",
                    "evidence_list": [
                        {"fact": "The studio paid five million for the voices."},
                        {"fact": "They said they had never agreed to any of it."},
                    ],
                },
                {"query": "What did the mayor say?", "question_type": "null_query", "evidence_list": []},
            ]
        )
    )
    return folder


def test_the_suite_runs_from_the_command_line(data: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["eval", "multihop-rag", "--data", str(data), "--data-dir", str(tmp_path / "lib"), "--json"])
    assert result.exit_code == 0, result.output
    got = json.loads(result.stdout)
    assert got["questions"] == 1
    assert got["figures"]["all_evidence@10"] == 1
    assert got["by_type"]["comparison_query"]["hits@4"] == 1
    assert set(got["by_type"]["null_query"]) == {"questions", "abstention_recall", "abstention_precision"}
    assert got["figures"]["abstention_recall"] == 1  # nobody asked a mayor, and the question is asked


def test_a_folder_without_the_set_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="MultiHopRAG"):
        multihop_rag.questions(tmp_path)
    result = CliRunner().invoke(cli, ["eval", "multihop-rag", "--data-dir", str(tmp_path / "lib")])
    assert result.exit_code == 1
    assert "--data" in result.output


def test_an_unknown_suite_is_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["eval", "nonsense", "--data-dir", str(tmp_path / "lib")])
    assert result.exit_code == 2
    assert "multihop-rag" in result.output
