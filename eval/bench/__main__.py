"""`python -m eval.bench NAME ...`: runs `eval/bench/NAME.py`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
if len(sys.argv) < 2 or sys.argv[1] not in names:
    sys.exit(f"Usage: python -m eval.bench {'|'.join(names)} [--help]")
name = sys.argv.pop(1)
sys.argv[0] = f"python -m eval.bench {name}"
import_module(f"eval.bench.{name}").main()
