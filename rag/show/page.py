"""Answers and their sources as HTML. Everything that came from an article is escaped here, once."""

from __future__ import annotations

import html

from rag.dates import written
from rag.show.words import MARKS, byline, safe_url
from rag.types import Answer, Hit, Support


def answer_html(answer: Answer, turn: int = 1) -> str:
    """The answer for the chat: each sentence with clickable marks that lead to its source card of the same `turn`."""
    if answer.abstained:
        near = "".join(
            f"<li>{html.escape(hit.article.title)} <small>{html.escape(byline(hit.article))}</small></li>"
            for hit in answer.nearest
        )
        return f'<div class="abstained"><p>{html.escape(answer.notice)}</p>{f"<ul>{near}</ul>" if near else ""}</div>'
    quotes = {citation.n: citation.quote for citation in answer.citations}
    parts = []
    for sentence in answer.sentences:
        sign, word = MARKS[sentence.support]
        marks = "".join(
            f'<a class="mark" href="#source-{turn}-{n}" title="{html.escape(quotes[n], quote=True)}">[{n}]</a>'
            for n in sentence.citations
        )
        state = "" if sentence.support is Support.FULL else f' <span class="state">{sign} {word}</span>'
        parts.append(f'<span class="sentence {sentence.support.value}">{html.escape(sentence.text)}</span>{marks}{state}')
    as_of = f'<p class="as-of">As of {written(answer.as_of)}, the newest article cited.</p>' if answer.as_of else ""
    return f'<p class="answer">{" ".join(parts)}</p>{as_of}'


def _card(hit: Hit, label: str, passage: str) -> str:
    """One source; `passage` is HTML already."""
    article = hit.article
    links = [(article.url, "Read the article")] if safe_url(article.url) else []
    links += [(s.url, s.outlet) for s in article.sources if s.outlet and s.outlet in hit.passage.text and safe_url(s.url)]
    shown = " · ".join(
        f'<a href="{html.escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{html.escape(name)}</a>'
        for url, name in links
    )
    return (
        f'<article class="source"><h4>{label}{html.escape(article.title or article.id)}</h4>'
        f'<p class="byline">{html.escape(byline(article))}</p><blockquote>{passage}</blockquote>'
        + (f'<p class="links">{shown}</p>' if shown else "")
        + "</article>"
    )


def _marked(passage: str, quotes: dict[int, str], turn: int) -> str:
    """`passage` as HTML with each quote marked; the mark is what the citation number leads to."""
    places = sorted((passage.find(quote), n, quote) for n, quote in quotes.items())
    out, at = [], 0
    for start, n, quote in places:
        if start < at:
            continue  # not in the passage, or inside a quote already marked
        out.append(html.escape(passage[at:start]))
        out.append(f'<mark id="source-{turn}-{n}" tabindex="-1">{html.escape(quote)}</mark>')
        at = start + len(quote)
    return "".join(out) + html.escape(passage[at:])


def sources_html(answer: Answer, turn: int = 1) -> str:
    """The cited passages as cards, one for each passage, the quoted sentences marked; for an abstention, the nearest passages."""
    if answer.abstained:
        head = "Nearest in the coverage"
        cards = [_card(hit, "", html.escape(hit.passage.text)) for hit in answer.nearest]
    else:
        head = "Cited passages"
        quotes: dict[tuple[str, int], dict[int, str]] = {}
        hits: dict[tuple[str, int], Hit] = {}
        for citation in answer.citations:
            key = (citation.hit.article.id, citation.hit.passage.start)
            quotes.setdefault(key, {})[citation.n] = citation.quote
            hits[key] = citation.hit
        cards = [
            _card(hits[key], "".join(f"[{n}]" for n in of_passage) + " ", _marked(hits[key].passage.text, of_passage, turn))
            for key, of_passage in quotes.items()
        ]
    return f"<section><h3>{head}</h3><p>{html.escape(answer.question)}</p>{''.join(cards)}</section>" if cards else ""
