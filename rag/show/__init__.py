"""Answer → terminal text, Markdown, JSON, HTML."""

from rag.show.as_json import answer_json, article_json, hit_json, timeline_json, understood_json
from rag.show.conversation import (
    REASONS,
    back_html,
    conversation_html,
    conversation_json,
    conversation_markdown,
    conversation_sources_html,
    conversations_html,
    exports_html,
    questions_html,
    welcome_html,
)
from rag.show.events import timeline_html
from rag.show.facts import facts_html, health_html, progress_html, results_html
from rag.show.lists import article_html, articles_html, hits_html
from rag.show.markdown import answer_markdown, timeline_markdown
from rag.show.page import answer_html, escaped, outlets_of, sources_html
from rag.show.terminal import answer_text, hits_text, timeline_text
from rag.show.words import MARKS, byline, carried, cited, dated, page_of, safe_url, understood_words

__all__ = [
    "MARKS",
    "REASONS",
    "answer_html",
    "answer_json",
    "answer_markdown",
    "answer_text",
    "article_html",
    "article_json",
    "articles_html",
    "back_html",
    "byline",
    "carried",
    "cited",
    "conversation_html",
    "conversation_json",
    "conversation_markdown",
    "conversation_sources_html",
    "conversations_html",
    "dated",
    "escaped",
    "exports_html",
    "facts_html",
    "health_html",
    "hit_json",
    "hits_html",
    "hits_text",
    "outlets_of",
    "page_of",
    "progress_html",
    "questions_html",
    "results_html",
    "safe_url",
    "sources_html",
    "timeline_html",
    "timeline_json",
    "timeline_markdown",
    "timeline_text",
    "understood_json",
    "understood_words",
    "welcome_html",
]
