"""A follow-up ('and what did the union say?', 'when was that?', 'what about Disney?') made whole from the conversation before it."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable, Sequence

from rag.compose.prompts import CONDENSE
from rag.dates import find_periods
from rag.llm import Model, ModelFailed
from rag.question.outlets import find_outlets
from rag.question.understand import names
from rag.store.words import stems
from rag.types import Answer

TURNS = 4  # of the conversation that the language model is shown
LONGEST = 300  # characters of a question that it condensed

_LEAD = re.compile(r"^(?:(?:and|but|so|ok(?:ay)?|well|then|also|now|hmm+|yes|no)\b[,\s]*)+", re.I)
_ABOUT = re.compile(r"^(?:(?:what|how)\s+about|what\s+of|same\s+(?:question\s+)?(?:for|about|with))\s+(?P<what>.+?)\s*\??$", re.I)
_WH = r"(?:by\s+whom|who(?:m|se)?|when|where|why|what|which|how\s+(?:much|many|long|big|often|far|old|come|so)|how)"
_AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|must|may|might)"
_OPENS = re.compile(rf"^(?:in |at |on |by |for |to |from |with |of |under )?(?P<wh>{_WH})\b", re.I)
_VERB = re.compile(rf"\b{_AUX}\b", re.I)
# 'Who signed the act?': what was done comes straight behind the question word.
_WHO_DID = re.compile(
    r"^(?:who|which \w+|what \w+)\s+(?P<verb>\w+ed|made|wrote|won|sang|built|led|sold|bought|drew|put|held|took|sang)\s+(?P<rest>.+?)\s*\??$",
    re.I,
)
_PARTICIPLES = {"wrote": "written", "sang": "sung", "drew": "drawn", "took": "taken"}
_PARTICLE = re.compile(r"\s+(down|up|off|out|away|back|over)$")
# 'By what margin?', 'which court?': no verb of its own.
_FRAGMENT = re.compile(
    r"^(?:(?:in|at|on|by|for|to|from|with|of|under)\s+)?(?:what|which|how much|how many|whose)\s+\w+(?:\s+\w+)?\s*\?*$", re.I
)
_IN_TIME = re.compile(r"\b(?:before|beforehand|earlier|previously|after(?:wards)?|next|later|since|meanwhile)\s*\?*$", re.I)
_ONE = re.compile(r"\bones?\s*$", re.I)
# Answered with a thing: 'Which film did Eros re-release?', but not 'What did Eros re-release?', whose object a pronoun may mean.
_ASKS_WHICH = re.compile(
    rf"^(?:in |on |at |by )?(?:which|what)\s+(?!{_AUX}\b)(?:[\w-]+\s+){{0,2}}?(?P<noun>\w+)\s+(?={_AUX}\b|\w+ed\b)", re.I
)
_PREPOSITION = re.compile(r"\b(?:on|about|of|with|after|before|from|against|for|by|in|to|into|at)\s+$", re.I)
_HEADS = "study|act|strike|case|deal|agreement|contract|suit|lawsuit|bill|app|settlement|film|series|song|album|model|scheme|report|guidance"

_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.I)
_THING = re.compile(r"\b(?:it|its|they|them|their|theirs)\b", re.I)
# 'That' stands for something only here; elsewhere it joins clauses.
_THAT = re.compile(
    r"\b(?:(?:was|is|were|are|did|does|of|about|after|before|since|from|by|with|on|to|for|all|do|like|against)\s+(?:that|this|those|these|there|then)"
    r"(?=\s*(?:[?,.]|$|happen\w*|take|mean|work\w*|cost|true|come|end\w*|start\w*))|\b(?:that|this|those|these|such)\s+(?:a\s+)?[a-z]+\b|there\s*\?*$|then\s*\?*$)",
    re.I,
)
_GENERIC = re.compile(
    r"\b(?:the|these|those|both|its|their|his|her|either)\s+(?:(?:\w+)\s+)?(?:union|guild|company|companies|firm|start-?up|studios?|label|labels|publishers?|film"
    r"|movie|documentary|series|show|song|track|album|single|band|act|law|laws|bill|rules?|deal|agreement|contract|licen[cs]e|suit|lawsuit|case"
    r"|judge|court|ruling|decision|verdict|settlement|strike|vote|members|actors?|actress|singer|rapper|musician|artists?|directors?|authors?"
    r"|writers?|producers?|developers?|creators?|makers?|founder|boss|chief|family|estate|fans|critics|platform|service|app|tool|model|system"
    r"|game|podcast|ad|advert|adverts|campaign|award|prize|price|fee|money|sum|fine|budget|plan|report|study|survey|voice|clips?|video|videos"
    r"|images?|photos?|character|platform|site|state|governor|streamer|agency|agencies|outlets?|papers?|sources?|parties|two|others?|rest)\b",
    re.I,
)
# Words that ask without naming anything: a question of only these means what the last one meant.
_EMPTY = frozenset(
    stems(
        "happened exactly so too also then else more mean really sure there again precisely come first ago get got go went take took"
    )
)
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
# As `names` finds them, and titles whole: 'Heart on My Sleeve', 'Dog & Boy', 'Call of Duty'.
_NAME = re.compile(
    r"(?<!^)(?<![.!?] )\b(?:[A-Z][\w'-]*|\w*\d[\w-]*)(?:\s+(?:(?:of the|of|on|in the|&|The)\s+(?=[A-Z]))?(?:[A-Z][\w'&-]*|\w*\d[\w-]*))*"
)
_GENERIC_NAMES = frozenset({"AI", "I", "US", "UK", "EU", "TV", "Hollywood", "A.I."})


def resolve(question: str, history: Sequence[Answer], outlets: Sequence[str] = ()) -> str:
    """`question` as it would be asked alone; unchanged when it is not a follow-up or there is nothing before it.

    `outlets` are the names that the library knows.
    """
    last = next((answer for answer in reversed(history) if answer.understood), None)
    if last is None or last.understood is None:
        return question
    before = last.understood.text
    lead = _LEAD.match(question)
    bare = question[lead.end() :] if lead else question
    if not bare.strip(" ?.!"):
        return before
    about = _ABOUT.match(bare)
    if about:
        return _instead(about["what"], before, last, outlets)
    if lead and not _VERB.search(bare) and not _OPENS.match(bare):
        return _instead(bare.rstrip(" ?"), before, last, outlets)
    own = _own_names(bare, last, outlets)
    content = [stem for stem in stems(_THING.sub(" ", _PERSON.sub(" ", bare))) if stem not in _EMPTY]
    if not content:
        return _again(bare, before)
    if _FRAGMENT.match(bare) and not own and not _VERB.search(bare):
        return _capital(f"{bare.rstrip(' ?')} {_after_opening(before)}?")
    return _with_subject(bare, before, last, own, bool(lead), outlets)


def _own_names(question: str, last: Answer, outlets: Sequence[str]) -> list[str]:
    """What `question` names itself, outlets left out: they tell whose account is wanted, not of what."""
    known = {o.casefold() for o in [*outlets, *(s.outlet for c in last.citations for s in c.hit.article.sources)]}
    return [
        name
        for name in dict.fromkeys(match.group() for match in _NAME.finditer(question))
        if name not in _GENERIC_NAMES and name.casefold() not in known and not name.isdigit() and not _is_date(name)
    ]


def _is_date(text: str) -> bool:
    return any(p.end - p.start >= len(text) - 2 for p in find_periods(text, dt.date.today()))  # noqa: DTZ011


def _again(question: str, before: str) -> str:
    """'When was that?' after 'Who signed the act?' → 'When was the act signed?'."""
    opens = _OPENS.match(question)
    if not opens:
        return before if "more" not in question.lower() else f"What else is known of {topic(before)}?"
    asks = opens.group().strip()
    if re.search(r"\belse\b", question, re.I):
        asks += " else"
    asks = asks[0].upper() + asks[1:]
    did = _WHO_DID.match(before)
    if did and "else" not in asks:
        verb = _PARTICIPLES.get(did["verb"].lower(), did["verb"])
        down = _PARTICLE.search(did["rest"])
        rest = did["rest"][: down.start()] if down else did["rest"]
        return f"{asks} was {rest} {verb}{down.group() if down else ''}?"
    rest = _after_opening(before)
    return f"{asks} {rest}?"


def _after_opening(question: str) -> str:
    """What stands behind the question word: 'did Netflix pay its manager' of 'How much did Netflix pay its manager?'."""
    opens = _OPENS.match(question)
    rest = question[opens.end() :] if opens else question
    verb = _VERB.search(rest)
    if opens and verb and len(rest[: verb.start()].split()) <= 4:
        rest = rest[verb.start() :]
    return rest.strip(" ?")


def topic(question: str) -> str:
    """What a question is about: without its question word and the auxiliary behind it."""
    rest = re.sub(rf"^{_AUX}\s+", "", _after_opening(question), flags=re.I)
    return rest.strip(" ?") or question.strip(" ?")


def _subject(before: str, last: Answer, outlets: Sequence[str], person: bool) -> str:
    """The name that a pronoun stands for; empty when there is none."""
    people = {name for c in last.citations for name in c.hit.article.people}
    surnames = {name.split()[-1] for name in people}

    def is_person(name: str) -> bool:
        return name in people or name.split()[-1].removesuffix("'s") in surnames

    asked = _own_names(before, last, outlets)
    if person:
        said = [name for s in last.sentences[:2] for name in sorted(people, key=lambda n: s.text.find(n)) if name in s.text]
        found = [name for name in asked if is_person(name)] or said or asked
        return _as_named(found[0], before) if found else ""
    found = [name for name in asked if not is_person(name)] or asked
    which = _ASKS_WHICH.match(before)
    if which and not which["noun"].endswith("s") and (answered := _answered(last, before, outlets, is_person)):
        return answered
    return _as_named(found[-1], before) if found else ""


def _answered(last: Answer, before: str, outlets: Sequence[str], is_person: Callable[[str], bool]) -> str:
    """What a 'which ...?' was answered with: the first name of the answer that the question does not know; empty when there is none."""
    known = {word.casefold() for word in re.findall(r"\w+", before)}
    for sentence in last.sentences[:1]:
        for name in _own_names("\0 " + sentence.text, last, outlets):
            words = {word.casefold().removesuffix("'s") for word in re.findall(r"[\w']+", name)}
            if not words & known and not is_person(name) and not words & _DAYS and re.search(r"[a-z]", name):
                return name.removesuffix("'s")
    return ""


def _as_named(name: str, text: str) -> str:
    """`name` with the article and the noun that `text` gives it: 'the CVL Economics study'."""
    match = re.search(rf"\b(the\s+)?{re.escape(name)}(\s+(?:{_HEADS})\b)?", text)
    return match.group() if match and match.group(2) else f"the {name}" if match and match.group(1) and " " in name else name


def _with_subject(question: str, before: str, last: Answer, own: Sequence[str], joined: bool, outlets: Sequence[str]) -> str:
    """`question` with the names that it leans on in place of its pronouns, or behind it."""
    first_own = min((question.find(name) for name in own), default=len(question))
    for pattern, person in ((_PERSON, True), (_THING, False)):
        match = pattern.search(question)
        if match and match.start() < first_own:  # behind a name of its own it stands for that
            subject = _subject(before, last, outlets, person)
            if not person and match.group().lower() in {"it", "them"} and _PREPOSITION.search(question[: match.start()]):
                subject = topic(before)  # 'reported on it' is on the whole matter
            if subject:
                possessive = match.group().lower() in {"his", "its", "their", "hers", "theirs"} or (
                    match.group().lower() == "her" and re.match(r"\s+[a-z]", question[match.end() :]) is not None
                )
                put = subject + ("'s" if possessive and not subject.endswith("'s") else "")
                return _capital(question[: match.start()] + put + question[match.end() :])
            return _capital(f"{question.rstrip(' ?')}, on {topic(before)}?")
    leans = (
        joined
        or _THAT.search(question) is not None
        or (not own and _IN_TIME.search(question) is not None)
        or (not own and _GENERIC.search(question) is not None)
    )
    only_outlets = not own and names(question) and not [s for s in stems(question) if s not in _EMPTY | _named_stems(question)]
    if not (leans or only_outlets):
        return question
    about = " and ".join(_own_names(before, last, outlets)[:3]) or topic(before)
    if own and not (joined or _THAT.search(question)):
        return question
    return _capital(f"{question.rstrip(' ?')}, on {about}?")


def _named_stems(question: str) -> set[str]:
    return {stem for name in names(question) for stem in stems(name)}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _instead(what: str, before: str, last: Answer, outlets: Sequence[str]) -> str:
    """`before` with `what` in place of its outlet, its date or its subject."""
    today = dt.date.today()  # noqa: DTZ011  # the user's own calendar
    bare = re.sub(r"^(?:in|for|at|on|with|to|by|from|during|of)\s+", "", what.strip(), flags=re.I)
    if any(period.end - period.start >= len(bare) - 4 for period in find_periods(bare, today)):
        periods = list(find_periods(before, today))
        if periods:
            return before[: periods[0].start] + bare + before[periods[-1].end :]
        return f"{before.rstrip(' ?')} in {bare}?"
    if any(m.end - m.start >= len(bare) - 4 for m in find_outlets(bare, outlets)):
        mentions = list(find_outlets(before, outlets))
        if mentions:
            return before[: mentions[0].start] + bare + before[mentions[0].end :]
        return f"{before.rstrip(' ?')}, according to {bare}?"
    subjects = _own_names(before, last, outlets)
    if _ONE.search(bare):
        return f"{before.rstrip(' ?')}, and {bare}?"
    if not subjects:
        return f"{before.rstrip(' ?')}, {what.strip()}?"
    shared = [name for name in subjects if set(name.casefold().split()) & set(bare.casefold().split())]
    old = (shared or subjects)[0]
    at = before.find(old)
    head, tail = before[:at], before[at + len(old) :]
    if old.endswith("'s") and not bare.endswith("'s") and tail.strip():
        bare += "'s"
    head = re.sub(r"\bthe $", "", head, flags=re.I)
    if (
        re.search(r"\bthe $", before[:at], re.I)
        and " " in bare
        and bare.split()[-1] in old.split()
        and not bare.lower().startswith("the ")
    ):
        bare = f"the {bare}"
    return head + bare + tail


def condense(question: str, history: Sequence[Answer], model: Model) -> str:
    """`question` made whole by the language model; empty when it fails or writes anything but one question."""
    from llama_index.core.llms import ChatMessage, MessageRole

    talk = "\n".join(
        f"Question: {answer.understood.text if answer.understood else answer.question}\nAnswer: {answer.text[:600]}"
        for answer in history[-TURNS:]
    )
    prompt = CONDENSE.format(boundary=secrets.token_hex(8), talk=talk, question=question)
    try:
        reply = " ".join(model.complete([ChatMessage(role=MessageRole.USER, content=prompt)]).split())
    except ModelFailed:
        return ""  # the resolver without a model serves; that the model fails, the answer itself will say
    return reply.strip('"') if "?" in reply and len(reply) <= LONGEST else ""
