"""The About tab: models, sizes, versions, health."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag import about, show
from web.desk import Desk
from web.press import plain


def build(desk: Desk) -> None:
    """Lay out the tab and wire it."""
    facts = plain(elem_id="about", label="About")
    check = gr.Button("Check the library", size="sm", elem_id="check")
    health = plain(elem_id="health", label="Health")
    options: dict[str, Any] = {"api_visibility": "private"}
    page = gr.context.Context.root_block
    page.load(lambda: show.facts_html(about.facts(desk.engine)), None, facts, show_progress="hidden", **options)
    check.click(lambda: show.health_html(about.health(desk.engine)), None, health, concurrency_limit=1, **options)
