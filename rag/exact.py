"""What small models miss and news needs, checked exactly: figures, dates, names, quoted words, negation."""

from __future__ import annotations

import math
import re

from rag.dates import find_dates
from rag.evidence import sentence_spans
from rag.figures import find_figures
from rag.store.words import stems

_QUOTED = re.compile(r"[\"“]([^\"”]{2,})[\"”]")
_NAME = re.compile(r"(?<![.!?\"“:] )(?<!^)\b[A-Z][\w&'’-]*[\w]")  # noqa: RUF001
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot|fail(?:s|ed)? to|refus(?:es|ed) to)\b|n['’]t\b",  # noqa: RUF001
    re.I,
)
CHECKS = (
    "figures",
    "dates",
    "names",
    "quotes",
    "negation",
    "new words",
    "names beside",
    "figures beside",
    "negation beside",
    "nearest",
    "length",
)


def folded(text: str) -> str:
    """`text` with one kind of quotation mark and of blank, in lower case."""
    return re.sub(r"\s+", " ", plain_quotes(text)).strip()


def plain_quotes(text: str) -> str:
    """`text` with one kind of quotation mark, in lower case."""
    for curly, plain in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"')):  # noqa: RUF001
        text = text.replace(curly, plain)
    return text.casefold()


def lost_figures(claim: str, text: str) -> list[str]:
    """Amounts of `claim` that `text` does not hold: '$1.5bn' is held by '1.5 billion dollars'."""
    known = list(find_figures(text))
    return [claim[f.start : f.end].strip() for f in find_figures(claim) if not any(f.same_amount(g) for g in known)]


def lost_dates(claim: str, text: str) -> list[str]:
    """Dates of `claim` that agree with none of `text`: '24 March 2026' agrees with '2026-03-24'."""
    known = list(find_dates(text))
    return [claim[d.start : d.end] for d in find_dates(claim) if not any(d.agrees(e) for e in known)]


def lost_names(claim: str, text: str) -> list[str]:
    """Words of `claim` with a capital inside a sentence that do not stand in `text`."""
    held = folded(text)
    dates = [(d.start, d.end) for d in find_dates(claim)]
    lost = []
    for match in _NAME.finditer(claim):
        name = folded(match.group()).removesuffix("'s").rstrip("'")
        if name not in held and not any(a <= match.start() < b for a, b in dates):
            lost.append(match.group())
    return lost


def lost_quotes(claim: str, text: str) -> list[str]:
    """Words in quotation marks in `claim` that do not stand in `text` as they are."""
    held = folded(text)
    return [words for words in _QUOTED.findall(claim) if folded(words).strip(" .,;!?") not in held]


def negations(text: str) -> int:
    """How often `text` denies something."""
    return len(_NEGATION.findall(text))


def missing(claim: str, text: str) -> list[str]:
    """Figures, dates, names and quoted words of `claim` that `text` does not hold."""
    return lost_figures(claim, text) + lost_dates(claim, text) + lost_quotes(claim, text) + lost_names(claim, text)


def nearest(claim: str, text: str) -> tuple[str, float]:
    """The sentence of `text` that shares most with `claim`, and the share of the claim's stems that it holds (0 to 1)."""
    own = set(stems(claim))
    best, most = "", 0.0
    for span in sentence_spans(text):
        sentence = text[span.start : span.end]
        share = len(own & set(stems(sentence))) / max(1, len(own))
        if share > most:
            best, most = sentence, share
    return best, most


def checks(claim: str, text: str) -> list[float]:
    """The exact checks as numbers, in the order of CHECKS.

    The 'beside' ones look only at the sentence nearest to the claim, and count by how much of the claim it holds: a sentence
    that says nearly the same but for one name says something else.
    """
    own = stems(claim)
    held = set(stems(text))
    near, share = nearest(claim, text)
    close = max(0.0, 2 * share - 1)
    denies = negations(claim)
    return [
        math.log1p(len(lost_figures(claim, text))),
        math.log1p(len(lost_dates(claim, text))),
        math.log1p(len(lost_names(claim, text))),
        math.log1p(len(lost_quotes(claim, text))),
        float(denies > 0 and negations(text) == 0),
        sum(stem not in held for stem in own) / max(1, len(own)),
        close * math.log1p(len(lost_names(claim, near))),
        close * math.log1p(len(lost_figures(claim, near)) + len(lost_dates(claim, near))),
        close * float((denies > 0) != (negations(near) > 0)),
        share,
        math.log1p(len(own)),
    ]
