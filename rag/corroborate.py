"""Who carries a sentence: the independent outlets behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from rag.dates import find_dates
from rag.figures import find_figures
from rag.retrieve import Retrieved
from rag.types import Article, Hit

SAME = 0.75  # cosine of two sentences that may tell the same


@lru_cache(maxsize=512)
def _pattern(outlet: str) -> re.Pattern[str]:
    bare = re.sub(r"\s*\(.*?\)", "", outlet).strip()  # 'Decrypt (via celebrity.land)' is named as 'Decrypt'
    return re.compile(rf"(?<!\w){re.escape(bare or outlet)}(?!\w)")


def name_of(outlet: str) -> str:
    """An outlet's name without what stands in brackets behind it."""
    return re.sub(r"\s*\(.*?\)", "", outlet).strip() or outlet


def named(article: Article, text: str) -> tuple[str, ...]:
    """The sources of a brief that `text` names."""
    return tuple(dict.fromkeys(name_of(s.outlet) for s in article.sources if s.outlet and _pattern(s.outlet).search(text)))


def own_outlets(article: Article, text: str) -> tuple[str, ...]:
    """The outlets behind a sentence of `article`: of a brief those that the sentence names, of any other article its own."""
    return named(article, text) or ((article.outlet,) if article.outlet else ())


def carriers(text: str, vector: np.ndarray | None, hit: Hit, found: Retrieved) -> tuple[str, ...]:
    """The independent outlets that carry `text`, a sentence of `hit`, its own first; copies of one story count once.

    Another article carries it when a sentence of it found is near (`vector` is that of `text`) and has the same figures and dates.
    """
    outlets = list(own_outlets(hit.article, text))
    stories = {_story(hit.article)}
    if vector is not None:
        for other, vectors in zip(found.hits, found.sentences, strict=False):
            if _story(other.article) in stories or not len(vectors):
                continue
            near = vectors @ vector
            at = int(near.argmax())
            if near[at] < SAME:
                continue
            span = other.passage.sentences[at]
            said = other.article.text[span.start : span.end]
            if _agree(text, said):
                stories.add(_story(other.article))
                outlets += own_outlets(other.article, said)
    return _each_once(outlets)


def _story(article: Article) -> str:
    return article.story or article.id


def _agree(one: str, other: str) -> bool:
    """Whether `other` has every figure and date of `one`."""
    figures, dates = list(find_figures(other)), list(find_dates(other))
    return all(any(f.same_amount(g) for g in figures) for f in find_figures(one)) and all(
        any(d.agrees(e) for e in dates) for d in find_dates(one)
    )


def _each_once(outlets: Iterable[str]) -> tuple[str, ...]:
    return tuple({outlet.casefold().removeprefix("the "): outlet for outlet in reversed(list(outlets))}.values())[::-1]
