"""The page: its tabs, one file each."""

from __future__ import annotations

import gradio as gr

from web import about, chat, library, quality, search, services, timeline
from web.desk import Desk
from web.press import plain


def build(desk: Desk) -> gr.Blocks:
    """Lay the page out around `desk` and its engine. It computes nothing: every word on it comes from `rag`."""
    with gr.Blocks(title="Slugline", analytics_enabled=False, fill_width=True) as page:
        plain("<h1>Slugline</h1><p>AI in entertainment, as the press covers it</p>", elem_id="title")
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Chat", id="chat"):
                limits = chat.build(desk)
            with gr.Tab("Search", id="search"):
                search_limits = search.build(desk)
            with gr.Tab("Timeline", id="timeline"):
                timeline_limits = timeline.build(desk)
            with gr.Tab("Library", id="library"):
                changed = library.build(desk)
            with gr.Tab("Quality", id="quality"):
                quality.build(desk)
            with gr.Tab("About", id="about"):
                about.build(desk)
        services.offer(desk.engine)
        dropdowns = [part for tab in (limits, search_limits, timeline_limits) for part in (tab.outlets, tab.topics)]

        def counted() -> list[object]:
            outlets, topics = chat.choices(desk)
            return [gr.update(choices=outlets), gr.update(choices=topics)] * 3

        for when in (page.load, changed.change):
            when(counted, None, dropdowns, api_visibility="private", show_progress="hidden")
    return page
