"""The bundled development questions, asked once for all tests that look at what came of them."""

from __future__ import annotations

import pytest

from eval.judges import Ours
from eval.results import Results, run
from eval.suite import Context
from eval.suites import suite
from rag.engine import Engine


@pytest.fixture(scope="session")
def dev(bundled: Engine) -> Results:
    return run(suite("bundled"), Context(lambda: bundled, Ours(), split="dev"))
