"""Results, comparisons and suites as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eval.compare import Change, Comparison
from eval.results import Results
from eval.suite import Suite

if TYPE_CHECKING:
    from eval.sweep import Swept

_LISTED = 20  # changed questions that a terminal shows; --json has all


def results_text(results: Results, wrong: bool, primary: str) -> str:
    """Every figure with its interval, the primary one by type, what failed, and with `wrong` every question not right."""
    lines = [f"{results['suite']}/{results['split']}: {results['questions']} questions, judge {results['judge']}"]
    for name, value in results["figures"].items():
        low, high = results["intervals"][name]
        lines.append(f"  {name:<24} {value:10.3f}   [{low:.3f}, {high:.3f}]  of {results['counts'][name]}")
    if len(results["by_type"]) > 1 and any(primary in figures for figures in results["by_type"].values()):
        lines.append(f"  {primary} by type")
        for kind, figures in results["by_type"].items():
            if primary in figures:
                lines.append(f"    {kind:<22} {figures[primary]:10.3f}  of {figures['questions']}")
    lines += [f"  failed: {one['id']}: {one['error']}" for one in results["failed"]]
    if wrong:
        for item in results["items"]:
            if item["scores"].get(primary, 1.0) < 1:
                lines.append(f"\n{item['id']} [{item['type']}] {item['question']}\n  -> {item.get('answer', '')}")
    return "\n".join(lines)


def comparison_text(found: Comparison) -> str:
    """Each figure before and after, the difference with its interval and p; then the questions that changed."""
    lines = [f"{found.suite.name}: {found.questions} questions in both"]
    if found.alone:
        lines.append(f"  {len(found.alone)} questions are in one run only and do not count.")
    lines.append(f"  {'':<24} {'before':>10} {'after':>10} {'difference':>11}   95 % interval       p")
    for name, (before, after, d) in found.figures.items():
        lines.append(f"  {name:<24} {before:10.3f} {after:10.3f} {d.value:+11.3f}   [{d.low:+.3f}, {d.high:+.3f}]  {d.p:7.4f}")
    lines.append(f"{len(found.better)} questions better, {len(found.worse)} worse by {found.suite.primary}")
    if found.test is not None:
        lines[-1] += f" (McNemar p {found.test:.4f})"
    for word, changes in (("better", found.better), ("worse", found.worse)):
        lines += [_change(word, change) for change in changes[:_LISTED]]
        if len(changes) > _LISTED:
            lines.append(f"  ... and {len(changes) - _LISTED} more {word}")
    return "\n".join(lines)


def _change(word: str, change: Change) -> str:
    return f"  {word:<6} {change.id:<12} {change.before:.2f} -> {change.after:.2f}  {change.question}"


def suites_text(found: list[Suite]) -> str:
    """What each suite is, where its data are found, under which licence, and how it is scored."""
    return "\n\n".join(
        f"{one.name}\n  {one.about}\n  upstream: {one.upstream}\n  licence:  {one.licence}\n  scored:   {one.scoring}"
        + (f"\n  --data:   {one.data}" if one.data else "")
        for one in found
    )


def sweep_text(found: Sequence[Swept], by: str) -> str:
    """A line for each point, best first: the figure with its interval, and the difference from the settings as they are."""
    lines = [f"{by}, best first; the difference is from the settings as they are"]
    for one in found:
        name = ", ".join(f"{setting}={value}" for setting, value in one.point.items()) or "as they are"
        low, high = one.results["intervals"][by]
        d = one.difference
        lines.append(
            f"  {one.results['figures'][by]:8.3f}  [{low:.3f}, {high:.3f}]  {d.value:+.3f} [{d.low:+.3f}, {d.high:+.3f}] p {d.p:.3f}  {name}"
            + ("  (kept)" if one.kept else "")
        )
    best = found[0]
    if best.point and best.difference.low <= 0 <= best.difference.high:
        lines.append("The best point is within chance of the settings as they are: the difference may be nothing.")
    return "\n".join(lines)
