"""Answers as Markdown with footnotes, for pasting."""

from __future__ import annotations

import re

from rag.show.words import byline, safe_url
from rag.types import Answer


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", text)


def answer_markdown(answer: Answer) -> str:
    """The answer with footnotes, for pasting."""
    if answer.abstained:
        return _escape_markdown(answer.notice)
    body = " ".join(_escape_markdown(s.text) + "".join(f"[^{n}]" for n in s.citations) for s in answer.sentences)
    notes = []
    for citation in answer.citations:
        article = citation.hit.article
        link = f" <{safe_url(article.url)}>" if safe_url(article.url) and ">" not in article.url else ""
        notes.append(f"[^{citation.n}]: {_escape_markdown(article.title)}. {_escape_markdown(byline(article))}.{link}")
    return "\n".join([body, "", *notes])
