"""A grid of settings, each point measured on the same questions; what was measured is kept, so that a sweep can be stopped and taken up.

Within a sweep passages are searched and read once for all points that do not change how: only what a setting changes is done again.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from eval.compare import compare
from eval.results import FOLDER, Results, document, light, load, write_json
from eval.state import of_library
from eval.statistics import Difference
from eval.suite import Context, Suite
from rag.config import Settings
from rag.engine import Engine
from rag.errors import BadInput, SluglineError
from rag.reader import Reader
from rag.retrieve import Retrieved, Retriever, Ways
from rag.store.library import Library
from rag.types import Span

# Settings that change what is stored, or nothing that is measured.
_NOT_SWEPT = frozenset({"data_dir", "embed_model", "passage_tokens", "passage_overlap", "fetch_delay", "fetch_allow"})
# Settings that leave what is found as it is.
_AFTER_SEARCH = frozenset({"answer_threshold", "max_sentences", "llm", "unsupported"})
_WAYS = "retrieval."

Point = dict[str, Any]


@dataclass(frozen=True)
class Swept:
    """A point, its results, and how it differs from the settings as they are on the figure swept by."""

    point: Point
    results: Results
    difference: Difference
    kept: bool  # whether it had been measured before


def grid(said: Sequence[str], settings: Settings) -> list[Point]:
    """Every combination of 'NAME=A,B,...', the settings as they are first; NAME is a setting, or 'retrieval.' and a part of the ranking.

    Raises:
        SluglineError: there is no such setting, it cannot be swept, or a value is not what it takes.
    """
    axes = [_axis(one) for one in said]
    points = [
        {},
        *(dict(zip((name for name, _ in axes), values, strict=True)) for values in itertools.product(*(v for _, v in axes))),
    ]
    for point in points:
        apply(point, settings)
    return points


def _axis(said: str) -> tuple[str, list[str]]:
    name, _, values = said.partition("=")
    listed = [value.strip() for value in values.split(",") if value.strip()]
    parts = {field.name for field in fields(Ways)}
    known = (name.removeprefix(_WAYS) in parts) if name.startswith(_WAYS) else (name.partition(".")[0] in _sweepable())
    if not known or not listed:
        raise SluglineError(
            f"--set {said}: write NAME=A,B. NAME is one of {', '.join(sorted(_sweepable()))}, "
            f"or {_WAYS}{{{','.join(sorted(parts))}}} with true or false. What changes the index ({', '.join(sorted(_NOT_SWEPT))}) "
            "needs a library of its own: ingest one, run both, and use slugline eval compare."
        )
    return name, listed


def _sweepable() -> set[str]:
    return set(Settings.model_fields) - _NOT_SWEPT


def apply(point: Mapping[str, str], settings: Settings) -> tuple[Settings, Ways]:
    """The settings and parts of the ranking of a point.

    Raises:
        SluglineError: a value is not what its setting takes.
    """
    given, ways = settings.model_dump(), Ways()
    for name, value in point.items():
        if name.startswith(_WAYS):
            if value not in ("true", "false"):
                raise SluglineError(f"--set {name}={value}: write true or false.")
            ways = replace(ways, **{name.removeprefix(_WAYS): value == "true"})
            continue
        inside, names = given, name.split(".")
        for part in names[:-1]:
            inside = inside[part]
        inside[names[-1]] = None if value == "none" else value
    try:
        return Settings.model_validate(given), ways
    except ValidationError as error:
        first = error.errors()[0]
        raise SluglineError(f"--set {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}.") from error


class Remembering(Retriever):
    """Searches once for the same question, top and filters."""

    def __init__(self, library: Library, settings: Settings, ways: Ways, memory: dict[Hashable, Retrieved]) -> None:
        super().__init__(library, settings, ways=ways)
        self._memory = memory
        self._own = (ways, settings.model_dump_json(exclude=set(_AFTER_SEARCH)))

    def search(self, *args: Any, **kwargs: Any) -> Retrieved:
        key = (self._own, args, tuple(sorted(kwargs.items())))
        if key not in self._memory:
            self._memory[key] = super().search(*args, **kwargs)
        return self._memory[key]


class RememberingReader(Reader):
    """Reads the same passages for the same question once."""

    def __init__(self) -> None:
        super().__init__()
        self._memory: dict[Hashable, list[np.ndarray]] = {}

    def read(self, question: str, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[np.ndarray]:
        key = (question, tuple(texts), tuple(tuple(some) for some in spans))
        if key not in self._memory:
            self._memory[key] = super().read(question, texts, spans)
        return self._memory[key]


def sweep(
    suite: Suite,
    context: Context,
    points: Sequence[Point],
    by: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Swept]:
    """Measure each point, best first by the figure `by`. The first of `points` is what the others are compared with.

    Raises:
        SluglineError: the suite has no such figure.
    """
    if by not in suite.figures:
        raise SluglineError(f"{suite.name} has no figure {by!r}; there are: {', '.join(suite.figures)}.")
    engine = context.engine()
    memory: dict[Hashable, Retrieved] = {}
    reader = RememberingReader()
    state = _state(suite, context, engine)
    out: list[Swept] = []
    for number, point in enumerate(points):
        path = engine.library.data_dir / FOLDER / "sweeps" / f"{_key(state, point)}.json"
        kept = _kept(path)
        told = partial(_told, progress, number, len(points))
        results = kept or _measure(suite, context, engine, point, memory, reader, told)
        if not kept:
            write_json(light(results), path)
        first = out[0].results if out else results
        _, _, difference = compare(first, results).figures[by]
        out.append(Swept(point, results, difference, bool(kept)))
    sign = -1 if suite.figures[by].higher_is_better else 1
    return sorted(out, key=lambda one: sign * float(one.results["figures"][by]))


def _told(progress: Callable[[int, int], None], point: int, points: int, done: int, of: int) -> None:
    progress(point * of + done, points * of)


def _measure(
    suite: Suite,
    context: Context,
    engine: Engine,
    point: Point,
    memory: dict[Hashable, Retrieved],
    reader: RememberingReader,
    progress: Callable[[int, int], None],
) -> Results:
    settings, ways = apply(point, engine.settings)
    changed = Engine(engine.library, settings)
    changed.retriever = Remembering(engine.library, settings, ways, memory)
    changed.reader = reader
    own = replace(context, engine=lambda: changed, progress=progress)
    timeless = {name: figure for name, figure in suite.figures.items() if figure.unit != "ms"}  # what is remembered takes no time
    return document(replace(suite, figures=timeless), own, suite.run(own))


def _state(suite: Suite, context: Context, engine: Engine) -> dict[str, Any]:
    """All that results depend on, apart from the point: articles, models, settings, questions, and the code itself."""
    import rag

    code = hashlib.sha256()
    for root in (Path(rag.__file__).parent, Path(__file__).parent):
        for file in sorted(root.rglob("*.py")):
            code.update(file.read_bytes())
    asked = [suite.name, context.split, context.limit, str(context.data), context.judge.name]
    if context.data and context.data.is_file():
        asked.append(hashlib.sha256(context.data.read_bytes()).hexdigest())
    return {**of_library(engine), "asked": asked, "code": code.hexdigest()}


def _key(state: Mapping[str, Any], point: Point) -> str:
    return hashlib.sha256(json.dumps([state, sorted(point.items())], sort_keys=True).encode()).hexdigest()[:24]


def _kept(path: Path) -> Results | None:
    try:
        return load(path) if path.exists() else None
    except BadInput:
        return None  # of another schema, or cut short: it is measured again
