"""Answers and timelines as Markdown with footnotes, for pasting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.show.words import MARKS, carried, cited, dated, safe_url
from rag.types import Answer, Citation, Form, Sentence, Support

if TYPE_CHECKING:
    from rag.timeline import Timeline


# Many programs make a link of a bare address, too: only the address that an article was read from may be one.
_BARE = re.compile(r"(?<=\bhttp)(?=:)|(?<=\bhttps)(?=:)|(?<=\bftp)(?=:)|(?<=\bwww)(?=\.)", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    return _BARE.sub(r"\\", re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", text))


def answer_markdown(answer: Answer) -> str:
    """The answer with footnotes; a list, a timeline and accounts that differ as a list."""
    if answer.abstained:
        return escape_markdown(answer.notice)
    said = [_sentence(sentence) for sentence in answer.sentences]
    body = [" ".join(said)] if answer.form is Form.PROSE else [f"- {one}" for one in said]
    notice = [f"*{escape_markdown(answer.notice)}*", ""] if answer.notice else []
    return "\n".join([*notice, *body, "", *_footnotes(answer.citations)])


def timeline_markdown(told: Timeline) -> str:
    """The events as a list with footnotes."""
    if not told.events:
        return escape_markdown(told.notice)
    events = [f"- {_sentence(event.sentence)}" for event in told.events]
    return "\n".join([*events, "", *_footnotes(citation for event in told.events for citation in event.citations)])


def _sentence(sentence: Sentence) -> str:
    text = escape_markdown(sentence.text)
    if sentence.support is Support.NONE:
        text = f"~~{text}~~"
    when = f"**{dated(sentence)}:** " if dated(sentence) else ""
    state = f" ({MARKS[sentence.support][1]})" if sentence.support is not Support.FULL else ""
    outlets = f" ({escape_markdown(carried(sentence.outlets))})" if carried(sentence.outlets) else ""
    return when + text + "".join(f"[^{n}]" for n in sentence.citations) + state + outlets


def _footnotes(citations: Iterable[Citation]) -> list[str]:
    notes = []
    for citation in citations:
        article = citation.hit.article
        link = f" <{safe_url(article.url)}>" if safe_url(article.url) and not re.search(r"[<>\s]", article.url) else ""
        notes.append(f"[^{citation.n}]: {escape_markdown(article.title)}. {escape_markdown(cited(citation))}.{link}")
    return notes
