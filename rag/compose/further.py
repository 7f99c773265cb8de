"""What a further sentence adds to those already chosen: for a question that asks for several things, the likeliest sentences may all tell the same one.

Numbers for each sentence, given those chosen; `train/composer.py` fits the weights that `rag.compose.extract` gives them, on these same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.compose.features import Candidate, names_in
from rag.question.form import form_of, without_aside
from rag.store.words import stems
from rag.types import Form

ADDS = (
    "likely",  # log odds that it answers the whole question or one of its parts, the highest
    "likely_less",  # how far below the likeliest of the same part, where it comes nearest to one
    "reads",  # the reader's margin for it, within +-10 logits
    "reads_less",  # how far below the highest, at most 15 logits
    "said",  # share of the question's words, by rarity, that it says
    "says_more",  # of those words that none of the chosen says, the share that it says
    "unsaid",  # share of the question's words that none of the chosen says
    "new_names",  # names and figures that neither the question nor the chosen have, at most 6
    "near",  # highest cosine to one of the chosen
    "chosen",  # how many there are
    "several",  # words of the question that join or count ('both', 'from ... to'), at most 3
    "list",  # it asks for a list
)
_FURTHEST = -8.0  # log odds: further down all are as unlikely
_LEAST_UNSAID = 0.05  # a question all but said needs no word more
_SEVERAL = re.compile(
    r"\b(?:and|both|each|respectively|plus|as well as|versus|vs|two|three|list|name|between|from .{1,40} to)\b", re.I
)


@dataclass(frozen=True)
class Rated:
    """Sentences of what was found for a question, or for one that it joins, with the chance of each that it answers that."""

    sentences: Sequence[Candidate]
    chances: np.ndarray


class Further:
    """The sentences of what was found for a question and for its parts, each once, to choose further ones from."""

    def __init__(self, question: str, whole: Rated, parts: Sequence[Rated], idf: Callable[[str], float]) -> None:
        """Of `whole` there must be a sentence; `idf` tells how rare a stem is in the library."""
        of_each = [whole, *(part for part in parts if part.sentences)]
        self.sentences: list[Candidate] = []
        self._place: dict[tuple[str, int], int] = {}
        for rated in of_each:
            for sentence in rated.sentences:
                if self._place.setdefault(key(sentence), len(self.sentences)) == len(self.sentences):
                    self.sentences.append(sentence)
        odds = np.full((len(self.sentences), len(of_each)), -np.inf)
        for column, rated in enumerate(of_each):
            odds[[self.at(sentence) for sentence in rated.sentences], column] = _log_odds(rated.chances)
        below = odds - odds.max(axis=0)
        less = below[:, 1:].max(axis=1, initial=-np.inf)
        less = np.where(np.isfinite(less), less, below[:, 0])  # where no part brought it, of the whole question
        best = odds.max(axis=1)
        self.chances = 1 / (1 + np.exp(-best))
        asked = without_aside(question)
        weights = {stem: idf(stem) for stem in stems(asked)}
        self._weight = np.array(list(weights.values())) / (sum(weights.values()) or 1.0)
        own = [set(stems(sentence.text)) for sentence in self.sentences]
        says = [[stem in words for stem in weights] for words in own]
        self._says = np.array(says, dtype=bool).reshape(len(own), len(weights))
        self._vectors = np.stack([sentence.vector for sentence in self.sentences])
        mentioned = names_in(asked)
        self._names = [names_in(sentence.text) - mentioned for sentence in self.sentences]
        margins = np.array([sentence.margin for sentence in self.sentences])
        self._fixed = np.column_stack(
            [
                np.maximum(best, _FURTHEST),
                np.maximum(less, _FURTHEST),
                np.clip(margins, -10, 10),
                np.maximum(margins - margins.max(), -15),
                self._says @ self._weight,
            ]
        )
        self._several = min(len(_SEVERAL.findall(asked)), 3)
        self._list = form_of(question) is Form.LIST

    def at(self, sentence: Candidate) -> int:
        """The place of `sentence` in `sentences`. Raises KeyError when it is not there."""
        return self._place[key(sentence)]

    def rows(self, chosen: Sequence[int]) -> np.ndarray:
        """Shape (len(sentences), len(ADDS)), beside the sentences at the places `chosen`, of which there must be one."""
        unsaid = ~self._says[list(chosen)].any(axis=0)
        lacking = float(self._weight[unsaid].sum())
        known = set().union(*(self._names[i] for i in chosen))
        new = self._says[:, unsaid] @ self._weight[unsaid]
        count = len(self.sentences)
        return np.column_stack(
            [
                self._fixed,
                new / max(lacking, _LEAST_UNSAID),
                np.full(count, lacking),
                [min(len(names - known), 6) for names in self._names],
                (self._vectors @ self._vectors[list(chosen)].T).max(axis=1),
                np.full(count, len(chosen)),
                np.full(count, self._several),
                np.full(count, self._list),
            ]
        )


def key(sentence: Candidate) -> tuple[str, int]:
    """What tells a sentence from all others of the library, whichever passage it was found in."""
    return sentence.hit.article.id, sentence.span.end


def _log_odds(chances: np.ndarray) -> np.ndarray:
    held = np.clip(chances, 1e-4, 1 - 1e-4)
    odds: np.ndarray = np.log(held / (1 - held))
    return odds
