"""Answers and hits as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.dates import written
from rag.show.words import MARKS, byline, safe_url
from rag.types import Answer, Citation, Hit, Support

if TYPE_CHECKING:
    from rich.text import Text


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
