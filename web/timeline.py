"""The Timeline tab: a topic's events by date, on a line and as a list."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag import show
from rag.timeline import timeline
from web.asking import LONGEST_QUESTION
from web.chat import Limits, limits_of
from web.desk import Desk
from web.press import board
from web.search import show_article


def build(desk: Desk) -> Limits:
    """Lay out the tab and wire it."""
    topic = gr.Textbox(
        label="What happened when on ...", max_lines=1, max_length=LONGEST_QUESTION, submit_btn="Show", elem_id="timeline-topic"
    )
    with gr.Accordion("Limit what is searched", open=False):
        limits = Limits()
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            events = board(elem_id="timeline-events", label="Events")
        with gr.Column(scale=2, min_width=320):
            article = board(elem_id="timeline-article", label="Article")

    def told(typed: str, outlets: Any, topics: Any, since: str, until: str) -> str:
        if not typed.strip():
            return ""
        return show.timeline_html(timeline(desk.engine, typed, limits_of(outlets, topics, since, until)))

    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "multiple",
    }
    topic.submit(told, [topic, *limits.fields], events, **options)
    show_article(desk, [events, article], article, options)
    return limits
