"""Faithfulness and citations, as a judge sees them. Recall and precision are those of ALCE (Gao et al., EMNLP 2023, section 3).

A sentence's citation recall is 1 when what it cites, taken together, supports it. A citation is precise when the sentence has recall 1
and the citation is not beside the point: it supports the sentence alone, or the others no longer do without it. Faithfulness asks less:
that anything the answer cites supports the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.judges import SUPPORTED, Judge


@dataclass(frozen=True)
class Cited:
    """A sentence of an answer and the passages behind its marks, each once."""

    text: str
    passages: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a judge found of a sentence: the chances (0 to 1) that the passages it cites and those of the whole answer support it, and
    how many of its citations are precise. `unjudged` where the judge could not tell."""

    own: float
    whole: float
    precise: int
    citations: int
    unjudged: bool = False

    @property
    def recalled(self) -> bool:
        return self.own >= SUPPORTED

    @property
    def faithful(self) -> bool:
        return self.whole >= SUPPORTED


def verdicts(answers: Sequence[Sequence[Cited]], judge: Judge) -> list[list[Verdict]]:
    """One verdict for each sentence of each answer. Every pair is judged once, all in one call."""
    wholes = [tuple(dict.fromkeys(passage for sentence in answer for passage in sentence.passages)) for answer in answers]
    wanted: dict[tuple[str, str], float] = {}
    for answer, whole in zip(answers, wholes, strict=True):
        for sentence in answer:
            for passages in (whole, sentence.passages, *_alone(sentence), *_without(sentence)):
                if passages:
                    wanted[(sentence.text, _joined(passages))] = 0.0
    pairs = list(wanted)
    chances = dict(zip(pairs, (float(chance) for chance in judge.score(pairs)), strict=True)) if pairs else {}

    def chance(sentence: Cited, passages: tuple[str, ...]) -> float:
        return chances[(sentence.text, _joined(passages))] if passages else 0.0

    def verdict(sentence: Cited, whole: tuple[str, ...]) -> Verdict:
        own, all_of_it = chance(sentence, sentence.passages), chance(sentence, whole)
        if np.isnan(own) or np.isnan(all_of_it):
            return Verdict(0.0, 0.0, 0, len(sentence.passages), unjudged=True)
        precise = 0
        if own >= SUPPORTED:
            alone = [chance(sentence, passages) >= SUPPORTED for passages in _alone(sentence)] or [True]
            others = [chance(sentence, passages) >= SUPPORTED for passages in _without(sentence)] or [False]
            precise = sum(a or not o for a, o in zip(alone, others, strict=True))
        return Verdict(own, all_of_it, precise, len(sentence.passages))

    return [[verdict(sentence, whole) for sentence in answer] for answer, whole in zip(answers, wholes, strict=True)]


def _alone(sentence: Cited) -> list[tuple[str, ...]]:
    return [(passage,) for passage in sentence.passages] if len(sentence.passages) > 1 else []


def _without(sentence: Cited) -> list[tuple[str, ...]]:
    given = sentence.passages
    return [given[:i] + given[i + 1 :] for i in range(len(given))] if len(given) > 1 else []


def _joined(passages: tuple[str, ...]) -> str:
    return "\n\n".join(passages)
