"""Adapters on small data written here in upstream's formats."""

from __future__ import annotations

import csv
import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import cli
from eval.suites import SUITES, pair_formats, rgb, suite

CLAIM, DOCUMENT = "Nine singers met the minister.", "Nine singers met the minister in Oslo. They spoke for an hour."
FALSE = "Nine singers met the king of Spain in Rome."


def _jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def _run(tmp_path: Path, name: str, data: Path, *more: str, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["eval", name, "--data", str(data), "--data-dir", str(tmp_path / "lib"), "--json", *more])
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def _span(text: str) -> dict[str, Any]:
    return {
        "start": 0,
        "end": 4,
        "text": text,
        "meta": "",
        "label_type": "Evident Conflict",
        "implicit_true": False,
        "due_to_null": False,
    }


def test_ragtruth_counts_an_answer_with_any_marked_span_as_unsupported(tmp_path: Path) -> None:
    data = tmp_path / "ragtruth"
    qa = {"question": "who met?", "passages": f"passage 1:{DOCUMENT}\n\n"}
    _jsonl(data / "source_info.jsonl", [
        {"source_id": "1", "task_type": "QA", "source": "MARCO", "source_info": qa, "prompt": "..."},
        {"source_id": "2", "task_type": "Data2txt", "source": "Yelp", "source_info": {"name": "Oslo Bar"}, "prompt": "..."},
    ])  # fmt: skip
    row = {"model": "m", "temperature": 0.7, "quality": "good", "split": "test"}
    _jsonl(data / "response.jsonl", [
        {"id": "a", "source_id": "1", "labels": [], "response": CLAIM, **row},
        {"id": "b", "source_id": "1", "labels": [_span("Nine")], "response": FALSE, **row},
        {"id": "c", "source_id": "2", "labels": [], "response": "Oslo Bar is a bar.", **row},
        {"id": "d", "source_id": "1", "labels": [], "response": CLAIM, **row, "split": "train"},
    ])  # fmt: skip
    pairs = list(pair_formats.ragtruth(data, "test"))
    assert [(pair.id, pair.dataset, pair.supported) for pair in pairs] == [
        ("ragtruth:a", "ragtruth QA", True), ("ragtruth:b", "ragtruth QA", False), ("ragtruth:c", "ragtruth Data2txt", True),
    ]  # fmt: skip
    assert [pair.id for pair in pair_formats.ragtruth(data, "dev")] == ["ragtruth:d"]
    got = _run(tmp_path, "ragtruth", data)
    assert got["by_type"]["ragtruth QA"]["balanced_accuracy"] == 1
    assert got["figures"]["unsupported_recall"] == 1
    assert got["judge"] == "ours"


def test_faithbench_takes_the_worst_label_of_batches_and_of_the_table(tmp_path: Path) -> None:
    folder = tmp_path / "data_for_release"
    folder.mkdir()

    def sample(number: int, *labels: list[str]) -> dict[str, Any]:
        notes = [{"annot_id": n, "label": label, "note": "", "summary_span": "x"} for n, label in enumerate(labels)]
        return {"sample_id": number, "source": DOCUMENT, "summary": CLAIM, "annotations": notes, "metadata": {"summarizer": "m"}}

    batch = [
        sample(0),
        sample(1, ["Benign"]),
        sample(2, ["Benign"], ["Questionable"]),
        sample(3, ["Unwanted", "Unwanted.Extrinsic"]),
    ]
    (folder / "batch_4.json").write_text(json.dumps({"samples": batch}))
    assert [(pair.id, pair.supported, pair.label) for pair in pair_formats.faithbench(folder, "test")] == [
        ("faithbench:4.0", True, "Consistent"), ("faithbench:4.1", True, "Benign"),
        ("faithbench:4.2", False, "Questionable"), ("faithbench:4.3", False, "Unwanted"),
    ]  # fmt: skip
    table = tmp_path / "FaithBench.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([
            ["source", "summary", "LLM", "worst-label", "best-label"],
            [DOCUMENT, CLAIM, "m", "Benign", "Consistent"], [DOCUMENT, FALSE, "m", "Unwanted", "Benign"],
        ])  # fmt: skip
    got = _run(tmp_path, "faithbench", table)
    assert got["figures"]["balanced_accuracy"] == 1
    assert got["questions"] == 2


def test_wice_counts_partial_support_as_none(tmp_path: Path) -> None:
    folder = tmp_path / "entailment_retrieval"
    rows = [
        {"label": label, "supporting_sentences": [[0]], "claim": CLAIM, "evidence": DOCUMENT.split(". "), "meta": {"id": f"t{n}"}}
        for n, label in enumerate(("supported", "partially_supported", "not_supported"))
    ]
    _jsonl(folder / "claim" / "test.jsonl", rows)
    _jsonl(folder / "subclaim" / "test.jsonl", rows[:1])
    got = list(pair_formats.wice(folder, "test"))
    assert [(pair.id, pair.supported) for pair in got] == [
        ("wice claim:t0", True), ("wice claim:t1", False), ("wice claim:t2", False), ("wice subclaim:t0", True),
    ]  # fmt: skip


def test_a_table_of_several_sets_is_averaged_over_sets(tmp_path: Path) -> None:
    table = tmp_path / "aggrefact.csv"
    big = [["Big", DOCUMENT, CLAIM, 1]] * 6 + [["Big", DOCUMENT, FALSE, 0]] * 6
    small = [["Small", DOCUMENT, CLAIM, 0], ["Small", DOCUMENT, FALSE, 1]]  # labelled against the judge: balanced accuracy 0
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([["dataset", "doc", "claim", "label"], *big, *small])
    got = _run(tmp_path, "aggrefact-csv", table)
    assert got["figures"]["balanced_accuracy"] == 0.5
    assert got["figures"]["accuracy"] == pytest.approx(12 / 14, abs=1e-6)


def test_rows_to_train_on_are_never_judged(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl.xz"
    rows = [
        {"id": f"x{n}", "dataset": "d", "context": DOCUMENT, "claim": CLAIM, "label": "1", "use": use}
        for n, use in enumerate(("train", "dev"))
    ]
    with lzma.open(path, "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    assert [pair.id for pair in pair_formats.pairs(path, "test")] == ["x1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("aggrefact-csv", "dataset,claim,label\nx,y,1\n"),
        ("aggrefact-csv", "dataset,doc,claim,label\nx,d,y,maybe\n"),
        ("pairs", '{"claim": "x"}\n'),
        ("wice", '{"label": "perhaps", "claim": "x", "evidence": []}\n'),
        ("faithbench", "not json"),
        ("squad", '{"rows": []}'),
        ("rgb", '{"id": 1}\n'),
    ],
)
def test_data_of_another_shape_are_told_in_one_sentence(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / "data.txt"
    path.write_text(content)
    result = CliRunner().invoke(cli, ["eval", name, "--data", str(path), "--data-dir", str(tmp_path / "lib")])
    assert result.exit_code == 1
    assert "data.txt" in result.stderr
    assert "Traceback" not in result.output


RGB = {
    "id": 7,
    "query": "Who won the Harbour Prize in 2021?",
    "answer": [["Mara Lindt", "M. Lindt"]],
    "positive": ["The jury gave the Harbour Prize of 2021 to Mara Lindt for her novel.", "Mara Lindt won the 2021 Harbour Prize on Friday."],
    "negative": [
        "Ferries to the islands will run hourly in summer, the port said.",
        "A storm closed the airport on Sunday and trains were late.",
        "The museum of glass has a new director from Leeds.",
        "Bakers say the price of flour has doubled since spring.",
        "The football season opens with three matches on Saturday.",
    ],
}  # fmt: skip


def test_rgb_mixes_passages_as_upstream_does(tmp_path: Path) -> None:
    found = {setup.kind: setup for setup in rgb.setups(_jsonl(tmp_path / "en.json", [RGB]))}
    assert set(found) == {"noise 0.0", "noise 0.2", "noise 0.4", "noise 0.6", "noise 0.8", "rejection"}
    assert sum("Lindt" in passage for passage in found["noise 0.6"].passages) == 2
    assert sum("Lindt" in passage for passage in found["noise 0.8"].passages) == 1
    assert all(len(setup.passages) == 5 for setup in found.values())
    assert not any("Lindt" in passage for passage in found["rejection"].passages)
    parts = RGB | {"answer": ["Mara Lindt", "Oslo"], "positive": [["one a", "one b"], ["two a"]]}
    [setup] = rgb.setups(_jsonl(tmp_path / "en_int.json", [parts]))
    assert setup.passages[:3] == ("one a", "two a", "one b")
    assert rgb.says_answer("It was mara lindt, in Oslo.", setup.answers)
    assert not rgb.says_answer("It was Mara Lindt.", setup.answers)


def test_rgb_runs_each_question_within_its_own_passages(tmp_path: Path) -> None:
    folder = tmp_path / "rgb"
    _jsonl(folder / "en.json", [RGB])
    wrong = RGB | {"answer": "Mara Lindt", "fakeanswer": "Ole Brandt", "positive_wrong": [text.replace("Mara Lindt", "Ole Brandt") for text in RGB["positive"]]}  # type: ignore[attr-defined]  # fmt: skip
    _jsonl(folder / "en_fact.json", [wrong])
    got = _run(tmp_path, "rgb", folder)
    assert got["questions"] == 7
    assert got["figures"]["noise_accuracy"] >= 0.8
    assert got["figures"]["counterfactual_accuracy"] == 0  # nothing in its passages says it, though the library does elsewhere
    assert got["figures"]["rejection_rate"] == 1


SQUAD = {"version": "v2.0", "data": [{"title": "Lighthouses", "paragraphs": [
    {"context": "The Brennan lighthouse was built in 1871 by Ada Fenwick. It stands forty metres tall.", "qas": [
        {"id": "s1", "question": "Who built the Brennan lighthouse?", "is_impossible": False,
         "answers": [{"text": "Ada Fenwick", "answer_start": 44}]},
        {"id": "s2", "question": "Which opera was sung by the mayor of Lima?", "is_impossible": True, "answers": []},
    ]},
    {"context": "Fog signals replaced bells at sea. Keepers lit them by hand until 1920.", "qas": []},
]}]}  # fmt: skip


def test_squad_scores_an_unanswerable_question_for_abstaining_alone(tmp_path: Path) -> None:
    path = tmp_path / "dev-v2.0.json"
    path.write_text(json.dumps(SQUAD))
    got = _run(tmp_path, "squad", path)
    items = {item["id"]: item for item in got["items"]}
    assert items["s1"]["scores"]["correct"] == 1
    assert items["s1"]["scores"]["hit@1"] == 1
    assert 0 < items["s1"]["scores"]["token_f1"] < 1  # a whole sentence is said
    assert items["s2"]["scores"]["exact_match"] == items["s2"]["scores"]["abstained"] == 1


def test_every_suite_says_where_it_is_found_its_licence_and_how_it_is_scored() -> None:
    result = CliRunner().invoke(cli, ["eval", "list"])
    assert result.exit_code == 0
    for name in SUITES:
        of = suite(name)
        assert all((of.about, of.upstream, of.licence, of.scoring))
        assert of.upstream in result.output
    listed = json.loads(CliRunner().invoke(cli, ["eval", "list", "--json"]).stdout)["suites"]
    assert [one["name"] for one in listed] == list(SUITES)
