"""What was found for a question, and which of it is read for an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rag.types import Hit, Understood

# What is read for an answer: the best passages, and others of the first one's article, for the right article is found more often than the right part
# of it, and each further article brings a wrong answer sooner than the right one. On 1,110 development questions, cross-validated, with the reader of
# that day, answers right and the area under the curve of 'tells': 4 and 0 0.763 and 0.932, 4 and 2 0.773 and 0.936, 3 and 0 0.766 and 0.941,
# 3 and 1 0.773 and 0.945, 3 and 2 0.777 and 0.945, 2 and 2 0.766 and 0.947.
READ, BESIDE = 3, 2
# A joined question is read in its best passages alone, and each of its parts in its two best and one beside. On the same questions with the reader
# of today, right / right where several facts are asked for / word pieces read, 95th percentile: three and two for the whole, two and two for each
# part 0.829 / 0.747 / 2062; as here 0.830 / 0.747 / 1772; one and one for each part 0.826 / 0.714 / 1372. Leaving out what the ranking thinks 200 times
# less likely than the first would read a sixth fewer pieces, and be right for 0.825.
OF_EACH_PART, BESIDE_EACH_PART = 2, 1


@dataclass(frozen=True)
class Retrieved:
    """Hits best first; `sentences[i]` are the sentence vectors of `hits[i]`, and `question` is that of the question.

    `beside` are further passages of the first hit's article, with the vectors of their sentences: at most BESIDE, the best first, none
    that is among the READ first hits. `parts` are what was found for each question that this one joins ('A and B'), none when it asks one thing.
    """

    understood: Understood
    hits: list[Hit]
    sentences: list[np.ndarray]
    question: np.ndarray
    beside: tuple[tuple[Hit, np.ndarray], ...] = ()
    parts: tuple[Retrieved, ...] = ()

    @property
    def read(self) -> list[tuple[Hit, np.ndarray]]:
        """The hits that are read for an answer, with the vectors of their sentences."""
        best = list(zip(self.hits[:READ], self.sentences, strict=False))
        return best + [one for one in self.beside if one[0].passage not in {hit.passage for hit, _ in best}]

    def for_each_part(self, parts: tuple[Retrieved, ...]) -> Retrieved:
        """With what was found for each question that it joins: the best passage of each moves up behind the first, so that no part is left out of
        what is read."""
        hits = list(zip(self.hits, self.sentences, strict=True))
        best = [(part.hits[0], part.sentences[0]) for part in parts if part.hits]
        first = {hit.passage: (hit, vectors) for hit, vectors in [*hits[:1], *best]}
        rest = [(hit, vectors) for hit, vectors in hits if hit.passage not in first]
        ordered = [*first.values(), *rest][: len(hits)]
        return replace(
            self,
            hits=[hit for hit, _ in ordered],
            sentences=[vectors for _, vectors in ordered],
            beside=(),
            parts=tuple(replace(part, beside=part.beside[:BESIDE_EACH_PART]) for part in parts),
        )
