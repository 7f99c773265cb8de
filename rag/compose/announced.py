"""Sentences that only announce what the next one tells: 'Outlets differ on the cost.'"""

from __future__ import annotations

import re

from rag.figures import find_figures

_APART = re.compile(
    r"\b(?:differ(?:s|ed|ing)?|disagree[sd]?|conflict(?:s|ed)?|diverge[sd]?|var(?:y|ies|ied)|clash(?:es|ed)?"
    r"|(?:not|never) agree[sd]?|(?:far|wide) apart|at odds|told (?:differently|in (?:\w+ )?(?:\w+ )?ways?))\b",
    re.I,
)
_GIVES = re.compile(r"[:;\"\u201c]|\b(?:whereas|while|but|against|though|although|because)\b", re.I)
_LONGEST = 22  # words: a longer one gives an account itself


def announces(sentence: str) -> bool:
    """Whether `sentence` says that accounts differ and gives none of them.

    >>> announces("Outlets do not agree on how many works qualify.")
    True
    >>> announces("Outlets differ on the cost: Anews says $30 million, Particle less.")
    False
    >>> announces("The studio and the union differ on pay because of the 3% rise.")
    False
    """
    return (
        _APART.search(sentence) is not None
        and _GIVES.search(sentence) is None
        and len(sentence.split()) <= _LONGEST
        and not any(figure.unit for figure in find_figures(sentence))
    )
