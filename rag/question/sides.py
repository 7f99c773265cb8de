"""A question cut into its sides: clauses that each ask for something of their own, so that each can be searched for.

'Did Variety say that the strike would end, while Deadline expected it to go on?' has two, and an answer needs both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.store.words import stems
from rag.types import Span

# Where a new side begins for sure, and where one may begin.
_STRONG = re.compile(
    r"\s*[;:]\s+|\s*,\s+(?:(?:and|or|but|with|which|who|that|yet|as)\b)?\s*|,?\s*\b(?:while|whereas|but|versus|vs\.?"
    r"|compared (?:to|with)|in contrast (?:to|with)|after|before|between|unlike|although|though|despite)\b\s+",
    re.IGNORECASE,
)
_WEAK = re.compile(r"\s+(?:and|or|than)\s+", re.IGNORECASE)
# Words with content that a side must have to stand alone; fewer join their neighbour.
_LEAST_STRONG = 3
_LEAST_WEAK = 4
MOST_SIDES = 6


def sides(question: str, whole: Sequence[Span] = ()) -> tuple[Span, ...]:
    """Character ranges that cover `question` in order, at most MOST_SIDES; a single one when it has no sides.

    Nothing is cut inside one of `whole`: names of outlets and dates ('October 7, 2023'). They count for no content.
    """
    masked = list(question)
    for span in whole:
        masked[span.start : span.end] = "\0" * (span.end - span.start)
    text = "".join(masked)
    out = [
        weak
        for strong in _merged(text, _cut(text, Span(0, len(text)), _STRONG), _LEAST_STRONG)
        for weak in _merged(text, _cut(text, strong, _WEAK), _LEAST_WEAK)
    ]
    while len(out) > MOST_SIDES:
        at = min(range(len(out) - 1), key=lambda i: _content(text, Span(out[i].start, out[i + 1].end)))
        out[at : at + 2] = [Span(out[at].start, out[at + 1].end)]
    return tuple(out)


def _content(text: str, span: Span) -> int:
    return len(stems(text[span.start : span.end].replace("\0", " ")))


def _cut(text: str, span: Span, joint: re.Pattern[str]) -> list[Span]:
    inside = [match.start() for match in joint.finditer(text, span.start, span.end) if match.start() > span.start]
    return [Span(a, b) for a, b in pairwise([span.start, *inside, span.end])]


def _merged(text: str, cut: Sequence[Span], least: int) -> list[Span]:
    out: list[Span] = []
    for span in cut:
        if out and (_content(text, span) < least or (len(out) == 1 and _content(text, out[0]) < least)):
            out[-1] = Span(out[-1].start, span.end)
        else:
            out.append(span)
    return out
