"""The report: one page that opens from disk, says all, and lets nothing in it run."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eval.report import html, plots, write
from eval.results import Results, keep
from eval.suites import suite

BUNDLED = suite("bundled")


class _Page(HTMLParser):
    """What a page loads, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster", "action") or (tag == "link" and name == "href"):
                self.loads.append(str(value))


def test_the_page_holds_everything_and_loads_nothing(dev: Results, tmp_path: Path) -> None:
    page = write(dev, BUNDLED, tmp_path / "report", tmp_path / "lib").read_text("utf-8")
    found = _Page(page)
    assert not found.loads
    assert "default-src 'none'" in page
    assert found.tags.count("details") == len(dev["items"])
    assert found.tags.count("svg") == 4  # the curve, types, reliability, latency; a first run has no trend
    for name, value in dev["figures"].items():
        assert f">{name}<" in page
        assert f"{value:.3f}" in page
    for hash_ in (dev["state"]["corpus"]["sha256"], *dev["state"]["models"].values()):
        assert hash_ in page
    assert "was not measured against people" in page
    with (tmp_path / "report" / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(dev["items"])
    assert sum(float(row["correct"]) for row in rows) / len(rows) == pytest.approx(dev["figures"]["correct"], abs=1e-6)


def test_nothing_in_a_question_or_article_can_run(dev: Results) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    item = {
        **dev["items"][0],
        "question": bad,
        "type": bad,
        "answer": bad,
        "sentences": [{"text": bad, "citations": [1], "support": bad, "judged": 0.5}],
        "sources": [{"n": 1, "article_id": bad, "title": bad, "outlet": bad, "published": bad, "url": "javascript:alert(3)", "quote": bad, "passage": bad}],
    }  # fmt: skip
    poisoned = {**dev, "items": [item], "judge": bad, "failed": [{"id": bad, "error": bad}]}
    poisoned["by_type"] = {bad: {"questions": 1, "correct": 0.5}}
    poisoned["intervals_by_type"] = {bad: {"correct": [0.1, 0.9]}}
    page = html(poisoned, BUNDLED)
    assert _Page(page).tags.count("script") == 1
    assert "img" not in _Page(page).tags
    assert "javascript:" not in page


def test_earlier_runs_give_the_trend_and_the_judges_worth(dev: Results, tmp_path: Path) -> None:
    keep(dev | {"at": "2026-01-02T03:04:05+00:00"}, tmp_path)
    judged = {"balanced_accuracy": 0.7123, "auroc": 0.8}
    keep(
        {**dev, "suite": "wice", "split": "test", "figures": judged, "intervals": {"balanced_accuracy": [0.6, 0.8]}, "items": []},
        tmp_path,
    )
    page = write(dev, BUNDLED, tmp_path / "report", tmp_path).read_text("utf-8")
    assert "run to run" in page
    assert "2026-01-02" in page
    assert "wice/test" in page
    assert "0.712" in page


def test_plots_put_values_where_they_belong() -> None:
    svg = plots.curve({1: (0.5, 0.4, 0.6), 10: (1.0, 0.9, 1.0)})
    ys = [float(y) for y in re.findall(r'class="dot" cx="[\d.]+" cy="([\d.]+)"', svg)]
    assert ys[1] < ys[0]  # higher on the page
    assert "0.500 [0.400, 0.600]" in svg
    spots = re.findall(
        r"(\d+) items: stated ([\d.]+), true ([\d.]+)", plots.reliability([(0.95, 1), (0.95, 0), (0.1, 0), (1.0, 1)])
    )
    assert spots == [("1", "0.10", "0.00"), ("3", "0.97", "0.67")]
    assert "p50 2" in plots.histogram([1.0, 2.0, 3.0])
    assert "&lt;b&gt;" in plots.bars({"<b>": (0.5, 0.4, 0.6)})
