"""The Chat tab: asking, reading, and the kept conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag import examples, show
from rag.errors import SluglineError
from rag.types import Filters
from web import asking
from web.desk import Chat, Desk
from web.press import board, data, owner, plain

LABEL = "Question"
PLACEHOLDER = "Enter sends, Shift+Enter starts a new line, Esc stops"


def choices(desk: Desk) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Outlets and topics of the library with their counts, the most frequent first, as a dropdown takes them."""
    articles = desk.engine.library.articles()
    outlets = Counter(article.outlet for article in articles if article.outlet)
    topics = Counter(topic for article in articles for topic in article.topics)
    outlet_choices, topic_choices = (
        [(f"{name} ({count})", name) for name, count in counter.most_common()] for counter in (outlets, topics)
    )
    return outlet_choices, topic_choices


class Limits:
    """The four fields that limit what is found; the same in the Chat and the Search tab."""

    def __init__(self) -> None:
        with gr.Row():
            self.outlets = gr.Dropdown([], multiselect=True, label="Outlets", min_width=180)
            self.topics = gr.Dropdown([], multiselect=True, label="Topics", min_width=180)
            self.since = gr.Textbox("", label="From", placeholder="2025 or 2025-03-24", min_width=120)
            self.until = gr.Textbox("", label="Up to", placeholder="2026-03", min_width=120)

    @property
    def fields(self) -> list[Any]:
        return [self.outlets, self.topics, self.since, self.until]


def limits_of(outlets: list[str], topics: list[str], since: str, until: str) -> Filters:
    """What the fields say.

    Raises:
        gr.Error: a date is none; the page shows its sentence.
    """
    try:
        return asking.filters(outlets, topics, since, until)
    except SluglineError as error:
        raise gr.Error(str(error), print_exception=False) from error


def build(desk: Desk) -> Limits:
    """Lay out the tab and wire it."""
    chat = gr.State(None)  # a `Chat`: each session makes its own, with an id of its own
    with gr.Sidebar(open=False, width=300, elem_id="kept"):
        new = gr.Button("New conversation", size="sm", variant="primary", elem_id="new")
        find = gr.Textbox("", label="Find a conversation", placeholder="words in it", max_lines=1, elem_id="find")
        kept = board(elem_id="conversations", label="Conversations")
        with gr.Group(visible=False) as current:
            name = gr.Textbox(label="Name of this conversation", max_lines=1, elem_id="name")
            rename = gr.Button("Rename", size="sm", elem_id="rename")
            exports = plain(elem_id="exports", label="Export")
            delete = gr.Button("Delete this conversation", size="sm", variant="stop", elem_id="delete")
            with gr.Row(visible=False) as sure:
                yes = gr.Button("Yes, delete it", size="sm", variant="stop", elem_id="delete-yes")
                no = gr.Button("Keep it", size="sm", elem_id="delete-no")
    with gr.Row(elem_id="talk"):
        with gr.Column(scale=3, min_width=320, elem_id="chat-column"):
            conversation = board(desk.conversation(Chat()), elem_id="conversation", label="Conversation")
            following = board(elem_id="following", label="Questions to ask")
            with gr.Row(elem_id="asking"):
                question = gr.Textbox(
                    label=LABEL,
                    placeholder=PLACEHOLDER,
                    lines=1,
                    max_lines=6,
                    max_length=asking.LONGEST_QUESTION,
                    autofocus=True,
                    submit_btn="Ask",
                    elem_id="question",
                )
                stop = gr.Button("Stop", size="sm", visible=False, elem_id="stop", min_width=80, scale=0)
            with gr.Accordion("Limit what is searched", open=False, elem_id="limits"):
                limits = Limits()
        with gr.Column(scale=2, min_width=320, elem_id="panel"):
            plain('<button type="button" id="close-panel">Close the sources</button>', elem_id="panel-head")
            sources = board(elem_id="sources", label="Sources")

    shown = [chat, conversation, sources, question, stop, following]
    listed = [kept, current, name, exports, sure]

    def show_chat(now: Chat, typed: str | None = "") -> list[Any]:
        editing = now.turns[now.editing - 1].question if 0 < now.editing <= len(now.turns) else None
        if editing is not None:
            box = gr.update(value=editing, label=f"Question {now.editing}, edited: it replaces that one and what follows")
        else:
            box = gr.update(label=LABEL) if typed is None else gr.update(value=typed, label=LABEL)
        following_now = gr.skip() if typed is None and not now.running else ""
        return [now, desk.conversation(now), desk.sources(now), box, gr.update(visible=now.running), following_now]

    def list_kept(now: Chat | None, words: str, request: gr.Request) -> list[Any]:
        now = now or Chat()
        found = desk.conversations.find(words or "", owner(request))
        mine = next((one for one in desk.conversations.find("", owner(request)) if one.id == now.id), None)
        links = show.exports_html(now.id) if mine else ""
        return [
            show.conversations_html(found, now.id),
            gr.update(visible=mine is not None),
            mine.name if mine else "",
            links,
            gr.update(visible=False),
        ]

    def reply(
        typed: str, now: Chat | None, outlets: Any, topics: Any, since: str, until: str, request: gr.Request
    ) -> Iterator[list[Any]]:
        now = now or Chat()
        if not typed.strip():
            yield [gr.skip()] * len(shown)
            return
        try:
            for after in desk.reply(now, typed, limits_of(outlets, topics, since, until), owner(request)):
                yield show_chat(after)
        except SluglineError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def pressed(
        now: Chat | None, outlets: Any, topics: Any, since: str, until: str, event: gr.EventData, request: gr.Request
    ) -> Any:
        # A button in the page: only what asks anew touches the question that is being typed.
        after = None
        try:
            for after in desk.act(now or Chat(), data(event), limits_of(outlets, topics, since, until), owner(request)):
                yield show_chat(after, None)
        except SluglineError as error:
            raise gr.Error(str(error), print_exception=False) from error
        if after is None:
            yield [gr.skip()] * len(shown)

    def stopped(now: Chat | None, request: gr.Request) -> list[Any]:
        return show_chat(desk.stopped(now or Chat(), owner(request)), None)

    def suggest(now: Chat | None) -> str:
        if now is None or not now.turns or now.running:
            return start()
        last = now.turns[-1].answer
        asked = [turn.question for turn in now.turns]
        found = examples.follow_ups(desk.engine, last, asked)
        if not found and last.abstained:
            found = tuple(question for question in desk.examples() if question not in asked)
        return show.questions_html(found, "The coverage also answers:")

    def start() -> str:
        return show.questions_html(desk.examples(), "For example:")

    def opened(now: Chat | None, event: gr.EventData, request: gr.Request) -> list[Any]:
        found = desk.conversations.open(str(data(event).get("id")), owner(request))
        return show_chat(Chat(found.id, found.turns) if found else now or Chat())

    def deleted(now: Chat | None, request: gr.Request) -> list[Any]:
        if now is not None:
            desk.conversations.delete(now.id, owner(request))
        return [*show_chat(Chat())[:-1], start()]

    def renamed(now: Chat | None, named: str, request: gr.Request) -> None:
        if now is not None:
            desk.conversations.rename(now.id, named, owner(request))

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # Each press counts: Gradio would pass over one that comes before the last answer's event has ended.
    many: dict[str, Any] = quiet | {"concurrency_limit": None, "trigger_mode": "multiple"}
    refresh: dict[str, Any] = quiet | {"fn": list_kept, "inputs": [chat, find], "outputs": listed}

    asked = question.submit(reply, [question, chat, *limits.fields], shown, **many)
    acted = [part.click(pressed, [chat, *limits.fields], shown, **many) for part in (conversation, sources, following)]
    for event in (asked, acted[0], acted[2]):
        event.then(suggest, chat, following, **many)
        event.then(**refresh)
    stop.click(stopped, chat, shown, cancels=[asked, *acted], **quiet)

    new.click(lambda: [*show_chat(Chat())[:-1], start()], None, shown, **many).then(**refresh)
    kept.click(opened, chat, shown, **many).then(suggest, chat, following, **many).then(**refresh)
    find.input(**refresh)
    rename.click(renamed, [chat, name], None, **quiet).then(**refresh)
    delete.click(lambda: gr.update(visible=True), None, sure, **quiet)
    no.click(lambda: gr.update(visible=False), None, sure, **quiet)
    yes.click(deleted, chat, shown, **quiet).then(**refresh)

    page = gr.context.Context.root_block
    page.load(suggest, chat, following, **many)
    page.load(**refresh)
    return limits
