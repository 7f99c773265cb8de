"""Conversations as HTML for the page, and as Markdown and JSON for export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.show.as_json import answer_json
from rag.show.markdown import answer_markdown, escape_markdown
from rag.show.page import answer_html, button, escaped, sources_html
from rag.types import Filters

if TYPE_CHECKING:
    from rag.store.conversations import Conversation, Turn

REASONS = ("wrong source", "out of date", "unsupported", "missing article", "other")


def conversation_html(turns: Sequence[Turn], running: bool = False) -> str:
    """All turns, oldest first; `running` says that the last one is still being answered."""
    return "".join(_turn(turn, number, running and number == len(turns)) for number, turn in enumerate(turns, 1))


def _turn(turn: Turn, number: int, running: bool) -> str:
    edit = button("Edit", "edit", "quiet", f"Edit question {number} and ask again", turn=number)
    limits = f'<p class="limits">{escaped(limits_text(turn.filters))}</p>' if turn.filters != Filters() else ""
    waiting = running and not turn.answer.sentences and not turn.answer.abstained
    answer = '<p class="waiting" role="status">Reading the coverage…</p>' if waiting else ""
    answer = answer or answer_html(turn.answer, number, turn.dropped, buttons=not running)
    stopped = '<p class="notice">Stopped before the answer was whole.</p>' if turn.stopped else ""
    below = "" if running else _feedback(turn, number)
    return (
        f'<section class="turn"><div class="asked"><p>{escaped(turn.question)}</p>{edit}</div>{limits}'
        f'<div class="reply">{answer}{stopped}</div>{below}</section>'
    )


def welcome_html(articles: int) -> str:
    """What stands where no question was asked yet."""
    if not articles:
        return '<p class="welcome">The library is empty. Add articles in the Library tab, or with: slugline ingest SOURCE</p>'
    return '<p class="welcome">Ask about the coverage. Every sentence of an answer carries the passage that says it.</p>'


def back_html() -> str:
    return f'<p class="card-acts">{button("← Back to the cited passages", "back", "quiet")}</p>'


def limits_text(filters: Filters) -> str:
    """'Only: The Verge; law; from 1 March 2025'."""
    from rag.dates import written

    parts = [", ".join(filters.outlets), ", ".join(filters.topics)]
    parts += [f"from {written(filters.since)}"] if filters.since else []
    parts += [f"up to {written(filters.until)}"] if filters.until else []
    return "Only: " + "; ".join(part for part in parts if part)


def _feedback(turn: Turn, number: int) -> str:
    if turn.verdict == "down" and not turn.feedback:
        reasons = "".join(button(reason.capitalize(), "reason", "chip", turn=number, reason=reason) for reason in REASONS)
        return f'<p class="feedback">What is wrong with it? {reasons} {button("Cancel", "unsay", "quiet", turn=number)}</p>'
    if turn.verdict:
        said = "helpful" if turn.verdict == "up" else f"not right: {escaped(turn.reason)}"
        undo = button("Take back", "unsay", "quiet", turn=number)
        return f'<p class="feedback said">Kept in the library: {said}. {undo}</p>'
    up = button(f"{_thumb()} Helpful", "up", "quiet", f"Answer {number} was helpful", turn=number)
    down = button(f"{_thumb('down')} Not right", "down", "quiet", f"Answer {number} is not right", turn=number)
    return f'<p class="feedback">{up}{down}</p>'


def _thumb(way: str = "up") -> str:
    shape = "M7 11v9H3v-9zM9 11l4-8c1.7 0 2.5 1.2 2.2 2.8L14.5 10H20c1 0 1.6.8 1.4 1.8l-1.5 6.6c-.2 1-1 1.6-2 1.6H9z"
    return f'<svg class="thumb {way}" viewBox="0 0 24 24" aria-hidden="true"><path d="{shape}"></path></svg>'


def questions_html(questions: Sequence[str], head: str) -> str:
    """Questions to ask next, each a button."""
    if not questions:
        return ""
    asked = "".join(button(escaped(text), "ask", "chip question", text=text) for text in questions)
    return f'<div class="next"><span>{escaped(head)}</span> {asked}</div>'


def conversation_sources_html(turns: Sequence[Turn], buttons: bool = True) -> str:
    """The newest answer's sources first: its marks are the ones most likely to be clicked."""
    return "".join(
        sources_html(turn.answer, number, turn.evidence, buttons) for number, turn in reversed(list(enumerate(turns, 1)))
    )


def conversations_html(found: Sequence[Conversation], current: str = "") -> str:
    """The list of kept conversations, each a button that opens it."""
    if not found:
        return '<p class="empty">No conversation is kept here yet.</p>'
    rows = "".join(
        f"<li>{button(escaped(one.name), 'open', 'link current' if one.id == current else 'link', id=one.id)}"
        f" <small>{escaped(one.changed[:10])}</small></li>"
        for one in found
    )
    return f'<ul class="kept">{rows}</ul>'


def exports_html(conversation_id: str) -> str:
    """Links to a kept conversation as files."""
    at = f"/slugline/{escaped(conversation_id)}"
    return f'<p class="exports">Export: <a href="{at}.md" download>Markdown</a> · <a href="{at}.json" download>JSON</a></p>'


def conversation_markdown(conversation: Conversation) -> str:
    """A conversation for pasting or filing: each question a heading, each answer with footnotes of its own numbers."""
    parts = [f"# {escape_markdown(conversation.name)}", ""]
    for number, turn in enumerate(conversation.turns, 1):
        parts += [f"## {escape_markdown(turn.question)}", "", answer_markdown(turn.answer).replace("[^", f"[^{number}."), ""]
    return "\n".join(parts)


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation with its answers as `slugline ask --json` gives them."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "changed": conversation.changed,
        "turns": [
            {
                "question": turn.question,
                "dropped": sorted(turn.dropped),
                "stopped": turn.stopped,
                "verdict": turn.verdict,
                "reason": turn.reason,
                "answer": answer_json(turn.answer),
            }
            for turn in conversation.turns
        ],
    }
