"""The commands as a user types them, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.engine import Engine
from rag.linear import described

ROOT = Path(__file__).parent.parent


def slugline(*arguments: str, stdin: str | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def data_dir(bundled: Engine) -> str:
    return str(bundled.settings.data_dir)


def test_help_loads_none_of_the_heavy_packages() -> None:
    code = (
        "import sys, cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'chromadb', 'gradio', 'llama_index', 'sentence_transformers', 'pydantic', 'numpy', 'rich'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "slugline ask" in done.stdout


def test_asking_loads_neither_sentence_transformers_nor_llamaindex(data_dir: str) -> None:
    code = (
        f"import sys, cli\ntry: cli.main(['ask', '--data-dir', {data_dir!r}, 'When did the ELVIS Act take effect?'])\n"
        "except SystemExit as end: assert not end.code\n"
        "sys.exit('slow start' if {'sentence_transformers', 'transformers', 'gradio', 'llama_index'} & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_ask_shows_answer_sources_outlet_and_date(data_dir: str) -> None:
    shown = slugline("ask", "--data-dir", data_dir, "When did Tennessee's ELVIS Act take effect?").stdout
    assert "1 July 2024" in shown
    assert "[1] " in shown
    assert "Slugline Briefs" in shown


def test_ask_json_is_one_document_and_nothing_else(data_dir: str) -> None:
    document = json.loads(slugline("ask", "--json", "--data-dir", data_dir, "When did the ELVIS Act take effect?").stdout)
    assert document["sources"][0]["article_id"] == "024"
    assert document["sentences"][0]["citations"] == [1]


def test_ask_and_search_read_a_question_a_line(data_dir: str) -> None:
    questions = "When did the ELVIS Act take effect?\n\nHow many days did the writers strike?\n"
    answers = [json.loads(line) for line in slugline("ask", "-", "--data-dir", data_dir, stdin=questions).stdout.splitlines()]
    assert [a["question"] for a in answers] == [line for line in questions.splitlines() if line]
    found = [json.loads(line) for line in slugline("search", "-", "--data-dir", data_dir, stdin=questions).stdout.splitlines()]
    assert [f["hits"][0]["article_id"] for f in found] == ["024", "008"]


def test_filters_are_hard(data_dir: str) -> None:
    hits = json.loads(slugline("search", "strike", "--json", "--data-dir", data_dir, "--since", "2026-05").stdout)["hits"]
    assert hits
    assert min(hit["published"] for hit in hits) >= "2026-05-01"
    slugline("search", "strike", "--data-dir", data_dir, "--since", "someday", code=2)


def test_ingest_list_show_remove_and_ask_an_empty_library(tmp_path: Path, article_file: Callable[..., Path]) -> None:
    path = article_file("a.md", "The studio closed in May 2025.", title="Closing", outlet="Slugline Briefs", id="x1")
    (tmp_path / "bad.md").write_bytes(b"\x00")
    where = ("--data-dir", str(tmp_path / "library"))
    done = slugline("ingest", str(path), str(tmp_path / "bad.md"), "--json", *where, code=1)
    report = json.loads(done.stdout)
    assert (report["added"], report["failed"][0]["source"]) == (1, str(tmp_path / "bad.md"))
    assert set(report) >= {"added", "updated", "unchanged", "duplicates", "failed", "passages", "seconds"}
    assert "Closing" in slugline("articles", *where).stdout
    assert json.loads(slugline("articles", "list", "--json", *where).stdout)["articles"][0]["article_id"] == "x1"
    assert "closed in May 2025" in slugline("articles", "show", "x1", *where).stdout
    slugline("articles", "remove", "x1", *where)
    assert "x1" in slugline("articles", "show", "x1", *where, code=1).stderr
    assert "slugline ingest" in slugline("ask", "What closed?", *where).stdout


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = slugline("ask", "What?", "--data-dir", str(tmp_path / "file" / "x"), code=1)
    assert done.stderr.count("\n") == 1
    assert "--data-dir" in done.stderr


def test_doctor_says_that_the_stores_agree(data_dir: str) -> None:
    shown = slugline("doctor", "--data-dir", data_dir).stdout
    assert "85 articles" in shown
    assert "All three stores agree" in shown
    assert "  chromadb 1." in shown
    assert f"Models multiply in {described()}" in shown


def test_eval_without_the_bundled_articles_says_what_to_do(tmp_path: Path) -> None:
    assert "slugline ingest corpus" in slugline("eval", "--data-dir", str(tmp_path / "none"), code=1).stderr


def test_module_forms_are_the_same_commands(tmp_path: Path) -> None:
    for module in ("ingest", "eval"):
        done = subprocess.run([sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0
        assert f"slugline {module}" in done.stdout


def test_a_library_is_checked_exported_imported_and_its_history_shown(tmp_path: Path) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "song.md"
    front = "---\nid: song\ntitle: Song\noutlet: Sound Post\npublished: 2024-04-17\ntopics: [music]\n---\n\n"
    for text in ("The song was pulled.", "The song was restored."):
        file.write_text(front + text, "utf-8")
        slugline("ingest", str(file), "--data-dir", str(here))
    assert "sound" in slugline("library", "check", "--data-dir", str(here)).stdout
    listed = slugline("articles", "list", "--topic", "Music", "--until", "2024", "--data-dir", str(here)).stdout
    assert "2024-04-17" in listed
    assert slugline("articles", "list", "--outlet", "Nobody", "--data-dir", str(here)).stdout == ""
    slugline("library", "export", str(tmp_path / "b.zip"), "--data-dir", str(here))
    assert "exists" in slugline("library", "export", str(tmp_path / "b.zip"), "--data-dir", str(here), code=1).stderr
    report = json.loads(slugline("library", "import", str(tmp_path / "b.zip"), "--json", "--data-dir", str(there)).stdout)
    assert report == {"added": 1, "updated": 0, "unchanged": 0, "kept": 0}
    shown = json.loads(
        slugline("articles", "show", "sound-post.song", "--revision", "1", "--json", "--data-dir", str(there)).stdout
    )
    assert shown["text"].strip() == "The song was pulled."
    assert [one["revision"] for one in shown["revisions"]] == [2, 1]
    found = json.loads(slugline("search", "song", "--json", "--data-dir", str(there)).stdout)["hits"][0]
    assert (found["revision"], found["passage"].strip()) == (2, "The song was restored.")
    assert found["updated"]
    (tmp_path / "b.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-100])
    refused = slugline("library", "import", str(tmp_path / "b.zip"), "--data-dir", str(tmp_path / "none"), code=1)
    assert "b.zip was not imported" in refused.stderr
    assert not (tmp_path / "none").exists()


def test_a_damaged_index_is_repaired_and_a_library_embedded_anew(tmp_path: Path) -> None:
    import shutil

    data_dir = str(tmp_path / "library")
    file = tmp_path / "a.md"
    file.write_text("---\nid: a\ntitle: A\noutlet: Wire\n---\n\nThe studio signed the union's contract in May.", "utf-8")
    slugline("ingest", str(file), "--data-dir", data_dir)
    shutil.rmtree(tmp_path / "library" / "words")
    assert "slugline library repair" in slugline("search", "contract", "--data-dir", data_dir, code=1).stderr
    assert "words" in slugline("library", "check", "--data-dir", data_dir, code=1).stderr
    assert "Rebuilt: words" in slugline("library", "repair", "--data-dir", data_dir).stdout
    assert "contract" in slugline("search", "contract", "--data-dir", data_dir).stdout
    assert "1 articles embedded" in slugline("reindex", "--data-dir", data_dir).stdout
    assert "contract" in slugline("search", "contract", "--data-dir", data_dir).stdout
