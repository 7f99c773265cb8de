"""What is asked beside what stands in each candidate: numbers for every (side, passage) and every (side, sentence)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from rag.product import product
from rag.question.same import exchanged, same_as
from rag.store.page import IN_HEAD, Page, places
from rag.store.words import stems
from rag.types import Side, Understood
from rag.whoswho import Described

# Words are weighed by their inverse document frequency; 'share' is that of the weight of the words asked for.
PASSAGE = (
    "words",  # BM25 of the side, in tens
    "cosine",  # question and passage
    "said",  # share of the side's words that the passage or its head has
    "names",  # the same of its names
    "names_elsewhere",  # share of the question's names outside the side
    "outlet",  # the side names the passage's outlet
    "outlet_any",  # the question does
    "date",  # it was published in a period that the side names: 1 for a few days, less for longer
    "date_any",  # in one that the question names
    "exchanged",  # what 'said' gains when words that a news desk would exchange for the side's count like these
    "described",  # it has a name that the question describes: how well, times how rare, in tenths (`rag.whoswho`)
)
SENTENCE = (
    "side_cosine",  # side and sentence, each as read in its surroundings
    "side_said",
    "side_weight",  # weight of the side's words that the sentence has, in twenties of nats
    "side_names",
    "cosine",
    "said",
    "names_elsewhere",
    "first",  # it opens the passage
    "side_exchanged",  # what 'side_said' gains likewise
)
WORDS_ONLY = frozenset(SENTENCE) - {"side_cosine", "cosine", "first"} | {"words", "said", "names", "names_elsewhere", "exchanged"}
MEANING_ONLY = frozenset({"side_cosine", "cosine"})

# Of BM25, as in Tantivy (Robertson and Zaragoza, 2009).
_K1, _B = 1.2, 0.75
_NEUTRAL = 0.5  # a side without names: its passages neither have them nor lack them
SLACK = 1  # days: where it was evening in New York it is the next day in London
_FEW_DAYS, _LONG = 7, 0.5


@dataclass(frozen=True)
class Asked:
    """A question in numbers: its vector and those of its sides, unit length, float32; its first 'side' is the whole when it has several.
    `described` are the names that it describes."""

    understood: Understood
    vector: np.ndarray
    sides: tuple[Side, ...]
    side_vectors: np.ndarray
    described: tuple[Described, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """`passage` has shape (sides, pages, len(PASSAGE)), `sentence` (sides, sentences, len(SENTENCE)); those of page i begin at `starts[i]`."""

    pages: list[Page]
    passage: np.ndarray
    sentence: np.ndarray
    starts: np.ndarray

    @property
    def cosines(self) -> np.ndarray:
        """Of the question and each page."""
        out: np.ndarray = self.passage[0, :, PASSAGE.index("cosine")]
        return out

    @property
    def words(self) -> np.ndarray:
        """BM25 of the question and each page."""
        out: np.ndarray = 10 * self.passage[0, :, PASSAGE.index("words")]
        return out


@dataclass(frozen=True)
class _Words:
    """The question's different stems: `weights`, which are names, and how often each stands where; pages and sentences by rows."""

    place: dict[str, int]
    weights: np.ndarray
    names: np.ndarray
    in_passage: np.ndarray  # counts, the head's included
    in_sentence: np.ndarray  # 0 or 1
    more_in_passage: np.ndarray  # what exchanged words add: 0 or 1
    more_in_sentence: np.ndarray


def sheet(asked: Asked, pages: list[Page], idfs: Callable[[Iterable[str]], list[float]], heads: bool = True) -> Sheet:
    """Everything the ranking knows. `idfs` tells how rare stems are, 0 for one that is nowhere; without `heads` the words of title, outlet and date do not count."""
    sizes = np.array([len(page.sentences) for page in pages])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    words = _words(asked.understood, pages, starts, int(sizes.sum()), idfs, heads)
    vectors = _float32([page.sentences for page in pages])
    cosine = product(_float32([page.vector[None] for page in pages]), asked.vector)
    lengths = np.array([len(page.stems) for page in pages])
    saturated = words.in_passage / (words.in_passage + (_K1 * (1 - _B + _B * lengths / lengths.mean()))[:, None]) * (_K1 + 1)
    has = np.minimum(words.in_passage, 1)
    said = _share(words.in_sentence, words.weights)
    sentence_cosine = product(vectors, asked.vector)
    first = np.zeros(len(vectors), dtype=np.float32)
    first[starts] = 1
    outlets, days = [page.outlet for page in pages], np.array([page.day for page in pages])
    outlet_any = _named(outlets, asked.understood.outlets)
    events = [event.period for event in asked.understood.events]
    date_any = _published(days, [*(period for side in asked.understood.sides for period in side.periods), *events])
    described = _described(asked.described, pages)
    of_passage, of_sentence = [], []
    for side, vector in zip(asked.sides, asked.side_vectors, strict=True):
        mine = np.zeros(len(words.weights), dtype=np.float32)
        mine[[words.place[stem] for stem in stems(side.text) if stem in words.place]] = 1
        weights = words.weights * mine
        names, elsewhere = weights * words.names, words.weights * words.names * (1 - mine)
        of_passage.append(
            (
                product(saturated, weights) / 10,
                cosine,
                _share(has, weights),
                _share(has, names, _NEUTRAL),
                _share(has, elsewhere),
                _named(outlets, side.outlets),
                outlet_any,
                _published(days, side.periods),
                date_any,
                _share(words.more_in_passage, weights),
                described,
            )
        )
        of_sentence.append(
            (
                product(vectors, vector),
                _share(words.in_sentence, weights),
                product(words.in_sentence, weights) / 20,
                _share(words.in_sentence, names, _NEUTRAL),
                sentence_cosine,
                said,
                _share(words.in_sentence, elsewhere),
                first,
                _share(words.more_in_sentence, weights),
            )
        )
    return Sheet(
        pages,
        np.stack([np.stack(columns, axis=-1) for columns in of_passage]).astype(np.float32),
        np.stack([np.stack(columns, axis=-1) for columns in of_sentence]).astype(np.float32),
        starts,
    )


def _float32(rows: Sequence[np.ndarray]) -> np.ndarray:
    """Float16 rows under one another: torch widens them four times as fast as numpy does."""
    out: np.ndarray = torch.from_numpy(np.concatenate(rows)).float().numpy()
    return out


def _words(
    understood: Understood,
    pages: Sequence[Page],
    starts: np.ndarray,
    sentences: int,
    idfs: Callable[[Iterable[str]], list[float]],
    heads: bool,
) -> _Words:
    asked = stems(understood.text)
    place = {stem: i for i, stem in enumerate(dict.fromkeys(asked))}
    others = {place[asked[at]]: wordings for at, wordings in same_as(asked).items()}
    exchanges = {place[asked[at]]: wordings for at, wordings in exchanged(asked).items()}
    columns = place | {
        stem: len(place) + i
        for i, stem in enumerate(
            dict.fromkeys(
                s
                for of in (others, exchanges)
                for wordings in of.values()
                for wording in wordings
                for s in wording
                if s not in place
            )
        )
    }
    rarity = dict(zip(columns, idfs(columns), strict=True))
    weights = np.array([rarity[stem] for stem in place], dtype=np.float32)
    unknown = weights == 0
    for to, wordings in [*others.items(), *exchanges.items()]:
        if not weights[to]:  # it is known under its other wording alone
            weights[to] = max(min(rarity[stem] for stem in wording) for wording in wordings)
    named = {stem for name in understood.names for stem in stems(name)}
    names = np.array([stem in named for stem in place], dtype=np.float32)
    at = np.concatenate([page.at for page in pages])
    page_of = np.repeat(np.arange(len(pages)), [len(page.stems) for page in pages])
    mine = places(columns, np.concatenate([page.stems for page in pages]))
    here = (mine >= 0) if heads else (mine >= 0) & (at != IN_HEAD)
    mine, at, page_of = mine[here], at[here], page_of[here]
    width = len(columns)
    in_passage = _counts(page_of, mine, len(pages), width)
    body = at != IN_HEAD
    in_sentence = np.minimum(_counts(starts[page_of[body]] + at[body], mine[body], sentences, width), 1)
    more_in_passage, more_in_sentence = (
        _count_others(counts, columns, others, exchanges, unknown) for counts in (in_passage, in_sentence)
    )
    mine_alone = slice(0, len(place))
    return _Words(
        place,
        weights,
        names,
        in_passage[:, mine_alone],
        in_sentence[:, mine_alone],
        more_in_passage[:, mine_alone],
        more_in_sentence[:, mine_alone],
    )


_Wordings = dict[int, tuple[tuple[str, ...], ...]]


def _count_others(
    counts: np.ndarray, columns: dict[str, int], same: _Wordings, exchanges: _Wordings, unknown: np.ndarray
) -> np.ndarray:
    """Count in place, for each word of the question, its other names, and what would be exchanged for one that the library lacks.

    Returned are 0 and 1 in the shape of `counts`: where a word stands only as one exchanged for it."""
    said = counts.copy()
    exchanged = np.zeros_like(counts)
    for wordings_of, into_all in ((same, True), (exchanges, False)):
        for to, wordings in wordings_of.items():
            into = counts if into_all or unknown[to] else exchanged
            for wording in wordings:
                into[:, to] = np.maximum(into[:, to], said[:, [columns[stem] for stem in wording]].min(axis=1))
    more: np.ndarray = ((exchanged > 0) & (counts == 0)).astype(np.float32)
    return more


def _counts(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.bincount(row * columns + column, minlength=rows * columns).reshape(rows, columns).astype(np.float32)


def _share(has: np.ndarray, weights: np.ndarray, of_none: float = 0.0) -> np.ndarray:
    total = float(weights.sum())
    out: np.ndarray = product(has, weights) / total if total else np.full(len(has), of_none, dtype=np.float32)
    return out


def _named(outlets: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    return np.array([outlet in wanted for outlet in outlets], dtype=np.float32)


def _described(names: Sequence[Described], pages: Sequence[Page]) -> np.ndarray:
    """The worth of the best described name that each page has, in tenths."""
    out = np.zeros(len(pages), dtype=np.float32)
    place = {stem: i for i, stem in enumerate(dict.fromkeys(s for name in names for wording in name.wordings for s in wording))}
    page_of = np.repeat(np.arange(len(pages)), [len(page.stems) for page in pages])
    here = places(place, np.concatenate([page.stems for page in pages])) if place else np.zeros(0, dtype=np.int64)
    for name in names:
        for wording in name.wordings:
            ends = len(here) - len(wording) + 1
            if ends > 0:
                begins = page_of[:ends] == page_of[len(wording) - 1 :]
                for at, stem in enumerate(wording):
                    begins &= here[at : at + ends] == place[stem]
                found = page_of[:ends][begins]
                out[found] = np.maximum(out[found], 10 * name.worth)
    return out


def _published(days: np.ndarray, periods: Sequence[tuple[dt.date, dt.date]]) -> np.ndarray:
    out = np.zeros(len(days), dtype=np.float32)
    for since, until in periods:
        first, last = since.toordinal(), until.toordinal()
        worth = 1.0 if last - first <= _FEW_DAYS else _LONG
        out = np.maximum(out, worth * ((days >= first - SLACK) & (days <= last + SLACK)))
    return out
