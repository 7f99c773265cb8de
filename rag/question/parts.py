"""A question that joins several, taken apart into whole ones: each gets an answer of its own."""

from __future__ import annotations

import re

_JOINT = re.compile(r",?\s+(?:and|or|vs\.?|versus|compared (?:with|to)|than)\s+|;\s+|,\s+(?=[A-Z])")
_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
# A run of words with capitals, the question's first word and months apart: something that a title could hold.
_NAME = re.compile(rf"(?<!^)\b(?!(?:{_MONTH_NAMES})\b)[A-Z][\w'&.-]*(?:\s+(?:of the\s+|of\s+|the\s+)?[A-Z][\w'&.-]*)*")
_ASKS_AGAIN = re.compile(r"^(?:in|at|on|by|for|to)?\s*(?:who|whom|whose|when|where|what|which|why|how)\b", re.IGNORECASE)
# 'In which city?', 'on what turnout?': without a verb, so it asks more about what was asked before.
_FRAGMENT = re.compile(
    r"^(?:(?:in|at|on|by|for|to)\s+)?(?:who|whom|when|where|why|how|(?:what|which|whose|how)(?:\s+[\w-]+){1,2})\s*\?*$", re.I
)
_OPENING = re.compile(r"^(?:(?:in|at|on|by|for|to)\s+)?(?:who|whom|whose|when|where|what|which|why|how)\s+", re.I)
_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.I)
_THING = re.compile(r"\b(?:it|its|they|them|their)\b", re.I)
_POSSESSIVE = {"his", "its", "their", "hers"}
_PREPOSITION = re.compile(r"^(?:in|at|on|by|for|to|of|per|from|with|under|according to)\b", re.I)
_HANGING = re.compile(r"(?:\b(?:in|at|on|by|for|to|of|per|from|with|under|according to)\s+)?(?:\bthe\s+)?$", re.I)
_TOGETHER = re.compile(r"\b(?:between|both)\s+[\w'&. -]*$", re.I)  # 'between Disney and OpenAI' is one thing
# The noun asked for, 'which Grammy', is no name that a pronoun behind it could mean.
_ASKED_NOUN = re.compile(r"^(?:(?:in|at|on|by|for|to)\s+)?(?:which|what|whose)\s+\w+", re.I)
MOST_PARTS = 3


def parts(question: str) -> tuple[str, ...]:
    """The questions that `question` joins, each made whole; `question` itself as the only one when it joins none.

    >>> parts("When did Tennessee's ELVIS Act and California's replica laws take effect?")
    ("When did Tennessee's ELVIS Act replica laws take effect?", "When did California's replica laws take effect?")
    >>> parts("When do the 2026 WGA and SAG-AFTRA contracts each expire?")
    ('When do the 2026 WGA contracts each expire?', 'When do the 2026 SAG-AFTRA contracts each expire?')
    >>> parts("Where is Replica based, and how much did Narrativ raise?")
    ('Where is Replica based', 'how much did Narrativ raise?')
    >>> parts("How large were the losses of the WGA plan in Daily Scout and in Variety?")
    ('How large were the losses of the WGA plan in Daily Scout?', 'How large were the losses of the WGA plan in Variety?')
    >>> parts("When did Coca-Cola's truck ad first run, and when was its first AI remake?")
    ("When did Coca-Cola's truck ad first run", "when was Coca-Cola's first AI remake?")
    >>> parts("Which disaster does El Eternauta depict, and in which city?")
    ('Which disaster does El Eternauta depict', 'in which city disaster does El Eternauta depict?')
    >>> parts("Who sued and why?")
    ('Who sued and why?',)
    """
    cut, start = [], 0
    for joint in _JOINT.finditer(question):
        left, right = question[start : joint.start()], question[joint.end() :]
        again = _ASKS_AGAIN.match(right)
        if not again and (_TOGETHER.search(left) or _owned_together(left, right)):
            continue
        if _NAME.search(" " * bool(start) + left) and (_NAME.search(" " + right) or again):
            cut.append(left)
            start = joint.end()
            if len(cut) == MOST_PARTS - 1:
                break
    cut.append(question[start:])
    if len(cut) == 1:
        return (question,)
    first, *others = cut
    after = ""  # what stands behind the last thing is said once and meant for all
    if not _ASKS_AGAIN.match(cut[-1]) and (named := _NAME.search(" " + cut[-1])):
        after = (" " + cut[-1])[named.end() :]
    whole = [first if _ASKS_AGAIN.match(others[0]) else _ended(first, after)]
    for part in others:
        if _ASKS_AGAIN.match(part):
            whole.append(_named(part, first))
        else:
            whole.append(_before(first, part) + (part if part is cut[-1] else _ended(part, after)))
    return tuple(whole)


def _owned_together(left: str, right: str) -> bool:
    """Of 'Disney and Universal's complaint', which is one thing."""
    one, other = [*_NAME.finditer(" " + left)][-1:], _NAME.match(" " + right, 1)
    return bool(one and other and one[0].end() == len(left.rstrip()) + 1 and "'s" in other.group() and "'s" not in one[0].group())


def _before(first: str, part: str) -> str:
    """What stands in `first` before the thing that `part` puts another beside: it is meant for both."""
    preposition = _PREPOSITION.match(part)
    if preposition and (same := [*re.finditer(rf"\b{preposition.group()}\s", first, re.I)]):
        return first[: same[-1].start()]
    before = first[: [*_NAME.finditer(first)][-1].start()]
    return before[: _HANGING.search(before).start()] if preposition else before  # type: ignore[union-attr]  # it matches nothing, too


def _ended(part: str, after: str) -> str:
    """`part` with `after`, unless it goes on behind its name and so is whole: 'Name Deezer's chief executive'."""
    return part + (after if [*_NAME.finditer(" " + part)][-1].end() == len(part.rstrip()) + 1 else "?")


def _named(part: str, first: str) -> str:
    """`part`, which asks again, with what it leans on out of the `first` question: a name for its pronoun, or the matter itself."""
    known = [name.group() for name in _NAME.finditer(first)]
    if _FRAGMENT.match(part):
        return f"{part.rstrip(' ?')} {_OPENING.sub('', first).rstrip(' ?')}?"
    asked = _ASKED_NOUN.match(part)
    own = _NAME.search(part, asked.end() if asked else 1)
    person = None if part.lower().startswith("who") else _PERSON.search(part)  # 'who says his voice': his own
    for pronoun, name in ((person, known[0]), (_THING.search(part), known[-1])):
        if pronoun and not (own and own.start() < pronoun.start()):  # behind a name it stands for that
            bare = name.removesuffix("'s")
            owns = pronoun.group().lower() in _POSSESSIVE or (
                pronoun.group().lower() == "her" and re.match(r"\s+[a-z]", part[pronoun.end() :]) is not None
            )
            return part[: pronoun.start()] + bare + ("'s" if owns else "") + part[pronoun.end() :]
    return part
