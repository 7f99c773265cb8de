"""What a sentence written by a model must keep, checked exactly: who said it, and that quoted words are somebody's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.store.words import stems

_SAYS = (
    r"(?:said|says|saying|claim(?:s|ed)|alleg(?:es|ed)|argu(?:es|ed)|maintain(?:s|ed)|insist(?:s|ed)|contend(?:s|ed)|assert(?:s|ed)"
    r"|den(?:ies|ied)|accus(?:es|ed)|believ(?:es|ed)|predict(?:s|ed)|suggest(?:s|ed)|estimat(?:es|ed)|warn(?:s|ed)|promis(?:es|ed)"
    r"|complain(?:s|ed)|stat(?:es|ed)|call(?:s|ed)|describ(?:es|ed)|t(?:ells|old)|wrote|writes|thinks|thought|expect(?:s|ed)|according)"
)
# Whose word something is: 'Cameron said', 'said Sarandos', 'the lawsuit alleges', 'according to the union'.
_WHO = r"(?P<who>(?:[Tt]he |[Ii]ts |[Hh]is |[Hh]er )?(?:[A-Z][\w'’.&-]*|lawsuit|suit|complaint|plaintiffs?|union|company|estate|studio|guild|lawyers?|critics?)(?:\s+[A-Z][\w'’.&-]*){0,3})"  # noqa: RUF001
_SPEAKER = re.compile(
    rf"{_WHO}\s+(?:has |had |have |also |later |then |again )*{_SAYS}\b|\b(?:according to|said|says|wrote)\s+{_WHO.replace('who', 'whom')}"
)
_ACCORDING = re.compile(
    r"\baccording to\b|\bin the (?:view|words) of\b|\bis said to\b|\b(?:he|she|they|who) (?:also )?" + _SAYS + r"\b",
    re.IGNORECASE,
)
_NAME_RUN = re.compile(r"\b[A-Z][\w'’&-]*(?:\s+[A-Z][\w'’&-]*)*")  # noqa: RUF001
_NOT = re.compile(r"\b(?:not|never|no|cannot|nobody)\b|n't\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot|declin\w+|refus\w+|den(?:y|ied|ies)|reject\w*|fail\w*|barr?\w*|bann?\w*|forbid\w*"
    r"|prohibit\w*|prevent\w*|lack\w*|only|un\w+|dis\w+|stopp?\w*|withh\w+|left out|leaves? out|exclud\w+|instead)\b|n't\b",
    re.IGNORECASE,
)
_BY = re.compile(r"\bby\b", re.IGNORECASE)
_HEDGE = re.compile(r"\b(?:allegedly|reportedly|purportedly|supposedly|apparently)\b", re.IGNORECASE)
_IF = re.compile(
    r"(?<!as )(?<!even )(?<!what )\b(?:if|unless|provided that|on condition that|in case)\b(?! (?:any|not)\b)", re.IGNORECASE
)
_MAY_BE = re.compile(
    r"\b(?:if|unless|provided|in case|depend\w*|condition\w*|would|could|may|might|should|threaten\w*|plan\w*|propos\w*|once|were to)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:()\u2013\u2014]")
_IN_CONSEQUENCE = 0.7  # share of a sentence's words that stand in what only follows from a condition
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’]*\s+(?=[A-Z\"“'])|\n+")  # noqa: RUF001


def faults(sentence: str, passages: Sequence[str], outlets: Sequence[str] = ()) -> list[str]:
    """What `sentence` does that it must not, in words; empty when it keeps what `passages` say as they say it.

    `outlets` are those whose report a passage is or relies on: their name may be left out, since the citation carries it.
    """
    out = []
    everything = " ".join(passages).casefold()
    if strange := [word for word in _leading_name(sentence) if word.casefold().removesuffix("'s") not in everything]:
        out.append(f"names {' '.join(strange)}, of whom the passages do not speak")
    nearest = _nearest(sentence, passages)
    if not nearest:
        return out
    if not _attributes(sentence):
        speakers = _speakers(nearest, outlets)
        if speakers:
            out.append(f"leaves out that {speakers[0]} said so")
        elif _HEDGE.search(nearest):
            out.append("leaves out that it is only alleged")
    if _denies_what(sentence, nearest) or _denies_what(nearest, sentence):
        out.append("turns a no into a yes or a yes into a no")
    if condition := _condition_left_out(sentence, nearest):
        out.append(f"leaves out the condition: {condition}")
    if _swaps(sentence, nearest):
        out.append("swaps who did it with whom it was done to")
    return out


def _leading_name(sentence: str) -> list[str]:
    """The words of a name of two words or more that opens `sentence`: the first word's capital alone names nothing."""
    run = _NAME_RUN.match(sentence)
    words = run.group().split() if run else []
    return words if len(words) > 1 else []


def _attributes(sentence: str) -> bool:
    return bool(_SPEAKER.search(sentence) or _HEDGE.search(sentence) or _ACCORDING.search(sentence))


def _denies_what(one: str, other: str) -> bool:
    """Whether `one` denies something that `other` says without any denial; only where they share nearly all of their words."""
    if _DENIAL.search(other):
        return False
    said = set(stems(other))
    for match in _NOT.finditer(one):
        behind = stems(one[match.end() :])[:2]
        if behind and set(behind) <= said:
            return True
    return False


def _condition_left_out(sentence: str, told: str) -> str:
    """The condition on which alone `told` says what `sentence` says without any; empty when there is none."""
    if _MAY_BE.search(sentence):
        return ""
    own = set(stems(sentence))
    for match in _IF.finditer(told):
        behind = _CLAUSE_END.search(told, match.end())
        before = [end.end() for end in _CLAUSE_END.finditer(told, 0, match.start())]
        clause = told[before[-1] if before else 0 : match.start()]
        if stems(clause):  # 'B if A'
            consequence, condition = clause, told[match.start() : behind.start() if behind else len(told)]
        elif behind:  # 'If A, B'
            consequence, condition = told[behind.end() :], told[match.start() : behind.start()]
        else:
            continue
        if own and len(own & set(stems(consequence))) / len(own) >= _IN_CONSEQUENCE:
            return condition.strip(" .").casefold()
    return ""


def _swaps(sentence: str, told: str) -> bool:
    """Whether two names stand around the same verb the other way round, and not because one of the two is in the passive."""
    names = [match.group().removesuffix("'s") for match in _NAME_RUN.finditer(sentence)]
    names = list(dict.fromkeys(name.removeprefix("The ") for name in names if name.removeprefix("The ") in told))
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            at, behind = told.find(second), told.find(first)
            if at + len(second) > behind:
                continue
            ours = sentence[sentence.find(first) + len(first) : sentence.find(second)]
            theirs = told[at + len(second) : behind]
            verb = set(stems(ours)[:1]) & set(stems(theirs)[:1])
            if verb and bool(_BY.search(ours)) == bool(_BY.search(theirs)):
                return True
    return False


def _nearest(sentence: str, passages: Sequence[str]) -> str:
    """The sentence of `passages` that shares most words with `sentence`; empty when none shares half of its words."""
    own = set(stems(sentence))
    best, share = "", 0.0
    for passage in passages:
        for text in _SENTENCE.split(passage):
            said = len(own & set(stems(text))) / max(1, len(own))
            if said > share:
                best, share = text, said
    return best if share >= 0.5 else ""


def _speakers(text: str, outlets: Sequence[str]) -> list[str]:
    """Whose word `text` is, outlets left out."""
    known = {_bare(outlet) for outlet in outlets}
    found = [match.group("who") or match.group("whom") for match in _SPEAKER.finditer(text)]
    return [
        who for who in found if _bare(who) not in known and not any(_bare(who).endswith(outlet) for outlet in known if outlet)
    ]


def _bare(name: str) -> str:
    return re.sub(r"^(?:the|its|his|her)\s+|\s*\(.*?\)|['’]s$", "", name.strip().casefold()).strip()  # noqa: RUF001
