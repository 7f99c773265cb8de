"""A question that joins several, taken apart into whole ones: each gets an answer of its own."""

from __future__ import annotations

import re

_JOINT = re.compile(r",?\s+(?:and|or|vs\.?|versus|compared (?:with|to)|than)\s+|;\s+|,\s+(?=[A-Z])")
_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
# A run of words with capitals, the question's first word and months apart: something that a title could hold.
_NAME = re.compile(rf"(?<!^)\b(?!(?:{_MONTH_NAMES})\b)[A-Z][\w'&.-]*(?:\s+(?:of the\s+|of\s+|the\s+)?[A-Z][\w'&.-]*)*")
_ASKS_AGAIN = re.compile(r"^(?:in|at|on|by|for|to)?\s*(?:who|whom|whose|when|where|what|which|why|how)\b", re.IGNORECASE)
MOST_PARTS = 3


def parts(question: str) -> tuple[str, ...]:
    """The questions that `question` joins, each made whole; `question` itself as the only one when it joins none.

    >>> parts("When did Tennessee's ELVIS Act and California's replica laws take effect?")
    ("When did Tennessee's ELVIS Act replica laws take effect?", "When did California's replica laws take effect?")
    >>> parts("Where is Replica based, and how much did Narrativ raise?")
    ('Where is Replica based', 'how much did Narrativ raise?')
    >>> parts("Who sued and why?")
    ('Who sued and why?',)
    """
    cut, start = [], 0
    for joint in _JOINT.finditer(question):
        left, right = question[start : joint.start()], question[joint.end() :]
        if _NAME.search(left) and (_NAME.search(" " + right) or _ASKS_AGAIN.match(right)):
            cut.append(left)
            start = joint.end()
            if len(cut) == MOST_PARTS - 1:
                break
    cut.append(question[start:])
    if len(cut) == 1:
        return (question,)
    # What stands before the first thing and after the last is said once and meant for all.
    before = cut[0][: [name.start() for name in _NAME.finditer(cut[0])][-1]]
    names_at_end = list(_NAME.finditer(" " + cut[-1]))
    after = (" " + cut[-1])[names_at_end[-1].end() :] if names_at_end and not _ASKS_AGAIN.match(cut[-1]) else ""
    whole = [cut[0] + after if not _ASKS_AGAIN.match(cut[1]) else cut[0]]
    for part in cut[1:]:
        whole.append(part if _ASKS_AGAIN.match(part) else before + part + (after if part is not cut[-1] else ""))
    return tuple(whole)
