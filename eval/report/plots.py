"""The report's plots as SVG. Colours come from the page's style; every label is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

WIDE, HIGH = 460, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 36
_BINS = 10


def _x(share: float) -> float:
    return round(_LEFT + share * (WIDE - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HIGH - _BOTTOM - share * (HIGH - _TOP - _BOTTOM), 1)


def _svg(inside: Sequence[str], label: str, high: int = HIGH) -> str:
    return f'<svg viewBox="0 0 {WIDE} {high}" role="img" aria-label="{escape(label)}">{"".join(inside)}</svg>'


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line class="{style}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _shares_axis() -> list[str]:
    out = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        out += [_line(_x(0), _y(share), _x(1), _y(share), "grid"), _text(_x(0) - 6, _y(share) + 4, f"{share:g}", "end")]
    return out


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in points)


def _with_band(xs: Sequence[float], rows: Sequence[tuple[float, float, float]]) -> list[str]:
    """A line through (value, low, high) with its intervals behind it."""
    upper = [(x, _y(high)) for x, (_, _, high) in zip(xs, rows, strict=True)]
    lower = [(x, _y(low)) for x, (_, low, _) in zip(xs, rows, strict=True)]
    middle = [(x, _y(value)) for x, (value, _, _) in zip(xs, rows, strict=True)]
    dots = [
        f'<circle class="dot" cx="{x}" cy="{y}" r="3"><title>{value:.3f} [{low:.3f}, {high:.3f}]</title></circle>'
        for (x, y), (value, low, high) in zip(middle, rows, strict=True)
    ]
    return [f'<path class="band" d="{_path([*upper, *lower[::-1]])}Z"/>', f'<path class="line" d="{_path(middle)}"/>', *dots]


def curve(by_k: Mapping[int, tuple[float, float, float]]) -> str:
    """A share for each k, with its interval."""
    ks = sorted(by_k)
    xs = [_x(i / max(1, len(ks) - 1)) for i in range(len(ks))]
    labels = [_text(x, HIGH - 14, str(k)) for x, k in zip(xs, ks, strict=True)]
    return _svg([*_shares_axis(), *_with_band(xs, [by_k[k] for k in ks]), *labels], "share found by k")


def trend(runs: Sequence[tuple[str, float, float, float]]) -> str:
    """A share for each run, oldest first: (moment, value, low, high)."""
    xs = [_x(i / max(1, len(runs) - 1)) for i in range(len(runs))]
    ends = [_text(xs[0], HIGH - 14, runs[0][0][:10], "start"), _text(xs[-1], HIGH - 14, runs[-1][0][:10], "end")]
    return _svg([*_shares_axis(), *_with_band(xs, [run[1:] for run in runs]), *ends], "run to run")


def bars(groups: Mapping[str, tuple[float, float, float]]) -> str:
    """A bar for each group, with its interval as a whisker."""
    left, row = 190, 24
    span = WIDE - left - 60
    out = []
    for n, (name, (value, low, high)) in enumerate(groups.items()):
        y = n * row + 6
        clipped = [left + round(span * min(1.0, max(0.0, share)), 1) for share in (value, low, high)]
        out += [
            _text(left - 8, y + 12, name, "end"),
            f'<rect class="bar" x="{left}" y="{y}" width="{clipped[0] - left}" height="15"/>',
            _line(clipped[1], y + 7.5, clipped[2], y + 7.5, "whisker"),
            _text(WIDE - 4, y + 12, f"{value:.3f}", "end"),
        ]
    return _svg(out, "by type", len(groups) * row + 10)


def reliability(pairs: Sequence[tuple[float, float]]) -> str:
    """Stated chance against how often it came true, in ten bins; a dot's size tells how many are in its bin."""
    chances, true = np.array(pairs).T
    place = np.clip((chances * _BINS).astype(int), 0, _BINS - 1)
    out = [*_shares_axis(), _line(_x(0), _y(0), _x(1), _y(1), "even")]
    for n in range(_BINS):
        inside = place == n
        if not inside.any():
            continue
        stated, came = float(chances[inside].mean()), float(true[inside].mean())
        size = round(3 + 12 * float(np.sqrt(inside.mean())), 1)
        note = f"{int(inside.sum())} items: stated {stated:.2f}, true {came:.2f}"
        out.append(f'<circle class="spot" cx="{_x(stated)}" cy="{_y(came)}" r="{size}"><title>{note}</title></circle>')
    out += [_text(_x(share), HIGH - 14, f"{share:g}") for share in (0.0, 0.5, 1.0)]
    return _svg(out, "reliability")


def histogram(values: Sequence[float], bins: int = 24) -> str:
    """How the values are spread, up to the 99th percentile, what lies beyond in the last bin; the median and the 95th percentile are
    marked."""
    all_of_them = np.array(values)
    top = float(np.quantile(all_of_them, 0.99)) or 1.0
    counts, _ = np.histogram(np.minimum(all_of_them, top), bins=bins, range=(0, top))
    out = []
    for n, count in enumerate(counts):
        height = _y(0) - _y(count / counts.max())
        left, right = _x(n / bins), _x((n + 1) / bins)
        out.append(
            f'<rect class="bar" x="{left}" y="{round(_y(0) - height, 1)}" width="{round(right - left - 1, 1)}" height="{round(height, 1)}">'
            f"<title>{int(count)}</title></rect>"
        )
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        value = float(np.quantile(all_of_them, share))
        x = _x(min(1.0, value / top))
        out += [
            _line(x, _y(0), x, _y(1), "mark"),
            _text(x, _y(1) + 10, f"{name} {value:.0f}", "start" if x < WIDE / 2 else "end"),
        ]
    out += [_text(_x(0), HIGH - 14, "0"), _text(_x(1), HIGH - 14, f"{top:.0f} ms", "end")]
    return _svg(out, "milliseconds")
