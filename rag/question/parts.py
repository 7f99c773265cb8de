"""A question that joins several, taken apart into whole ones: each gets an answer of its own."""

from __future__ import annotations

import re

from rag.question.form import ASKING, PREPOSITIONS, without_aside

_VERB = "is|are|was|were|do|does|did|has|have|can|could|may|might|must|will|would"
_JOINT = re.compile(
    r",?\s+(?:and(?: also)?|or|plus|as well as|vs\.?|versus|compared (?:with|to)|than)\s+|;\s+|,\s+(?=[A-Z])"
    rf"|,\s+(?=(?:{ASKING})\s+(?:{_VERB})\b.{{0,200}}(?:,|\band)\s+(?:{ASKING})\s+(?:{_VERB})\b)"  # 'when did it start, when did it end and who won'
)
_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
# A run of words with capitals, the question's first word and months apart: something that a title could hold.
_NAME = re.compile(rf"(?<!^)\b(?!(?:{_MONTH_NAMES})\b)[A-Z][\w'&.-]*(?:\s+(?:of the\s+|of\s+|the\s+)?[A-Z][\w'&.-]*)*")
_BEFORE_ASKING = rf"(?:(?:{PREPOSITIONS}|roughly|about)\s+)?"
_ASKS_AGAIN = re.compile(rf"^{_BEFORE_ASKING}(?:{ASKING})\b", re.IGNORECASE)
_HAS_ASKED = re.compile(rf"\b(?:{ASKING})\b", re.IGNORECASE)
# Behind a comma a verb may ask: 'What did A say, and must B pay?'
_ASKS_WHETHER = re.compile(rf"^(?:{_VERB})\s", re.IGNORECASE)
# 'And what was it?' asks nothing without what stands before.
_LEANS = re.compile(
    rf"^(?:who|what|when|where|which)\s+(?:is|was|are|were)\s+(?:(?:it|they)\b|(?:that|this|these)(?=\W*$|\s+(?:{PREPOSITIONS})\b))",
    re.IGNORECASE,
)
# 'Which in Taylor Made Freestyle?': asks what was asked before, of another thing.
_OF_ANOTHER = re.compile(
    rf"^(?:{ASKING}|how (?:many|much|long))\s+(?=(?:{PREPOSITIONS})\s+(?:the\s+|an?\s+)?(?-i:{_NAME.pattern.removeprefix('(?<!^)')})\W*$)",
    re.I,
)
_OWNER = re.compile(r"\b[A-Z][\w.&-]*(?:\s+[\w-]+){0,2}?(?:'s|s')(?=\W|$)")  # 'the Cairnes brothers' chiller'
_LISTS = re.compile(r"^(?:please\s+)?(?:name|list|give|identify)\s+", re.IGNORECASE)
_LISTED = re.compile(r"^(?:the|an?|any)\s", re.IGNORECASE)
# 'In which city?', 'on what turnout?': without a verb, so it asks more about what was asked before.
_FRAGMENT = re.compile(
    rf"^{_BEFORE_ASKING}(?:who|whom|when|where|why|how|(?:what|which|whose|how)(?:\s+[\w-]+){{1,2}})\s*\?*$", re.I
)
_OPENING = re.compile(rf"^{_BEFORE_ASKING}(?:{ASKING})\s+", re.I)
_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.I)
_THING = re.compile(r"\b(?:it|its|they|them|their)\b", re.I)
_POSSESSIVE = {"his", "its", "their", "hers"}
_PREPOSITION = re.compile(r"^(?:in|at|on|by|for|to|of|per|from|with|under|according to)\b", re.I)
_HANGING = re.compile(r"(?:\b(?:in|at|on|by|for|to|of|per|from|with|under|according to)\s+)?(?:\bthe\s+)?$", re.I)
_TOGETHER = re.compile(r"\b(?:between|both)\s+[\w'&. -]*$", re.I)  # 'between Disney and OpenAI' is one thing
# The noun asked for, 'which Grammy', is no name that a pronoun behind it could mean.
_ASKED_NOUN = re.compile(rf"^{_BEFORE_ASKING}(?:which|what|whose)\s+\w+", re.I)
_CHOICE = re.compile(
    r"^(?:who|which|what)\b[^?]{0,150}\b(?:first|last|earlier|later|sooner|bigger|higher|longer)\b[^?]{0,150}\bor\b", re.I
)  # 'Who was first, A or B?'
_EACH = re.compile(r"\b(?:each|respectively)\b", re.I)
# What all is asked about, said in front: 'With the cloning tool, who ...', 'Xania Monet and FN Meka: who ...'.
_TOPIC = re.compile(
    rf"^(?:[^:?]{{3,120}}:|(?:With|Under|In|On|At|For|After|Before|During|Since|About|As to|When|Once)\b[^,?]{{3,120}},)\s+"
    rf"(?={_BEFORE_ASKING}(?:{ASKING}|{_VERB})\b)"
)
_ONE_OF_TWO = {"first": 0, "former": 0, "second": 1, "latter": 1}
_TH_ONE = re.compile(r"\bthe (first|former|second|latter)(?: one)?(?=\s*(?:[?.,]|$))", re.I)
_TWICE = re.compile(r"\b(the )the\s", re.I)
_OPENS_A_NAME = re.compile(rf"^(?!(?:{ASKING}|{PREPOSITIONS}|{_VERB}|name|list|give|identify|the|an?)\b)[A-Z][\w'&.-]*\s$", re.I)
_FEWEST_WORDS = 4  # of a question that names nothing and is still one of its own
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
    >>> parts("Dudesy and FN Meka: who is behind the first, and who created the second?")
    ('who is behind Dudesy', 'who created FN Meka?')
    >>> parts("Who sued and why?")
    ('Who sued and why?',)
    """
    cut: list[tuple[str, str]] = []  # what stands before each joint, and the joint
    start, asked, topic = 0, len(without_aside(question)), _TOPIC.match(question)
    choice = _CHOICE.match(question)
    for joint in _JOINT.finditer(question, 0, asked):
        left, right = question[start : joint.start()], question[joint.end() :]
        again = _asks(right, joint.group())
        leans = _LEANS.match(right) and not topic
        offered = choice and joint.group().strip(" ,") in {"or", "and", ""}  # one of the things to choose between
        if leans or _TOGETHER.search(left) or (not again and (offered or _run_on(joint.group(), left, right, question))):
            continue
        if again and joint.group().strip() == "," and not _HAS_ASKED.search(left):
            continue
        names = _NAME.search(" " * bool(start) + left)
        if (names and (_NAME.search(" " + right) or again)) or (again and _own(left) and _own(right)):
            cut.append((left, joint.group()))
            start = joint.end()
            if len(cut) == MOST_PARTS - 1:
                break
    if not cut:
        return (question,)
    first, *others = [*(left for left, _ in cut), question[start:]]
    last = others[-1]
    after = ""  # what stands behind the last thing is said once and meant for all
    if not _whole(last, cut[-1][1], first) and (named := _NAME.search(" " + last)):
        after = (" " + last)[named.end() :]
    whole = [first if _whole(others[0], cut[0][1], first) else _ended(first, after)]
    for part, (_, behind) in zip(others, cut, strict=True):
        if _asks(part, behind):
            about = topic and not _FRAGMENT.match(part) and _is_of_topic(part)
            whole.append(topic.group() + part if topic and about else _named(part, first))
        elif _whole(part, behind, first):
            listing = _LISTS.match(first)
            whole.append((listing.group() if listing else "") + part)
        else:
            whole.append(_TWICE.sub(r"\1", _before(first, part) + (part if part is last else _ended(part, after))))
    return tuple(_either(part, topic.group()) for part in whole) if topic else tuple(whole)


def _is_of_topic(part: str) -> bool:
    """Whether `part` names nothing, or says 'it' or 'she' before it does: what that is has been said in front of all."""
    named, pronoun = _NAME.search(" " + part), _PERSON.search(part) or _THING.search(part)
    return not named or bool(pronoun and pronoun.start() < named.start())


def _either(part: str, topic: str) -> str:
    """`part` with the name for 'the first' or 'the second' of the two things that its `topic` names, and then without the topic."""
    two = [name.group() for name in _NAME.finditer(" " + topic)]
    if len(two) != 2 or not _TH_ONE.search(part):
        return part
    return _TH_ONE.sub(lambda one: two[_ONE_OF_TWO[one.group(1).lower()]], part.removeprefix(topic))


def _asks(part: str, joint: str) -> bool:
    """Whether `part`, behind `joint`, is a question with its own verb."""
    return bool(_ASKS_AGAIN.match(part) or (joint.startswith((",", ";")) and "or" not in joint and _ASKS_WHETHER.match(part)))


def _whole(part: str, joint: str, first: str) -> bool:
    """Whether `part`, behind `joint`, stands by itself, a question or one more thing to name."""
    return _asks(part, joint) or "plus" in joint or "as well as" in joint or _lists(first, part)


def _lists(first: str, part: str) -> bool:
    """Whether `part` is one more thing that `first` asks to name."""
    return bool(_LISTS.match(first) and _LISTED.match(part))


def _own(question: str) -> bool:
    """Whether `question` asks something by itself, though it names nothing."""
    return _FRAGMENT.match(question) is None and len(question.split()) >= _FEWEST_WORDS


def _run_on(joint: str, left: str, right: str, question: str) -> bool:
    """Whether `right` goes on with what `left` names, which is looked for as one: 'Disney and Universal', 'Now and Then'. Two things it is where
    each has an owner ('A's chief and B's'), a preposition or 'each', or one is set against the other."""
    if joint.strip(" ,") not in {"and", "or", "than", ""} or _EACH.search(question) or _PREPOSITION.match(right):
        return False
    if _lists(question, right):
        return False
    one, other = [*_NAME.finditer(" " + left)][-1:], _NAME.search(" " + right)
    if not one or not other:
        return True
    ours, theirs = _OWNER.match(" " + left, one[0].start()), _OWNER.match(" " + right, other.start())
    return not (ours and theirs)


def _before(first: str, part: str) -> str:
    """What stands in `first` before the thing that `part` puts another beside: it is meant for both."""
    preposition = _PREPOSITION.match(part)
    if preposition and (same := [*re.finditer(rf"\b{preposition.group()}\s", first, re.I)]):
        return first[: same[-1].start()]
    known = [*_NAME.finditer(first)]
    before = first[: known[-1].start()] if known else ""
    if _OPENS_A_NAME.match(before):  # 'Replica Studios and Narrativ: who ...'
        before = ""
    return before[: _HANGING.search(before).start()] if preposition else before  # type: ignore[union-attr]  # it matches nothing, too


def _ended(part: str, after: str) -> str:
    """`part` with `after`, unless it goes on behind its name and so is whole: 'Name Deezer's chief executive'."""
    known = [*_NAME.finditer(" " + part)]
    return part + (after if known and known[-1].end() == len(part.rstrip()) + 1 else "?")


def _named(part: str, first: str) -> str:
    """`part`, which asks again, with what it leans on out of the `first` question: a name for its pronoun, or the matter itself."""
    known = [name.group() for name in _NAME.finditer(first)] or [""]
    if _FRAGMENT.match(part):
        return f"{part.rstrip(' ?')} {_OPENING.sub('', first).rstrip(' ?')}?"
    if (other := _OF_ANOTHER.match(part)) and (before := _before(first, part[other.end() :])):
        return before + part[other.end() :]
    asked = _ASKED_NOUN.match(part)
    own = _NAME.search(part, asked.end() if asked else 1)
    person = None if part.lower().startswith("who") else _PERSON.search(part)  # 'who says his voice': his own
    for pronoun, name in ((person, known[0]), (_THING.search(part), known[-1])):
        if pronoun and name and not (own and own.start() < pronoun.start()):  # behind a name it stands for that
            bare = name.removesuffix("'s")
            owns = pronoun.group().lower() in _POSSESSIVE or (
                pronoun.group().lower() == "her" and re.match(r"\s+[a-z]", part[pronoun.end() :]) is not None
            )
            return part[: pronoun.start()] + bare + ("'s" if owns else "") + part[pronoun.end() :]
    return part
