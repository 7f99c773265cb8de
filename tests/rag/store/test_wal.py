"""Many processes that make one file at once: none is turned away."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
_OPEN = """
import sys, time
from pathlib import Path
from rag.store.ledger import Ledger
while time.time() < float(sys.argv[2]): pass
for n in range(100):
    Ledger(Path(sys.argv[1]) / str(n)).close()
"""


def test_a_ledger_may_be_made_by_many_processes_at_once(tmp_path: Path) -> None:
    start = time.time() + 1.5  # when all have imported what they need
    command = [sys.executable, "-c", _OPEN, str(tmp_path), str(start)]
    runs = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0] * 4, said
