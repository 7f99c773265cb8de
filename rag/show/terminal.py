"""Answers, timelines and hits as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.dates import written
from rag.show.words import MARKS, byline, carried, cited, dated, safe_url, understood_words
from rag.types import Answer, Citation, Form, Hit, Sentence, Support

if TYPE_CHECKING:
    from rich.text import Text

    from rag.timeline import Timeline


def answer_text(answer: Answer) -> Text:
    """The answer, its numbered sources with outlet, date and link, for a terminal; rich leaves colour out where there is none."""
    from rich.text import Text

    out = Text()
    if answer.understood and (read_as := understood_words(answer.understood, answer.question)):
        out.append(read_as + "\n", "dim")
    if answer.abstained:
        out.append(answer.notice + "\n", "yellow")
        for hit in answer.nearest:
            out.append("  · ")
            out.append(hit.article.title or hit.article.id, "bold")
            out.append(f" ({byline(hit.article)})\n", "dim")
        return out
    if answer.notice:
        out.append(answer.notice + "\n", "yellow")
    running = answer.form is Form.PROSE
    for sentence in answer.sentences:
        out.append("" if running else "- ")
        _sentence_text(out, sentence)
        out.append(" " if running else "\n")
    out.append("\n\n" if running else "\n")
    for citation in answer.citations:
        _source_text(out, citation)
    if answer.as_of:
        out.append(f"As of {written(answer.as_of)}, the newest article cited.\n", "dim")
    return out


def timeline_text(told: Timeline) -> Text:
    """The events, oldest first, then their sources."""
    from rich.text import Text

    out = Text()
    if not told.events:
        out.append(told.notice + "\n", "yellow")
        return out
    for event in told.events:
        _sentence_text(out, event.sentence)
        out.append("\n")
    out.append("\n")
    for event in told.events:
        for citation in event.citations:
            _source_text(out, citation)
    return out


def _sentence_text(out: Text, sentence: Sentence) -> None:
    if dated(sentence):
        out.append(f"{dated(sentence)}: ", "bold")
    out.append(sentence.text, "strike" if sentence.support is Support.NONE else "")
    out.append(" " + "".join(f"[{n}]" for n in sentence.citations), "bold cyan")
    if sentence.support is not Support.FULL:
        out.append(" ({} {})".format(*MARKS[sentence.support]), "red")
    if carried(sentence.outlets):
        out.append(f" ({carried(sentence.outlets)})", "dim")


def _source_text(out: Text, citation: Citation) -> None:
    article = citation.hit.article
    out.append(f"[{citation.n}] ", "bold cyan")
    out.append(article.title or article.id, "bold")
    out.append(f"\n    {cited(citation)}", "dim")
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
