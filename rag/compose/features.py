"""What can be told of (question, sentence) without reading it as a model would: a row of numbers for each sentence.

`train/composer.py` fits the weights that `rag.compose.extract` gives them, on these same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from rag.dates import find_dates
from rag.figures import Figure, find_figures
from rag.question import Asks, asks
from rag.question.form import without_aside
from rag.question.kind import Unit, unit
from rag.reader import Reader
from rag.retrieve import READ, Retrieved
from rag.store.words import stems
from rag.types import Hit, Span

NAMES = (
    "cosine",  # question and sentence, the sentence read in its passage
    "passage_cosine",
    "passage_words",  # BM25 as a share of the best passage's
    "said",  # share of the question's words, by rarity, that the sentence says
    "said_around",  # the same, with the passage and its title
    "names_said",  # share of the question's names that the sentence, its neighbour before, or the title says
    "rarest_missing",  # rarity of the rarest word of the question that passage and title lack, as a share of the rarest possible
    "asked_kind",  # it holds a date, figure or name not in the question, as the question asks for
    "asked_kind_missing",
    "first",  # it opens the article
    "lead",  # cosine above the mean of the candidates
    "rank",  # 1 for the best passage, 1/2 for the next ...
    "reads",  # the reader's margin for the sentence, within +-10 logits
    "reads_lead",  # how much of it is above the best other sentence's, within +-5 logits
)

NO_NAMES = 0.5  # `names_said` of a question that names nothing

_FRACTION = re.compile(r"\b(?:half|third|quarters?|fifths?|tenth|majority|unanim\w+|one in \w+|\d+\s?(?:-|–|to)\s?\d+)\b", re.I)  # noqa: RUF001
_SPELL = re.compile(
    r"[\s-]*(?:and a half |to \w+ |or \w+ )?(?:straight |consecutive )?(?:second|minute|hour|day|week|month|year|season|decade)",
    re.I,
)
# A word with a capital or digits inside a question, its first word apart, names something.
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b(?:[A-Z][\w'&-]*|\w*\d[\w-]*)")


@dataclass(frozen=True)
class Candidate:
    """A sentence that might answer. `order` is its place in the passage."""

    hit: Hit
    span: Span
    order: int
    text: str
    vector: np.ndarray
    margin: float


def candidates(found: Retrieved, reader: Reader) -> list[Candidate]:
    """Every sentence of the passages that are read; one that two passages share counts once, with the better passage."""
    seen: set[tuple[str, int]] = set()
    out = []
    read = found.read
    fronts = [f"{hit.article.title}\n" for hit, _ in read]
    margins = reader.read(
        without_aside(found.understood.text),
        [front + hit.passage.text for front, (hit, _) in zip(fronts, read, strict=True)],
        [
            [
                Span(s.start - hit.passage.start + len(front), s.end - hit.passage.start + len(front))
                for s in hit.passage.sentences
            ]
            for front, (hit, _) in zip(fronts, read, strict=True)
        ],
    )
    for at, (hit, vectors) in enumerate(read):
        for order, span in enumerate(hit.passage.sentences):
            key = (hit.article.id, span.end)
            text = hit.article.text[span.start : span.end]
            if key not in seen and len(text) > 1:
                seen.add(key)
                out.append(Candidate(hit, span, order, text, vectors[order], float(margins[at][order])))
    return out


def _names(question: str) -> set[str]:
    return {stem for name in _NAME.findall(question) for stem in stems(name)}


def names_in(text: str) -> set[str]:
    """Words of `text` with a capital or digits, its first and those that open a sentence apart, in small letters."""
    return {name.casefold() for name in _NAME.findall(text)}


def holds(kind: Asks, sentence: str, question: str) -> bool:
    """Whether `sentence` has a date, figure or name that `question` does not already hold."""
    if kind is Asks.DATE:
        return any(date.month for date in find_dates(sentence))
    if kind is Asks.FIGURE:
        asked, wanted = _figure_asked(question)
        told = [figure for figure in find_figures(sentence) if figure.value not in asked]
        return any(_counts(figure, wanted, sentence) for figure in told) or (
            wanted is Unit.SHARE and _FRACTION.search(sentence) is not None
        )
    folded = question.casefold()
    return any(name.casefold() not in folded for name in _NAME.findall(sentence))


@lru_cache(maxsize=8)
def _figure_asked(question: str) -> tuple[frozenset[Decimal], Unit]:
    """The figures that `question` holds, and what the one it asks for counts: the same for each of its sentences."""
    return frozenset(figure.value for figure in find_figures(question)), unit(question)


def _counts(figure: Figure, wanted: Unit, sentence: str) -> bool:
    """Whether `figure` of `sentence` is of the unit `wanted`."""
    if wanted is Unit.TIME:
        return _SPELL.match(sentence, figure.end) is not None
    if wanted is Unit.NUMBER:
        return not figure.unit
    if wanted is Unit.SHARE:
        return figure.unit == "%"
    return wanted is Unit.ANY or figure.unit not in {"", "%"}


def rows(found: Retrieved, sentences: Sequence[Candidate], idf: Callable[[str], float]) -> np.ndarray:
    """Shape (len(sentences), len(NAMES)), float32. `idf` tells how rare a stem is in the library."""
    question = without_aside(found.understood.text)
    wanted = {stem: idf(stem) for stem in stems(question)}
    total = sum(wanted.values()) or 1.0
    rarest = max(idf("\0"), 1.0)
    names, kind = _names(question), asks(question)
    rank = {id(hit): position for position, hit in enumerate(found.hits)}
    rank |= {id(hit): READ + position for position, (hit, _) in enumerate(found.beside)}
    read = {id(sentence.hit): sentence.hit for sentence in sentences}
    around = {at: set(stems(f"{hit.article.title} {hit.article.outlet} {hit.passage.text}")) for at, hit in read.items()}
    titles = {at: set(stems(hit.article.title)) for at, hit in read.items()}
    cosines = np.array([sentence.vector @ found.question for sentence in sentences])
    mean = float(cosines.mean()) if len(cosines) else 0.0
    margins = np.array([sentence.margin for sentence in sentences])
    best_two = np.sort(margins)[::-1][:2]
    out = np.zeros((len(sentences), len(NAMES)), dtype=np.float32)
    for i, sentence in enumerate(sentences):
        hit = sentence.hit
        own, passage = set(stems(sentence.text)), around[id(hit)]
        near = own | titles[id(hit)]
        if sentence.order:
            before = hit.passage.sentences[sentence.order - 1]
            near |= set(stems(hit.article.text[before.start : before.end]))
        lacking = [weight for stem, weight in wanted.items() if stem not in passage]
        held = holds(kind, sentence.text, question)
        out[i] = (
            cosines[i],
            hit.dense,
            hit.words,
            sum(weight for stem, weight in wanted.items() if stem in own) / total,
            sum(weight for stem, weight in wanted.items() if stem in passage) / total,
            len(names & near) / len(names) if names else NO_NAMES,
            max(lacking, default=0.0) / rarest,
            held and kind is not Asks.OTHER,
            not held and kind is not Asks.OTHER,
            sentence.span.start == 0,
            cosines[i] - mean,
            1 / (1 + rank[id(hit)]),
            np.clip(margins[i], -10, 10),
            np.clip(margins[i] - (best_two[-1] if margins[i] == best_two[0] else best_two[0]), -5, 5),
        )
    return out


_WHO = re.compile(r"\b(?:who(?:m|se)?|name)\b", re.I)
_NEARLY_ALL = 0.85  # of a question's words, by rarity


def says_it_all(x: np.ndarray, question: str) -> np.ndarray:
    """Which sentences say nearly all words of the question, each of its names, and something of the kind asked for: bool, shape (len(x),).

    From the `rows` of a question's sentences. It is asked in the coverage's own words then, and the reader may still find that it does not tell. None
    where it is asked who: the outlet that a sentence has its news from would pass as a name. Of the 222 unanswerable ones of the first
    1,347 development questions three have such a sentence, and two more that ask who would.
    """
    if _WHO.search(question):
        return np.zeros(len(x), dtype=bool)
    said, names, missing = (x[:, NAMES.index(name)] for name in ("said", "names_said", "asked_kind_missing"))
    told: np.ndarray = (said >= _NEARLY_ALL) & (names == 1.0) & (missing == 0.0)
    return told


# Of a whole question: does anything found tell? Only the reader's margins. Numbers that compare words or vectors are no better here, and get weights
# below zero, learnt from questions written to tempt, that turn away plain questions in the coverage's own words.
TELLS = (
    "reads",  # the highest margin
    "reads_three",  # mean of the three highest margins
    "reads_near",  # the highest of the two best passages and those beside the first: the further down, the likelier a margin deceives
    "reads_part",  # the lowest, over the questions that it joins, of each one's highest; of one that joins none its own highest
)
_LOWEST = -10.0  # margin
_FURTHEST = np.float32(1 / READ)  # `rank` of the last of them that is read for itself, not for its article


def tells(x: np.ndarray, parts: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Shape (len(TELLS),), from the `rows` of a question's sentences and those of each question that it joins."""
    reads, near = x[:, NAMES.index("reads")], x[:, NAMES.index("rank")] != _FURTHEST
    out: np.ndarray = np.array(
        [
            reads.max(),
            np.sort(reads)[-3:].mean(),
            reads[near].max() if near.any() else reads.max(),
            min(part[:, NAMES.index("reads")].max(initial=_LOWEST) for part in parts or [x]),
        ]
    )
    return out
