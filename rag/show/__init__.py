"""Answer → terminal text, Markdown, JSON, HTML."""

from rag.show.as_json import answer_json, article_json, hit_json
from rag.show.markdown import answer_markdown
from rag.show.page import answer_html, sources_html
from rag.show.terminal import answer_text, hits_text
from rag.show.words import MARKS, byline, safe_url

__all__ = [
    "MARKS",
    "answer_html",
    "answer_json",
    "answer_markdown",
    "answer_text",
    "article_json",
    "byline",
    "hit_json",
    "hits_text",
    "safe_url",
    "sources_html",
]
