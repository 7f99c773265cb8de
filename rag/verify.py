"""(sentence, cited passages) → supported, weak or unsupported, with a probability.

A sentence that stands in a passage word for word, as a sentence of its own, is supported. Any other is judged (`rag.judge`), and
whatever the judge says, each figure, date, name and quoted word of it must be in a cited passage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rag.exact import missing, plain_quotes
from rag.judge import SUPPORTED, Judge
from rag.types import Support

# Below SUPPORTED a sentence is shown as weakly supported, below this as not in the coverage.
WEAK = 0.3
LOST = 0.05  # the most that a sentence gets with a figure, a date, a name or a quote that no cited passage holds


@lru_cache(maxsize=1)
def judge() -> Judge:
    """The packaged judge, made once: it loads when a sentence needs it."""
    return Judge()


def verify(sentence: str, passages: Sequence[str]) -> tuple[Support, float]:
    """How well the best of `passages`, or all of them together, support `sentence`, and the probability that they do (0 to 1)."""
    return verify_all([(sentence, passages)])[0]


def verify_all(claims: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[Support, float]]:
    """`verify` for each (sentence, passages), read in one go."""
    best = [0.0] * len(claims)
    pairs: list[tuple[str, str]] = []
    owner: list[int] = []
    for i, (sentence, passages) in enumerate(claims):
        if any(says(passage, sentence) for passage in passages):
            best[i] = 1.0
            continue
        together = ["\n".join(passages)] if len(passages) > 1 else []
        pairs += [(sentence, passage) for passage in (*passages, *together)]
        owner += [i] * (len(passages) + len(together))
    if pairs:
        for i, (sentence, passage), chance in zip(owner, pairs, judge().probabilities(pairs), strict=True):
            best[i] = max(best[i], min(float(chance), LOST) if missing(sentence, passage) else float(chance))
    return [(_state(chance), chance) for chance in best]


def says(passage: str, sentence: str) -> bool:
    """Whether `sentence` stands in `passage` whole: behind 'it is not true that' or 'write that' the same words say nothing."""
    words = plain_quotes(sentence).split()
    if not words:
        return False
    ends = r"(?=\s*(?:$|\n|[!?;:\"')]|\.(?!\d)))" if words[-1][-1].isalnum() else ""
    said = r"\s+".join(map(re.escape, words)) + ends
    return re.search(rf"(?:^|[.!?…:;\n\"'(\[\])•*#–—|-])\s*{said}", plain_quotes(passage)) is not None  # noqa: RUF001


def _state(chance: float) -> Support:
    return Support.FULL if chance >= SUPPORTED else Support.WEAK if chance >= WEAK else Support.NONE
