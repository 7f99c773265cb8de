"""The form in which a question's answer is expected: running sentences, a list, a timeline, or accounts side by side."""

from __future__ import annotations

import re

from rag.types import Form

_NEWS = re.compile(
    r"\b(?:latest|newest|most recent|recent)\s+(?:news|developments?|updates?|on|in|with|about|from|for|state)\b"
    r"|\bwhat(?:'s|\s+is|\s+are)\s+(?:new\b|the\s+(?:latest|newest))|\bany (?:news|updates?)\b|^(?:the\s+)?latest\b",
    re.IGNORECASE,
)
_COURSE = re.compile(
    r"\b(?:timeline|chronolog\w+|step by step|sequence of events|in order of date)\b"
    r"|\bhow (?:has|have|had|did|does)\b.*\b(?:develop|evolve|unfold|progress|chang)\w*\b|\bwhat has happened\b|\bhistory of\b",
    re.IGNORECASE,
)
_DIFFER = re.compile(
    r"\b(?:differ\w*|disagree\w*|conflict\w*|clash\w*|contradict\w*|versus|vs\.?|compar\w+)\b"
    r"|\b(?:two|several|different|both) (?:versions|numbers|figures|readings|spellings|dates|accounts|counts|sums)\b"
    r"|\bdo (?:the )?(?:reports|sources|outlets|accounts)\b|\baccounts\b",
    re.IGNORECASE,
)
# Said beside the question, of the coverage and not of the matter: 'I find two versions', 'Do reports agree?'.
_ASIDE = re.compile(
    r"(?<=[.?!,;:-])\s*(?:(?:and |but )?(?:I|we)(?:'ve|'m| have| am)?\s+(?:find|found|finding|see|seen|seeing|read|reading|get|getting|got)\b"
    r"|(?:the |some |different )?(?:sources|accounts|reports|outlets|papers|articles|stories)\s+"
    r"(?:conflict|clash|differ|disagree|give|say|vary|contradict|seem|do)\b"
    r"|(?:(?:and|or) )?(?:do|does|are|is) (?:the |all |any )?(?:\w+ )?"
    r"(?:reports|sources|outlets|accounts|papers|sites|stories|write-ups|there|that depend)\b)[^.?!]*[.?!]*\s*$",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"^(?:list|name|enumerate)\b|\b(?:which|what) (?:\w+ ){0,2}(?:[a-z]{2,}[^s\W]s|companies|studios|parties|countries)\b",
    re.IGNORECASE,
)


def asks_news(question: str) -> bool:
    """Whether the newest on a topic is asked for ('what is the latest on Sora?'): the newest comes first then."""
    return bool(_NEWS.search(question))


def form_of(question: str) -> Form:
    """What the words of `question` ask for; PROSE when they ask for no other form."""
    if _DIFFER.search(question):
        return Form.DIFFER
    if _NEWS.search(question) or _COURSE.search(question):
        return Form.TIMELINE
    return Form.LIST if _LIST.search(question) else Form.PROSE


def without_aside(question: str) -> str:
    """`question` without a last clause that only says that accounts of it differ.

    >>> without_aside("Since when has the lot been in operation? I find two versions")
    'Since when has the lot been in operation?'
    """
    if not _DIFFER.search(question):
        return question
    return _ASIDE.sub("", question).rstrip(" ,;:-") or question
