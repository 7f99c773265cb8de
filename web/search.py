"""The Search tab: ranked passages with the scores of both legs, and no answer."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag import show
from web.asking import LONGEST_QUESTION
from web.chat import Limits, limits_of
from web.desk import Desk
from web.press import board, data


def build(desk: Desk) -> Limits:
    """Lay out the tab and wire it."""
    query = gr.Textbox(
        label="Search the passages", max_lines=1, max_length=LONGEST_QUESTION, submit_btn="Search", elem_id="search-query"
    )
    with gr.Accordion("Limit what is searched", open=False):
        limits = Limits()
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            found = board(elem_id="search-hits", label="Passages found")
        with gr.Column(scale=2, min_width=320):
            article = board(elem_id="search-article", label="Article")

    def hits(typed: str, outlets: Any, topics: Any, since: str, until: str) -> str:
        if not typed.strip():
            return ""
        return show.hits_html(
            desk.engine.retriever.search(typed, 10, limits_of(outlets, topics, since, until), rerank=False).hits
        )

    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "multiple",
    }
    query.submit(hits, [query, *limits.fields], found, **options)
    show_article(desk, [found, article], article, options)
    return limits


def show_article(desk: Desk, boards: list[gr.HTML], place: gr.HTML, options: dict[str, Any]) -> None:
    """Let the buttons on `boards` that name an article, or a revision of one, show it in `place`."""

    def opened(event: gr.EventData) -> Any:
        did = data(event)
        if did.get("act") not in {"article", "revision"}:
            return gr.skip()
        revision = str(did.get("revision", ""))
        history = desk.engine.library.history(str(did.get("id")))
        return show.article_html(history, int(revision) if revision.isdigit() else None, str(did.get("quote", "")))

    for part in boards:
        part.click(opened, None, place, **options)
