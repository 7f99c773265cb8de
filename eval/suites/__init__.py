"""The suites, a file for each. A module loads when its suite is asked for."""

from __future__ import annotations

from importlib import import_module

from eval.suite import Suite

# Where each suite's `Suite` stands: module and name in it.
_WHERE: dict[str, tuple[str, str]] = {
    "bundled": ("bundled", "SUITE"),
    "own": ("own", "SUITE"),
    "multihop-rag": ("multihop_rag", "SUITE"),
    "beir": ("beir", "SUITE"),
    "paragraphs": ("paragraphs", "SUITE"),
    "perturbed": ("perturbed", "SUITE"),
    "followups": ("followups", "SUITE"),
    "squad": ("squad", "SUITE"),
    "rgb": ("rgb", "SUITE"),
    "ragtruth": ("judging", "RAGTRUTH"),
    "faithbench": ("judging", "FAITHBENCH"),
    "wice": ("judging", "WICE"),
    "aggrefact-csv": ("judging", "AGGREFACT"),
    "pairs": ("judging", "PAIRS"),
    "altered": ("altered", "SUITE"),
}
SUITES = tuple(_WHERE)


def suite(name: str) -> Suite:
    """The suite of that name, one of SUITES."""
    module, attribute = _WHERE[name]
    found = getattr(import_module(f"eval.suites.{module}"), attribute)
    assert isinstance(found, Suite)  # noqa: S101  # tells mypy
    return found
