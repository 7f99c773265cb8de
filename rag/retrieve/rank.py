"""From the numbers to the order: the chance of each passage, shared out over what the question asks for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.retrieve.features import MEANING_ONLY, PASSAGE, SENTENCE, SLACK, WORDS_ONLY, Asked, Sheet
from rag.store.page import Page

WEIGHTS = Path(__file__).with_name("weights.json")

# Of the passages found at most this many from one article, or one long article crowds the others out.
MOST_OF_ONE_ARTICLE = 5
# Each further passage of an article counts for less than the one before.
_FURTHER = 0.9
# An outlet that the question names beside others, and a period, gets this many shares; a side gets one.
_OUTLET_SHARES, _PERIOD_SHARES = 2.0, 1.0
_LATEST = 3.0  # what the newest passage found gains over the oldest where the question asks for the latest: e^3 times the chance


@dataclass(frozen=True)
class Ways:
    """What the ranking may use. All of it, but where a part's worth is measured (`slugline eval ablation`)."""

    words: bool = True
    dense: bool = True
    heads: bool = True
    outlets: bool = True
    dates: bool = True
    sides: bool = True
    spread: bool = True
    described: bool = True

    def without(self) -> frozenset[str]:
        """Names of the features that do not count."""
        return (
            (frozenset() if self.words else WORDS_ONLY)
            | (frozenset() if self.dense else MEANING_ONLY)
            | (frozenset() if self.outlets else frozenset({"outlet", "outlet_any"}))
            | (frozenset() if self.dates else frozenset({"date", "date_any"}))
            | (frozenset() if self.described else frozenset({"described"}))
        )


@dataclass(frozen=True)
class Model:
    """Weights of the features, fitted by `train/ranker.py`: a passage scores its own plus those of its best sentence."""

    passage: np.ndarray
    sentence: np.ndarray

    def scores(self, sheet: Sheet, without: frozenset[str] = frozenset()) -> np.ndarray:
        """Shape (sides, pages): log of the chance that a side wants the page, up to a constant of the side."""
        of_passage = np.where([name in without for name in PASSAGE], 0, self.passage)
        of_sentence = np.where([name in without for name in SENTENCE], 0, self.sentence)
        best = np.maximum.reduceat(sheet.sentence @ of_sentence, sheet.starts, axis=1)
        out: np.ndarray = sheet.passage @ of_passage + best
        return out


@lru_cache
def load_model(path: Path = WEIGHTS) -> Model:
    """The fitted weights. Raises ValueError when they were fitted on other features."""
    data = json.loads(path.read_text("utf-8"))
    if (tuple(data["passage"]), tuple(data["sentence"])) != (PASSAGE, SENTENCE):
        raise ValueError(f"{path} was fitted on other features than the ranking has: run python -m train.ranker")
    return Model(np.array(list(data["passage"].values())), np.array(list(data["sentence"].values())))


def _chances(scores: np.ndarray) -> np.ndarray:
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    out: np.ndarray = e / e.sum(axis=-1, keepdims=True)
    return out


def shares(scores: np.ndarray, asked: Asked, pages: Sequence[Page], ways: Ways = Ways()) -> np.ndarray:
    """How much of what is asked for each page is expected to hold: shape (pages,), sums to 1.

    Every side deals one share out by the chances of its passages. Outlets that the question names and periods deal out shares among
    their own passages, so that one outlet's better match does not leave the other side of a comparison out.
    """
    if asked.understood.latest:
        days = np.array([page.day for page in pages], dtype=np.float64)
        known = days[days > 0]
        if len(known) and known.max() > known.min():
            scores = scores + _LATEST * np.where(days > 0, (days - known.min()) / (known.max() - known.min()), 0)
    out = _chances(scores).sum(axis=0)
    if ways.spread:
        logs = np.log(out + 1e-12)
        dealt = np.zeros_like(out)
        for group, worth in _groups(asked, pages, ways):
            if group.any():
                dealt[group] += worth * _chances(logs[group])
        out = out + dealt
    total: np.ndarray = out / out.sum()
    return total


def _groups(asked: Asked, pages: Sequence[Page], ways: Ways) -> list[tuple[np.ndarray, float]]:
    sides = asked.understood.sides
    groups = []
    if ways.outlets and len(asked.understood.mentions) > 1:
        outlets = [page.outlet for page in pages]
        groups += [(np.array([o in meant for o in outlets]), _OUTLET_SHARES) for meant in asked.understood.mentions]
    if ways.dates:
        days = np.array([page.day for page in pages])
        for since, until in sorted({period for side in sides for period in side.periods}):
            inside = (days >= since.toordinal() - SLACK) & (days <= until.toordinal() + SLACK)
            groups.append((inside, _PERIOD_SHARES))
    return groups


def spread(expected: np.ndarray, pages: Sequence[Page], top: int, ways: Ways = Ways()) -> list[tuple[int, float]]:
    """At most `top` pages, as (index, what it still brings), best first.

    No article more than MOST_OF_ONE_ARTICLE times, and of articles that tell the same story only the best.
    """
    order = np.argsort(-expected, kind="stable")
    if not ways.spread:
        return [(int(i), float(expected[i])) for i in order[:top]]
    worth = expected[order]
    of_article: Counter[str] = Counter()
    teller: dict[str, str] = {}
    for at, i in enumerate(order):
        page = pages[i]
        seen = of_article[page.article_id]
        told = teller.setdefault(page.story, page.article_id) != page.article_id
        worth[at] *= 0 if told or seen >= MOST_OF_ONE_ARTICLE else _FURTHER**seen
        of_article[page.article_id] += 1
    best = [at for at in np.argsort(-worth, kind="stable")[:top] if worth[at] > 0]
    return [(int(order[at]), float(worth[at])) for at in best]


def also_in(page: Page, pages: Sequence[Page]) -> tuple[str, ...]:
    """The other outlets among `pages` that carried the story of `page`, in the order of `pages`, each once."""
    return tuple(dict.fromkeys(p.outlet for p in pages if p.story == page.story and p.outlet not in ("", page.outlet)))
