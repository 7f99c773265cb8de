"""The gate: does a run stay above its floors, and not fall behind an earlier one?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.figures import Figure
from eval.results import Results
from rag.errors import BadInput, SluglineError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FLOORS = Path(__file__).with_name("floors.toml")


@dataclass(frozen=True)
class Fall:
    """A figure that did not pass: what it is, what it had to be, and why."""

    figure: str
    value: float
    bound: float
    why: str


def read_bounds(said: Sequence[str]) -> dict[str, float]:
    """'hit@3=0.95' and the like, as figure → bound.

    Raises:
        SluglineError: one is not of that form.
    """
    bounds = {}
    for one in said:
        name, equals, value = one.partition("=")
        try:
            bounds[name.strip()] = float(value)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise SluglineError(f"--fail-under {one}: write a figure and its floor, such as hit@3=0.95.")
    return bounds


def floors(suite: str, split: str, path: Path = FLOORS) -> dict[str, float]:
    """The bounds that a file sets for a suite and split: the table [suite.split].

    Raises:
        BadInput: it is not such a file, or has no such table.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8")).get(suite, {}).get(split)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(str(path), f"cannot be read as floors ({error})") from error
    if not isinstance(found, dict):
        raise BadInput(str(path), f"has no table [{suite}.{split}]")
    return {str(name): float(value) for name, value in found.items()}


def below(results: Results, figures: Mapping[str, Figure], bounds: Mapping[str, float]) -> list[Fall]:
    """The figures on the bad side of their bounds: under it, or over it where lower is better.

    Raises:
        SluglineError: the run has no such figure. A gate that passed over a misspelt name would guard nothing.
    """
    out = []
    for name, bound in bounds.items():
        value = _value(results, name)
        if figures[name].worse(value, bound):
            out.append(Fall(name, value, bound, "under its floor" if figures[name].higher_is_better else "over its ceiling"))
    return out


def _value(results: Results, name: str) -> float:
    if name not in results["figures"]:
        raise SluglineError(f"{results['suite']} has no figure {name!r}; there are: {', '.join(results['figures'])}.")
    return float(results["figures"][name])


def fallen(results: Results, figures: Mapping[str, Figure], baseline: Results, most: float) -> list[Fall]:
    """The shares that are worse than in `baseline` by more than `most`. Figures in milliseconds, tokens or dollars are left to floors,
    for they are of a machine.

    Raises:
        SluglineError: the two are not of one suite and split, or a share of the baseline is gone.
    """
    if (results["suite"], results["split"]) != (baseline["suite"], baseline["split"]):
        raise SluglineError(
            f"The baseline is of {baseline['suite']}/{baseline['split']}, this run of {results['suite']}/{results['split']}: "
            "compare like with like."
        )
    out = []
    for name, before in baseline["figures"].items():
        figure = figures.get(name)
        if figure is None or figure.unit != "share":
            continue
        value = _value(results, name)
        bound = before - most if figure.higher_is_better else before + most
        # A hair's breadth of leeway: 0.96 - 0.01 is not quite 0.95.
        if figure.worse(value, bound - 1e-9 if figure.higher_is_better else bound + 1e-9):
            out.append(Fall(name, value, before, f"was {before:.4f}, and may lose {most:g}"))
    return out


def table(fell: Sequence[Fall]) -> str:
    """What fell, a line each."""
    widest = max(len(one.figure) for one in fell)
    return "\n".join(f"  {one.figure:<{widest}}  {one.value:10.4f}  bound {one.bound:10.4f}  {one.why}" for one in fell)
