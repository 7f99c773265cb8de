"""The Quality tab: the last evaluation kept with the library, and running the bundled one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag import show
from web import evaluations
from web.desk import Desk
from web.press import plain


def build(desk: Desk) -> None:
    """Lay out the tab and wire it."""
    data_dir = desk.engine.settings.data_dir
    report = plain(elem_id="report", label="Last evaluation")
    run = gr.Button("Run the bundled evaluation", size="sm", elem_id="evaluate")
    progress = plain(elem_id="evaluating", label="Progress")

    def last() -> str:
        found = evaluations.last(data_dir)
        if found is None:
            return '<p class="empty">No evaluation was run on this library yet.</p>'
        return show.facts_html(evaluations.facts(found))

    def running() -> Iterator[Any]:
        for done, of, said in evaluations.run(data_dir):
            yield show.progress_html(done, of, said)

    options: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    page = gr.context.Context.root_block
    page.load(last, None, report, **options)
    run.click(running, None, progress, concurrency_limit=1, **options).then(last, None, report, **options)
