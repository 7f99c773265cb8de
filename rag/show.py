"""Answer → terminal text, Markdown, JSON, HTML. Everything that came from an article is escaped here, once."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.dates import written
from rag.types import Answer, Article, Citation, Hit, Support

if TYPE_CHECKING:
    from rich.text import Text

# Shape and word beside the colour: not everybody sees the colour.
MARKS = {Support.FULL: ("✓", "supported"), Support.WEAK: ("≈", "weakly supported"), Support.NONE: ("✗", "not in the coverage")}


def safe_url(url: str) -> str:
    """`url` when it is http or https, else nothing: no other scheme may become a link."""
    try:
        return url if urlsplit(url).scheme.lower() in {"http", "https"} else ""
    except ValueError:
        return ""


def _day(date: dt.date | None) -> str:
    return written(date) if date else "undated"


def byline(article: Article) -> str:
    """'Outlet, 24 March 2026', with the author when there is one, and when a later text of it was taken."""
    updated = f"updated {written(article.updated)}" if article.updated else ""
    parts = (article.outlet or "unknown outlet", article.author, _day(article.published), updated)
    return ", ".join(part for part in parts if part)


# JSON


def hit_json(hit: Hit, rank: int) -> dict[str, Any]:
    """A search result as `slugline search --json` gives it."""
    return {"rank": rank, "score": round(hit.score, 4), **_article_json(hit.article), "passage": hit.passage.text} | {
        "start": hit.passage.start,
        "end": hit.passage.end,
        "words": round(hit.words, 4),
        "dense": round(hit.dense, 4),
        "also": list(hit.also),
    }


def _article_json(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "revision": article.revision,
        "updated": article.updated.isoformat() if article.updated else None,
    }


def article_json(article: Article, text: bool = False) -> dict[str, Any]:
    """An article as `slugline articles --json` gives it; `text` says whether with its text."""
    out = _article_json(article) | {
        "author": article.author,
        "topics": list(article.topics),
        "people": list(article.people),
        "organisations": list(article.organisations),
        "sources": [{"outlet": s.outlet, "title": s.title, "date": s.date, "url": s.url} for s in article.sources],
    }
    return out | {"text": article.text} if text else out


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as `slugline ask --json` gives it."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "support": s.support.value, "probability": round(s.probability, 4)}
            for s in answer.sentences
        ],
        "sources": [
            {"n": c.n, **_article_json(c.hit.article), "passage": c.hit.passage.text, "quote": c.quote} for c in answer.citations
        ],
        "nearest": [hit_json(hit, rank) for rank, hit in enumerate(answer.nearest, 1)],
        "as_of": answer.as_of.isoformat() if answer.as_of else None,
        "confidence": answer.confidence,
        "timings_ms": answer.timings_ms,
    }


# Terminal


def answer_text(answer: Answer) -> Text:
    """The answer, its numbered sources with outlet, date and link, for a terminal; rich leaves colour out where there is none."""
    from rich.text import Text

    out = Text()
    if answer.abstained:
        out.append(answer.notice + "\n", "yellow")
        for hit in answer.nearest:
            out.append("  · ")
            out.append(hit.article.title or hit.article.id, "bold")
            out.append(f" ({byline(hit.article)})\n", "dim")
        return out
    for sentence in answer.sentences:
        out.append(sentence.text)
        out.append(" " + "".join(f"[{n}]" for n in sentence.citations), "bold cyan")
        if sentence.support is not Support.FULL:
            out.append(" ({} {})".format(*MARKS[sentence.support]), "red")
        out.append(" ")
    out.append("\n\n")
    for citation in answer.citations:
        _source_text(out, citation)
    if answer.as_of:
        out.append(f"As of {written(answer.as_of)}, the newest article cited.\n", "dim")
    return out


def _source_text(out: Text, citation: Citation) -> None:
    article = citation.hit.article
    out.append(f"[{citation.n}] ", "bold cyan")
    out.append(article.title or article.id, "bold")
    out.append(f"\n    {byline(article)}", "dim")
    if safe_url(article.url):
        out.append(f"\n    {article.url}", "blue underline")
    for source in article.sources:
        if source.outlet and source.outlet in citation.quote and safe_url(source.url):
            out.append(f"\n    {source.outlet}: ", "dim")
            out.append(source.url, "blue underline")
    out.append("\n")


def hits_text(hits: list[Hit]) -> Text:
    """Ranked passages for a terminal."""
    from rich.text import Text

    out = Text()
    for rank, hit in enumerate(hits, 1):
        out.append(f"{rank:>2}. ", "bold cyan")
        out.append(hit.article.title or hit.article.id, "bold")
        out.append(f"  {byline(hit.article)}  score {hit.score:.2f}\n", "dim")
        out.append(f"    {hit.passage.text}\n\n")
    return out


# Markdown


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


# HTML, for the page


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
