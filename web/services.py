"""What other programs may call: Gradio's API at /gradio_api and, of the same functions, the tools of its MCP server."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from rag import show
from rag.engine import Engine
from rag.errors import SluglineError
from rag.timeline import timeline
from web import asking


class Services:
    """The functions that are tools. Their signatures and docstrings become the schemas.

    Each gives one JSON document, with the keys of the command's --json: a dict would reach an MCP client as Python writes it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(
        self, question: str, outlets: list[str] | None = None, topics: list[str] | None = None, since: str = "", until: str = ""
    ) -> str:
        """Answer a question from the ingested news coverage. Every sentence cites the passage that says it; when the coverage does
        not tell, 'abstained' is true and 'nearest' lists what is nearest.

        Args:
            question: The question, in English.
            outlets: Only articles of these outlets.
            topics: Only articles on these topics.
            since: Only articles published from this day on: 2026-03-24, 2026-03 or 2026.
            until: Only articles published up to this day: 2026-03-24, 2026-03 or 2026.
        """
        answer = asking.whole(self._engine, question, asking.filters(outlets or (), topics or (), since, until))
        return _written(show.answer_json(answer))

    def search(
        self,
        query: str,
        top: int = 10,
        outlets: list[str] | None = None,
        topics: list[str] | None = None,
        since: str = "",
        until: str = "",
    ) -> str:
        """Find the passages of the ingested news coverage that are nearest to a query, ranked, without an answer.

        Args:
            query: Words or a question.
            top: How many passages, 1 to 100.
            outlets: Only articles of these outlets.
            topics: Only articles on these topics.
            since: Only articles published from this day on: 2026-03-24, 2026-03 or 2026.
            until: Only articles published up to this day: 2026-03-24, 2026-03 or 2026.
        """
        if not 1 <= top <= 100:
            raise SluglineError(f"top is {top}: ask for 1 to 100 passages.")
        limits = asking.filters(outlets or (), topics or (), since, until)
        hits = (
            self._engine.retriever.search(query[: asking.LONGEST_QUESTION], top, limits, rerank=False).hits
            if query.strip()
            else []
        )
        return _written({"query": query, "hits": [show.hit_json(hit, rank) for rank, hit in enumerate(hits, 1)]})

    def article(self, article_id: str) -> str:
        """One article with its text, metadata and revisions.

        Args:
            article_id: Its id, as 'ask' and 'search' name it.
        """
        history = self._engine.library.history(article_id)
        if not history:
            raise SluglineError(f"There is no article {article_id!r}. 'search' tells which there are.")
        revisions = [{"revision": one.article.revision, "written_at": one.written_at} for one in history]
        return _written(show.article_json(history[0].article, text=True) | {"revisions": revisions})

    def timeline(
        self, topic: str, outlets: list[str] | None = None, topics: list[str] | None = None, since: str = "", until: str = ""
    ) -> str:
        """What happened when on a topic, as the ingested news coverage tells it: dated, cited events, oldest first.

        Args:
            topic: What the events are about.
            outlets: Only articles of these outlets.
            topics: Only articles on these topics.
            since: Only articles published from this day on: 2026-03-24, 2026-03 or 2026.
            until: Only articles published up to this day: 2026-03-24, 2026-03 or 2026.
        """
        limits = asking.filters(outlets or (), topics or (), since, until)
        return _written(show.timeline_json(timeline(self._engine, topic[: asking.LONGEST_QUESTION], limits)))


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def told(call: Any) -> Any:
    """`call` with what a caller can put right raised as Gradio's own error, which carries its sentence to the caller."""
    from functools import wraps

    @wraps(call)
    def calling(*given: Any, **named: Any) -> Any:
        try:
            return call(*given, **named)
        except SluglineError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return calling


def offer(engine: Engine) -> None:
    """Put the services on the page that is being built."""
    services = Services(engine)
    for call in (services.ask, services.search, services.article, services.timeline):
        # Without the queue: MCP calls the function itself then, instead of this server over the network.
        gr.api(told(call), api_name=call.__name__, queue=False)
