"""The chat page: layout and wiring only. Every word on it comes from `rag.engine` through `rag.show`."""

from __future__ import annotations

import html
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from rag import show
from rag.config import Settings, load_settings
from rag.engine import Engine
from rag.errors import SluglineError
from rag.types import Answer

EXAMPLES = (
    "When did Tennessee's ELVIS Act take effect?",
    "How much did Netflix pay its machine learning product manager?",
    "What share of songs uploaded to Deezer each day is AI-generated?",
    "Who has won this year's Tour de France?",  # shows what an abstention looks like
)

CSS = """
.gradio-container { max-width: 1320px !important; margin: 0 auto; }
#title h1 { margin: 0; }
#conversation, #sources { overflow-y: auto !important; padding: 0.25rem 0.5rem; }
#conversation { height: calc(100vh - 22rem); min-height: 16rem; }
#sources { height: calc(100vh - 7rem); min-height: 16rem; }
#conversation .asked { margin: 1rem 0 0.4rem auto; width: fit-content; max-width: 85%; padding: 0.5rem 0.9rem;
  border-radius: 0.9rem; background: var(--color-accent-soft); overflow-wrap: anywhere; }
#conversation .answer { line-height: 1.6; margin: 0.4rem 0; }
#conversation .as-of, .byline, #sources section > p { color: var(--body-text-color-subdued); font-size: 0.875rem; margin: 0.1rem 0; }
#conversation .abstained { border-left: 3px solid var(--body-text-color-subdued); padding-left: 0.8rem; }
#conversation .unsupported { text-decoration: line-through; }
#conversation .weak { text-decoration: underline dotted; }
#conversation .welcome { color: var(--body-text-color-subdued); }
.mark { margin-left: 0.15rem; font-weight: 600; text-decoration: none; }
.mark:focus-visible { outline: 2px solid currentColor; }
#sources .source { border: 1px solid var(--border-color-primary); border-radius: 0.6rem; padding: 0.7rem 0.9rem; margin: 0.6rem 0; }
#sources .source:has(mark:target) { border-color: var(--color-accent); }
#sources .source h4 { margin: 0; }
#sources blockquote { white-space: pre-line; margin: 0.5rem 0; font-size: 0.9rem; line-height: 1.5; border: 0; padding: 0;
  overflow-wrap: anywhere; }
#sources mark { background: #ffe58a; color: #1a1a1a; padding: 0 0.1rem; scroll-margin: 3rem; }
#sources mark:target { outline: 2px solid var(--color-accent); }
#sources .links { font-size: 0.85rem; margin: 0; }
@media (max-width: 768px) { #conversation, #sources { height: auto; } }
"""

WELCOME = '<p class="welcome">Ask about the coverage. Every sentence of an answer carries the passage that says it.</p>'


@dataclass(frozen=True)
class Turn:
    """A question and its answer so far."""

    question: str
    answer: Answer


def _conversation(turns: list[Turn]) -> str:
    return "".join(
        f'<div class="asked">{html.escape(turn.question)}</div>{show.answer_html(turn.answer, number)}'
        for number, turn in enumerate(turns, 1)
    )


def _sources(turns: list[Turn]) -> str:
    """The newest answer's sources first: its marks are the ones most likely to be clicked."""
    return "".join(show.sources_html(turn.answer, number) for number, turn in reversed(list(enumerate(turns, 1))))


def build(engine: Engine) -> gr.Blocks:
    """The chat page around `engine`."""

    def reply(question: str, turns: list[Turn]) -> Iterator[tuple[list[Turn], str, str, str]]:
        if not question.strip():
            yield turns, _conversation(turns) or WELCOME, _sources(turns), ""
            return
        for answer in engine.stream(question):
            now = [*turns, Turn(question, answer)]
            yield now, _conversation(now), _sources(now), ""

    with gr.Blocks(title="Slugline", analytics_enabled=False) as page:
        gr.HTML("<h1>Slugline</h1>", elem_id="title")
        turns = gr.State([])
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                conversation = gr.HTML(WELCOME, elem_id="conversation", label="Conversation", autoscroll=True)
                question = gr.Textbox(
                    label="Question",
                    placeholder=EXAMPLES[0],
                    lines=1,
                    max_lines=4,
                    autofocus=True,
                    submit_btn="Ask",
                    elem_id="question",
                )
                with gr.Row():
                    examples = [gr.Button(text, size="sm", min_width=150, elem_classes="example") for text in EXAMPLES]
                clear = gr.Button("New conversation", size="sm", variant="secondary")
            with gr.Column(scale=2, min_width=320):
                sources = gr.HTML(elem_id="sources", label="Sources")
        shown = [turns, conversation, sources, question]
        question.submit(reply, [question, turns], shown, api_name="ask", show_progress="hidden")
        for example in examples:
            example.click(reply, [example, turns], shown, api_visibility="private", show_progress="hidden")
        clear.click(lambda: ([], WELCOME, "", ""), None, shown, api_visibility="private", show_progress="hidden")
    return page


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 7860) -> None:
    """Open the library and serve the page until interrupted.

    Raises:
        SluglineError: the port is taken or the host is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SluglineError(
                f"{host}:{port} cannot be used ({error.strerror}). Stop the program that has it, or choose another with --port."
            ) from error
    engine = Engine.open(settings)
    engine.ask(EXAMPLES[0])  # loads the models now rather than at the first question
    page = build(engine)
    page.launch(
        server_name=host,
        server_port=port,
        quiet=True,
        share=False,
        prevent_thread_lock=True,
        ssr_mode=False,
        footer_links=[],
        css=CSS,
        # The default theme's fonts would be asked of another host.
        theme=gr.themes.Soft(
            font=[gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")], font_mono=[gr.themes.Font("monospace")]
        ),
    )
    counts = engine.library.counts()
    print(f"Slugline: {counts['articles']} articles. Open http://{'localhost' if host == '0.0.0.0' else host}:{port}", flush=True)  # noqa: S104
    page.block_thread()


if __name__ == "__main__":
    try:
        serve(load_settings())
    except SluglineError as error:
        sys.exit(f"Error: {error}")
