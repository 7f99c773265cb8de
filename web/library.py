"""The Library tab: the articles and one of them whole, adding and removing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag import show
from rag.errors import SluglineError
from web import adding
from web.chat import Limits, limits_of
from web.desk import Desk
from web.press import board, data, plain

ENDINGS = [".html", ".htm", ".md", ".txt", ".pdf", ".docx", ".epub", ".eml", ".jsonl", ".csv", ".tsv", ".zip"]


def build(desk: Desk) -> gr.State:
    """Lay out the tab and wire it. The state returned changes whenever the library did."""
    engine = desk.engine
    changed, first, chosen = gr.State(0), gr.State(0), gr.State("")
    with gr.Accordion("Add articles", open=False, elem_id="add"):
        addresses = gr.Textbox(
            label="Addresses, one a line", lines=2, max_lines=8, placeholder="https://...", elem_id="addresses"
        )
        files = gr.File(label="Files", file_count="multiple", file_types=ENDINGS, height=140, elem_id="files")
        add = gr.Button("Add to the library", variant="primary", size="sm", elem_id="add-now")
        results = plain(elem_id="add-results", label="Results")
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            words = gr.Textbox("", label="Find in title or text", max_lines=1, elem_id="library-find")
            with gr.Accordion("Limit the list", open=False):
                limits = Limits()
            listed = board(elem_id="library-list", label="Articles")
        with gr.Column(scale=2, min_width=320):
            article = board(elem_id="library-article", label="Article")
            remove = gr.Button("Remove this article", size="sm", variant="stop", visible=False, elem_id="remove")
            with gr.Row(visible=False) as sure:
                yes = gr.Button("Yes, remove it and its history", size="sm", variant="stop", elem_id="remove-yes")
                no = gr.Button("Keep it", size="sm", elem_id="remove-no")

    def listing(typed: str, outlets: Any, topics: Any, since: str, until: str, at: int) -> str:
        found = engine.library.articles(limits_of(outlets, topics, since, until))
        wanted = (typed or "").casefold().split()
        if wanted:
            found = [one for one in found if all(word in f"{one.title}\n{one.text}".casefold() for word in wanted)]
        return show.articles_html(found, at if at < len(found) else 0)

    def pressed(event: gr.EventData) -> list[Any]:
        did = data(event)
        number = str(did.get("first", did.get("revision", "")))
        value = int(number) if number.isdigit() else 0
        if did.get("act") == "page":
            return [value, gr.skip(), gr.skip(), gr.skip(), gr.skip()]
        if did.get("act") not in {"article", "revision"}:
            return [gr.skip()] * 5
        article_id = str(did.get("id"))
        history = engine.library.history(article_id)
        return [
            gr.skip(),
            article_id,
            show.article_html(history, value or None),
            gr.update(visible=bool(history)),
            gr.update(visible=False),
        ]

    def adds(typed: str, sent: list[str] | None, count: int) -> Iterator[list[Any]]:
        told: list[adding.Result] = []
        try:
            for done, of, result in adding.add(engine, typed, [(Path(path).name, Path(path)) for path in sent or []]):
                told += [result] if result else []
                yield [show.results_html([(one.source, one.said, one.failed) for one in told], done, of), count]
        except SluglineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        yield [gr.skip(), count + 1]

    def removed(article_id: str, count: int) -> list[Any]:
        try:
            with engine.library.writing(wait=adding.WAIT):
                engine.library.remove(article_id)
        except SluglineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return ["", '<p class="empty">Removed.</p>', gr.update(visible=False), gr.update(visible=False), count + 1]

    options: dict[str, Any] = {
        "api_visibility": "private",
        "show_progress": "hidden",
        "concurrency_limit": None,
        "trigger_mode": "multiple",
    }
    fields = [words, *limits.fields]
    lists: dict[str, Any] = {"fn": listing, "inputs": [*fields, first], "outputs": listed} | options
    page = gr.context.Context.root_block
    page.load(**lists)
    changed.change(**lists)
    words.submit(lambda: 0, None, first, **options).then(**lists)
    for field in limits.fields:
        field.change(**lists)
    for part in (listed, article):
        part.click(pressed, None, [first, chosen, article, remove, sure], **options)
    first.change(**lists)
    writes: dict[str, Any] = options | {"concurrency_limit": 1, "concurrency_id": "writing", "trigger_mode": "once"}
    add.click(adds, [addresses, files, changed], [results, changed], **writes)
    remove.click(lambda: gr.update(visible=True), None, sure, **options)
    no.click(lambda: gr.update(visible=False), None, sure, **options)
    yes.click(removed, [chosen, changed], [chosen, article, remove, sure, changed], **writes)
    page.load(lambda: [gr.update(choices=found) for found in _choices(desk)], None, limits.fields[:2], **options)
    return changed


def _choices(desk: Desk) -> tuple[Any, Any]:
    from web.chat import choices

    return choices(desk)
