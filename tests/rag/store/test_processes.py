"""Several real processes on one library."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from rag.config import Settings
from rag.embed import PackagedEmbedder
from rag.engine import Engine
from rag.store import rebuild
from rag.store.library import Library

ROOT = Path(__file__).parents[3]


def _ingest(settings: Settings, *sources: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "cli.py", "--data-dir", str(settings.data_dir), "ingest", *map(str, sources)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _articles(file: Path, first: int, count: int) -> Path:
    with file.open("w") as out:
        for n in range(first, first + count):
            text = f"The label of singer{n}x signed a licence for cloned voices. The fee was {n + 100} dollars."
            out.write(json.dumps({"id": f"n{n}", "title": f"Singer {n}", "outlet": "Sound Post", "text": text}) + "\n")
    return file


def test_two_ingests_at_once_both_end_well_and_one_says_for_whom_it_waits(settings: Settings, tmp_path: Path) -> None:
    runs = [_ingest(settings, _articles(tmp_path / f"{n}.jsonl", 300 * n, 300)) for n in range(2)]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert not any("Traceback" in text for text in said)
    waited = [n for n, text in enumerate(said) if f"Waiting for process {runs[1 - n].pid}, which is writing" in text]
    assert len(waited) == 1, said
    assert rebuild.check(settings.data_dir) == []
    assert Library(settings.data_dir, PackagedEmbedder()).counts()["articles"] == 600


def test_an_open_engine_answers_while_articles_come_in_and_knows_the_new_ones_at_once(settings: Settings, tmp_path: Path) -> None:
    """As the chat does: it never restarts. Every search finds an article by both legs, or not at all."""
    assert _ingest(settings, _articles(tmp_path / "a.jsonl", 0, 40)).wait() == 0
    engine = Engine(Library(settings.data_dir, PackagedEmbedder()), settings)
    run = _ingest(settings, _articles(tmp_path / "b.jsonl", 40, 400))
    searches, seen, vector = 0, 40, engine.library.embedder.question("cloned voices")
    while run.poll() is None:
        searches += 1
        found = engine.library.candidates([("licence for cloned voices", None)], 1000)
        assert set(found) <= set(engine.library.candidates([("", vector)], 1000))
        assert len(found) >= seen, "what was there once stays"
        seen = len(found)
        time.sleep(0.02)
    assert run.returncode == 0
    assert searches > 10
    assert engine.ask("What fee did the label of singer439x get?").citations[0].hit.article.id == "sound-post.n439"
