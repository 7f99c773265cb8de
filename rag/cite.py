"""A written sentence → cited and checked: against what it cites, else against the other passages found, and against both at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.checks import faults
from rag.compose.generate import Written
from rag.corroborate import name_of
from rag.dates import written as day
from rag.store.words import stems
from rag.types import Hit, Support
from rag.verify import verify_all


@dataclass(frozen=True)
class Checked:
    """A sentence with the passages that it may cite, their places in the list of hits, best first."""

    text: str
    places: tuple[int, ...]
    support: Support
    probability: float


def check(written: Written, hits: Sequence[Hit]) -> Checked:
    """`written` against `hits`, passage n of which is number n; citations that do not exist are dropped."""
    cited = [n - 1 for n in written.cites if 1 <= n <= len(hits)]
    [best] = _against(written.text, [cited], hits)
    if best.support is Support.FULL:
        return best
    others = _against(written.text, [[place] for place in range(len(hits)) if place not in cited], hits)
    return next((other for other in others if other.support is Support.FULL), best)


def _against(text: str, choices: Sequence[Sequence[int]], hits: Sequence[Hit]) -> list[Checked]:
    """`text` against each of several choices of passages, judged in one go."""
    told = [[evidence(hits[place]) for place in places] for places in choices]
    out = []
    for places, passages, (support, chance) in zip(
        choices, told, verify_all([(text, passages) for passages in told]), strict=True
    ):
        outlets = [name for place in places for name in outlets_behind(hits[place])]
        if places and faults(text, passages, outlets):
            support, chance = Support.NONE, min(chance, 0.1)
        out.append(Checked(text, tuple(places), support, chance))
    return out


def evidence(hit: Hit) -> str:
    """What a model was shown of a passage: its head may support a name or date too."""
    article = hit.article
    published = day(article.published) if article.published else "undated"
    return f"{article.title}. {article.outlet}, {published}.\n{hit.passage.text}"


def outlets_behind(hit: Hit) -> list[str]:
    """The outlet of a passage and those that it relies on."""
    return [hit.article.outlet, *(name_of(source.outlet) for source in hit.article.sources)]


def quote_of(text: str, hit: Hit) -> str:
    """The sentence of the passage that shares most words with `text`, word for word."""
    own = set(stems(text))
    said = [hit.article.text[span.start : span.end] for span in hit.passage.sentences] or [hit.passage.text]
    whole = [one for one in said if one in hit.passage.text and re.search(r"\w", one)] or [hit.passage.text]
    return max(whole, key=lambda one: len(own & set(stems(one))) / (1 + len(set(stems(one)) | own)))
