"""Which of the sentences that may answer are said: the likeliest for the question and for each one that it joins, then what adds to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.compose.accounts import accounts
from rag.compose.further import Further, Rated
from rag.figures import amounts
from rag.question.form import form_of
from rag.store.words import stems
from rag.types import Form

# How likely a further sentence must be to add what is asked for and not yet said. Of 1,347 development questions as many are right with 0.005, 0.0075 and
# 0.01, on the first 1,110 with 3.9, 3.5 and 3.3 sentences.
_ADDS = 0.01
_ADDS_TO_ACCOUNTS = 0.04  # beside accounts found to differ unasked: what is beside the point would read as one more account
_SAME = 0.6  # shared stems over all stems: two outlets' sentences that tell the same thing


class Model(Protocol):
    """Tells how likely sentences are to add to those chosen, from their rows of `rag.compose.further.ADDS`."""

    def probability(self, x: np.ndarray) -> np.ndarray:
        """One for each row of `x`."""


def opening(question: str, whole: Rated, parts: Sequence[Rated], further: Further) -> tuple[list[int], int]:
    """Places in `further.sentences` of what an answer opens with, in order, and how many of them are accounts that differ.

    The likeliest sentence for each part of the question, then accounts of it that differ; where there is neither, the likeliest for all of it.
    """
    chosen: list[int] = []
    for part in parts:
        if part.sentences:
            _take(further, chosen, further.at(part.sentences[int(part.chances.argmax())]))
    beside = accounts(question, form_of(question), whole.sentences, whole.chances)
    for i in beside or [int(whole.chances.argmax())] * (not chosen):
        _take(further, chosen, further.at(whole.sentences[i]))
    return chosen, len(beside)


def choose(
    question: str, whole: Rated, parts: Sequence[Rated], further: Further, adds: Model, most: int
) -> tuple[list[int], int]:
    """`opening`, and behind it, up to `most` in all, one after the other what is likeliest to add to those before."""
    chosen, beside = opening(question, whole, parts, further)
    floor = _ADDS_TO_ACCOUNTS if beside > 1 and form_of(question) is not Form.DIFFER else _ADDS
    while len(chosen) < most:
        likely = adds.probability(further.rows(chosen))
        order = [int(i) for i in np.argsort(-likely, kind="stable") if likely[i] >= floor and i not in chosen]
        if not any(_take(further, chosen, i) for i in order):
            break
    return chosen, beside


def _take(further: Further, chosen: list[int], place: int) -> bool:
    """Add `place` to `chosen` unless its sentence tells what one of those does; whether it was added."""
    text = further.sentences[place].text
    new = not any(_repeats(text, further.sentences[other].text) for other in chosen)
    if new:
        chosen.append(place)
    return new


def _repeats(one: str, two: str) -> bool:
    return _alike(one, two) > _SAME and amounts(one) <= amounts(two)


def _alike(a: str, b: str) -> float:
    one, other = set(stems(a)), set(stems(b))
    return len(one & other) / max(1, len(one | other))
