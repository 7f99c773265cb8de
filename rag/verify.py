"""(sentence, cited passages) → supported, weak or unsupported, with a probability.

A sentence that stands in a passage word for word is supported. Any other is checked for what small models miss and news
needs: every figure, date, name and quoted word must be in a cited passage; then for how many of its words are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.dates import find_dates
from rag.figures import find_figures
from rag.store.words import stems
from rag.types import Support

_QUOTED = re.compile(r"[\"“]([^\"”]{2,})[\"”]")
_NAME = re.compile(r"(?<![.!?\"“] )(?<!^)\b[A-Z][\w&'-]+")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|without|neither|nor|cannot)\b|n't\b", re.I)
# Shares of a sentence's words found in one passage: above FULL it says the same, below WEAK something else.
FULL, WEAK = 0.8, 0.5


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("“", '"').replace("”", '"')).strip().casefold()  # noqa: RUF001


def missing(sentence: str, passage: str) -> list[str]:
    """Figures, dates, names and quoted words of `sentence` that `passage` does not hold."""
    lost = []
    figures = list(find_figures(passage))
    lost += [sentence[f.start : f.end].strip() for f in find_figures(sentence) if not any(f.same_amount(g) for g in figures)]
    dates = list(find_dates(passage))
    lost += [sentence[d.start : d.end] for d in find_dates(sentence) if not any(d.agrees(e) for e in dates)]
    folded = _folded(passage)
    lost += [words for words in _QUOTED.findall(sentence) if _folded(words).rstrip(".,") not in folded]
    lost += [name for name in _NAME.findall(sentence) if _folded(name).removesuffix("'s") not in folded]
    return lost


def verify(sentence: str, passages: Sequence[str]) -> tuple[Support, float]:
    """How well the best of `passages` supports `sentence`, and the probability that it does (0 to 1)."""
    best = 0.0
    for passage in passages:
        if _folded(sentence) in _folded(passage):
            return Support.FULL, 1.0
        said, own = set(stems(passage)), stems(sentence)
        share = sum(stem in said for stem in own) / max(1, len(own))
        if missing(sentence, passage) or len(_NEGATION.findall(sentence)) > len(_NEGATION.findall(passage)):
            share *= 0.4
        best = max(best, share)
    support = Support.FULL if best >= FULL else Support.WEAK if best >= WEAK else Support.NONE
    return support, best
