"""The sentences of a text, as they are cut for reading, quoting and judging."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.submodule import without_package
from rag.tokens import carried
from rag.types import Span

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktTokenizer

# Punkt takes these for the end of a sentence when a capital follows.
_NO_END = re.compile(r"\b(?:Sen|Rep|Gov|Gen|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|v|No|Inc|Ltd|Co|Corp|Bros|[A-Z])\.$")


@lru_cache
def _punkt() -> PunktTokenizer:
    return without_package("nltk", _loaded)


def _loaded() -> PunktTokenizer:
    import nltk.data
    from nltk.tokenize.punkt import PunktTokenizer

    nltk.data.path.insert(0, str(carried() / "nltk_cache"))
    return PunktTokenizer("english")


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
