"""A `gr.HTML` whose buttons are heard: what a button carries in its `data-` attributes comes to Python as the event's data."""

from __future__ import annotations

from typing import Any

import gradio as gr

_HEAR = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (button && element.contains(button)) trigger('click', {...button.dataset});
});
"""


def board(value: str = "", **options: Any) -> gr.HTML:
    """HTML that `rag.show` made; its `.click` fires for buttons with `data-act` alone."""
    return gr.HTML(value, js_on_load=_HEAR, apply_default_css=False, **options)


def plain(value: str = "", **options: Any) -> gr.HTML:
    """HTML that `rag.show` made, without buttons."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, **options)


def data(event: gr.EventData) -> dict[str, Any]:
    """What the pressed button carries. It comes from the browser: anything may stand in it."""
    found = event._data
    return found if isinstance(found, dict) else {}


def owner(request: gr.Request | None) -> str:
    """Who signed in, as the guard says; empty where nobody has to."""
    from web.guard import USER

    return str(request.headers.get(USER, "")) if request is not None else ""
