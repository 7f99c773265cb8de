"""The sentences of a text, as they are cut for reading, quoting and judging."""

from __future__ import annotations

import re
import sys
import threading
from functools import lru_cache
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

from rag.tokens import carried
from rag.types import Span

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktTokenizer

# Punkt takes these for the end of a sentence when a capital follows.
_NO_END = re.compile(r"\b(?:Sen|Rep|Gov|Gen|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|v|No|Inc|Ltd|Co|Corp|Bros|[A-Z])\.$")


_LOADING = threading.Lock()  # or one thread would find the other's stand-in


@lru_cache
def _punkt() -> PunktTokenizer:
    with _LOADING:
        if "nltk" in sys.modules:
            return _loaded()
        try:
            return _without_its_package()
        except (ImportError, AttributeError):  # a version of nltk whose Punkt needs the rest of it
            return _loaded()


def _loaded() -> PunktTokenizer:
    import nltk.data
    from nltk.tokenize.punkt import PunktTokenizer

    nltk.data.path.insert(0, str(carried() / "nltk_cache"))
    return PunktTokenizer("english")


def _without_its_package() -> PunktTokenizer:
    """Punkt with an empty package in nltk's place, then nothing: who imports nltk later gets all of it.

    The package itself imports scikit-learn, scipy and pandas, for none of which Punkt has a use: 1.0 s of every ingest, 0.1 s so.
    """
    spec = find_spec("nltk")
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError("nltk is not installed")
    stand_in = ModuleType("nltk")
    stand_in.__path__ = list(spec.submodule_search_locations)
    sys.modules["nltk"] = stand_in
    try:
        return _loaded()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "nltk"]:
            del sys.modules[name]


def sentences(text: str) -> list[Span]:
    """The sentences of `text`, in order: never across a blank line, white space at their ends left out."""
    return list(_sentences(text))


@lru_cache(maxsize=1)  # the splitter asks again for those of the article that is being cut
def _sentences(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    for block in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        inside: list[Span] = []
        for start, end in _punkt().span_tokenize(block.group()):
            start, end = start + block.start(), end + block.start()
            if inside and (_NO_END.search(text[inside[-1].start : inside[-1].end]) or text[start].islower()):
                start = inside.pop().start
            inside.append(Span(start, end))
        spans += inside
    return tuple(spans)
