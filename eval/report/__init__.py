"""The report: one HTML page that opens from disk without a network, with the results beside it as JSON and CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from eval.report import plots
from eval.results import Results, earlier, write_csv, write_json
from eval.suite import Suite

_SHOWN = 2000  # items on the page, the wrong ones first: more would make it too heavy to open
_CHANCES = (("confidence", "tells"), ("chance", "supported"))  # columns: a stated chance, and whether it came true
_JUDGING = ("ragtruth", "faithbench", "wice", "aggrefact-csv", "pairs")


def write(results: Results, suite: Suite, folder: Path, data_dir: Path) -> Path:
    """Write report.html, results.json and results.csv into `folder`; returns the page. Earlier runs of the library in `data_dir` give
    the trend, and what was measured of the judge."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(results, folder / "results.json")
    write_csv(results, folder / "results.csv")
    page = folder / "report.html"
    page.write_text(html(results, suite, earlier(data_dir, suite.name, results["split"]), judged(data_dir, results)), "utf-8")
    return page


def judged(data_dir: Path, results: Results) -> list[Mapping[str, Any]]:
    """What the judge of a run was found to be worth by the runs that a library has kept: the last one of each suite and split."""
    last: dict[tuple[str, str], Mapping[str, Any]] = {}
    for name in _JUDGING:
        for found in earlier(data_dir, name):
            if found["judge"] == results["judge"] and "balanced_accuracy" in found["figures"]:
                last[(name, found["split"])] = found
    return list(last.values())


def html(results: Results, suite: Suite, before: Sequence[Results] = (), judge_runs: Sequence[Mapping[str, Any]] = ()) -> str:
    """The page. Everything that comes from questions, articles or models is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["link"] = lambda url: url if str(url).startswith(("http://", "https://")) else ""
    template = environment.from_string((files("eval.report") / "page.html").read_text("utf-8"))
    items = sorted(results["items"], key=lambda item: item["scores"].get(suite.primary, 0.0) >= 1)
    return template.render(
        r=results,
        suite=suite,
        items=items[:_SHOWN],
        left_out=max(0, len(items) - _SHOWN),
        types=list(dict.fromkeys(item["type"] for item in items)),
        plots=[(title, Markup(svg)) for title, svg in drawn(results, suite, before)],  # noqa: S704  # escaped where drawn
        judge_runs=judge_runs,
    )


def drawn(results: Results, suite: Suite, before: Sequence[Results]) -> list[tuple[str, str]]:
    """The plots that the results have the numbers for: title and SVG."""
    out = []
    figures, intervals = results["figures"], results["intervals"]
    curve = {
        int(name[4:]): (figures[name], *intervals[name]) for name in figures if name.startswith("hit@") and name[4:].isdigit()
    }
    if len(curve) > 2:
        out.append(("A right article among the first k", plots.curve(curve)))
    main = suite.primary if suite.primary in figures else next(iter(figures), "")
    groups = {
        f"{kind} ({of['questions']})": (of[main], *results["intervals_by_type"][kind][main])
        for kind, of in results["by_type"].items()
        if main in of
    }
    if len(groups) > 1:
        out.append((f"{main} by type (how many)", plots.bars(groups)))
    for chance, true in _CHANCES:
        pairs = [
            (i["scores"][chance], i["scores"][true]) for i in results["items"] if chance in i["scores"] and true in i["scores"]
        ]
        if pairs:
            out.append((f"Reliability: stated {chance}, and how often it came true", plots.reliability(pairs)))
    times = [item["scores"]["ms"] for item in results["items"] if "ms" in item["scores"]]
    if times:
        out.append(("Milliseconds", plots.histogram(times)))
    runs = [*before, results]
    trend = [(one["at"], one["figures"][main], *one["intervals"][main]) for one in runs if main in one["figures"]]
    if len(trend) > 1:
        out.append((f"{main}, run to run", plots.trend(trend[-30:])))
    return out
