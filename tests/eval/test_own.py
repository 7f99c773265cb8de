"""A user's own questions: from a file, from feedback, proposed for review."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import cli
from eval.make import propose
from eval.own import from_feedback, load, template, write
from rag import show
from rag.engine import Engine
from rag.errors import BadInput, SluglineError
from rag.store.feedback import Evidence, Feedback
from rag.store.library import Library


def _slugline(*arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_the_template_is_a_file_of_questions_and_both_forms_say_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"mine{suffix}"
    _slugline("eval", "template", str(path))
    other = tmp_path / f"other{'.csv' if suffix == '.jsonl' else '.jsonl'}"
    template(other)
    assert load(path) == load(other)
    assert {question.answerable for question in load(path)} == {True, False}


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("precious")
    assert "is there already" in _slugline("eval", "template", str(path), code=1).stderr
    assert path.read_text() == "precious"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"question": "Who?"}', "needs required"),
        ('{"question": "Who?", "answers": "Ada"}', "list of texts"),
        ('{"question": "Who?", "answers": ["Ada"], "answer": "x"}', "unknown field answer"),
        ('{"answers": ["Ada"]}', "no question"),
        ("[1]", "not a JSON object"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "Good?", "answers": ["yes"]}\n' + line + "\n")
    with pytest.raises(BadInput, match=r"q\.jsonl:2") as told:
        load(path)
    assert says in str(told.value)


def test_what_nobody_reviewed_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    rows = [{"question": f"Q{n}?", "answers": ["x"], "reviewed": bool(n % 2)} for n in range(4)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told: list[str] = []
    assert [question.text for question in load(path, told.append)] == ["Q1?", "Q3?"]
    assert "2 questions" in told[0]


@pytest.fixture
def harbour(put: Callable[[Sequence[Path]], None], library: Library, article_file: Callable[..., Path]) -> Path:
    """A small library; returns its folder."""
    put([
        article_file("a.md", "The Harbour Prize went to Mara Lindt of Oslo on 4 May 2021. The jury of Port House read 212 novels for it.\n\n"
                     "Mara Lindt said that Port House had called her at night, and that she will give 40% of the money to Sea Rescue.",
                     id="901", title="Lindt wins prize", outlet="Slugline Briefs"),
        article_file("b.md", "Ferries between Stone Quay and Long Island carried 31,000 people in June 2022, North Ferries said on 2 July 2022. "
                     "The company Blue Dock wants to buy North Ferries for $12 million before winter comes.",
                     id="902", title="Ferries are full", outlet="Slugline Briefs"),
    ])  # fmt: skip
    return library.data_dir


def test_own_questions_are_asked_and_scored(harbour: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,question,articles,required,answers,answerable\n"
        "w,Who won the Harbour Prize in 2021?,901,Mara Lindt | M. Lindt,,\n"
        "n,How many people did the ferries carry in June 2022?,902,,\"31,000\",\n"
        "u,What did the king of Norway say about the prize?,,,,false\n"
    )  # fmt: skip
    got = json.loads(_slugline("eval", "own", str(path), "--data-dir", str(harbour), "--json").stdout)
    items = {item["id"]: item for item in got["items"]}
    assert items["w"]["scores"]["correct"] == items["n"]["scores"]["correct"] == 1
    assert items["w"]["scores"]["facts_right"] == 1
    assert "token_f1" in items["n"]["scores"]
    assert got["suite"] == "own"


def test_feedback_becomes_questions_with_the_evidence_that_was_marked(harbour: Path, tmp_path: Path) -> None:
    from rag.config import load_settings

    engine = Engine.open(load_settings(data_dir=harbour))
    kept = Feedback(harbour)
    liked = engine.ask("Who won the Harbour Prize?")
    assert liked.citations
    kept.add(liked.question, show.answer_json(liked), "up")
    quote = "Ferries between Stone Quay and Long Island carried 31,000 people in June 2022, North Ferries said on 2 July 2022."
    kept.add(
        "How many people did the ferries carry in June 2022?",
        {"sources": []},
        "down",
        "wrong source",
        evidence=[Evidence("902", quote)],
    )
    kept.add("What of the trains?", {"sources": []}, "down", "missing article")
    questions, left = from_feedback(kept.all())
    assert [(question.text, question.articles) for question in questions] == [
        ("Who won the Harbour Prize?", ("901",)),
        ("How many people did the ferries carry in June 2022?", ("902",)),
    ]
    assert left == ["What of the trains?"]
    saved = tmp_path / "feedback.jsonl"
    got = json.loads(
        _slugline("eval", "own", "--from-feedback", "--save", str(saved), "--data-dir", str(harbour), "--json").stdout
    )
    assert [item["scores"]["correct"] for item in got["items"]] == [1, 1]
    assert load(saved) == questions


def test_a_library_without_feedback_says_how_to_give_some(harbour: Path) -> None:
    assert "thumbs" in _slugline("eval", "own", "--from-feedback", "--data-dir", str(harbour), code=1).stderr
    assert "give a FILE" in _slugline("eval", "own", code=2).stderr


def test_proposed_questions_have_their_answer_in_the_article_and_wait_for_review(harbour: Path, tmp_path: Path) -> None:
    path = tmp_path / "made.jsonl"
    _slugline("eval", "make", str(path), "--count", "12", "--data-dir", str(harbour))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) >= 4
    assert not any(row["reviewed"] for row in rows)
    texts = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("?.md")}
    for row in rows:
        if row["answerable"]:
            [[answer]] = row["required"]
            assert answer in row["evidence"][0]
            assert answer.casefold() not in row["question"].casefold()
            assert any(answer in text for text in texts.values())
    with pytest.raises(SluglineError, match="no reviewed question"):
        load(path)
    path.write_text("".join(json.dumps(row | {"reviewed": True}) + "\n" for row in rows))
    assert len(load(path)) == len(rows)


def test_some_proposed_questions_are_about_what_no_article_tells(bundled: Engine) -> None:
    rows = propose(bundled.library, 40)
    untold = [row for row in rows if not row["answerable"]]
    assert len(rows) == 40
    assert len(untold) == 10
    assert {row["type"] for row in rows} == {"date", "figure", "who", "unanswerable"}
    assert rows == propose(bundled.library, 40)
    assert rows != propose(bundled.library, 40, seed=1)


def test_rows_written_as_csv_are_read_back(tmp_path: Path, bundled: Engine) -> None:
    rows = [row | {"reviewed": True} for row in propose(bundled.library, 8)]
    write(tmp_path / "x.jsonl", rows)
    write(tmp_path / "x.csv", [row | {"evidence": []} for row in rows])
    assert [q.text for q in load(tmp_path / "x.csv")] == [q.text for q in load(tmp_path / "x.jsonl")]
