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
ASKING = "who|whom|whose|when|where|what|which|why|how"
PREPOSITIONS = "in|at|on|by|for|to|with|from|under|of|since|until"  # 'in which city'
# Words that only ask to be told: 'Can you tell me', 'please'.
_FRONT = re.compile(
    r"^(?:(?:please|hi|hello|hey|ok|okay|so|well|and|also)\b[\s,!.:-]*)*"
    r"(?:(?:(?:can|could|would|will) you|(?:can|could|may) (?:I|we) ask you to)?\s*(?:please |kindly )?(?:tell|remind|inform) (?:me|us)"
    r"|(?:do|would) (?:you|we) (?:happen to )?know|does (?:anyone|anybody|the coverage|any outlet) (?:know|say|tell|report)"
    r"|(?:I|we)(?:'d| would)? (?:just )?(?:like|love|want|need|am trying|are trying|have) to (?:know|find out|understand|learn|check)"
    r"|(?:I'm|I am|we're|we are|I was|just) (?:wondering|curious)|(?:I|we) wonder|(?:do you have |have you )?any idea"
    r"|is it (?:known|clear|reported|public)|(?:my|our|a|one) question(?: is)?)?"
    rf"[\s,:-]*(?=(?:(?:{PREPOSITIONS})\s+)?(?:{ASKING})\b)",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"(?:\s+please|[,;.?!-]+\s*(?:please|thanks|thank you|do (?:you|we) know|if (?:you know|known|I may ask)|any idea))[\s.?!]*$",
    re.IGNORECASE,
)
_LONG = 400  # characters: a longer question is a text, and the patterns above take time that grows with its square
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


def without_courtesy(question: str) -> str:
    """`question` without words that only ask to be told: they say nothing of the matter, and the reader stumbles over them.

    >>> without_courtesy("Hello, could you please tell me who directed The Brutalist? Thanks!")
    'Who directed The Brutalist?'
    >>> without_courtesy("So who won?"), without_courtesy("Do you know Tilly Norwood?")
    ('Who won?', 'Do you know Tilly Norwood?')
    """
    if len(question) > _LONG:
        return question
    asked = _BACK.sub("?" if "?" in question else "", _FRONT.sub("", question))
    return asked[:1].upper() + asked[1:] if asked != question and asked else question
