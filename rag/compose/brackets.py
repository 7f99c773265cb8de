"""A pronoun at the start of a quoted sentence replaced by the name it stands for, in square brackets: '[Bill Lee] signed it.'"""

from __future__ import annotations

import re

from rag.types import Article

_PERSON = re.compile(r"^(He|She)\b")
_BODY = re.compile(r"^(The (?:company|firm|union|studio|guild|label|start-up|publisher|developer))\b")


def bracketed(text: str, before: str, article: Article) -> str:
    """`text` with the name meant in brackets; empty when it does not open with such a word or `before` leaves open whom it means.

    `before` is the sentence before it. Only names that the article lists as its people and organisations are taken.
    """
    for pattern, names in ((_PERSON, article.people), (_BODY, article.organisations)):
        match = pattern.match(text)
        if not match:
            continue
        meant = [name for name in names if _mentions(before, name, surname=pattern is _PERSON)]
        if len(meant) == 1 and _only_one(before, meant[0], pattern is _PERSON):
            return f"[{meant[0]}]{text[match.end() :]}"
    return ""


def _mentions(text: str, name: str, surname: bool) -> bool:
    wanted = name.split()[-1] if surname else name
    return bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text))


def _only_one(text: str, name: str, person: bool) -> bool:
    """Whether no other full name stands in `text`, so that a person whom the article does not list is not overlooked."""
    if not person:
        return True
    others = re.findall(r"\b[A-Z][a-z]+ (?:[A-Z]\. |[a-z]{1,3} )?[A-Z][a-z]+\b", text)
    return all(other.split()[-1] in name.split() for other in others)
