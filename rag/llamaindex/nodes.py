"""Passages as LlamaIndex passes them around, and back."""

from __future__ import annotations

import datetime as dt

from llama_index.core.schema import MetadataMode, NodeWithScore, TextNode

from rag.sentences import sentences
from rag.types import Article, Hit, Passage


def as_node(hit: Hit) -> NodeWithScore:
    """A hit as a node: the passage is its text, the article's particulars are its metadata."""
    article, passage = hit.article, hit.passage
    return NodeWithScore(
        node=TextNode(
            id_=f"{article.id}:{passage.start}-{passage.end}",
            text=passage.text,
            metadata={
                "article_id": article.id,
                "title": article.title,
                "outlet": article.outlet,
                "published": article.published.isoformat() if article.published else "",
                "url": article.url,
            },
        ),
        score=hit.score,
    )


def as_hit(node: NodeWithScore) -> Hit:
    """A node as a hit on an article that is no longer than it; what its metadata lacks of an article's particulars stays empty."""
    text, told = node.node.get_content(MetadataMode.NONE), node.node.metadata
    known = str(told.get("article_id") or node.node.ref_doc_id or node.node.node_id)
    article = Article(
        known,
        str(told.get("title", "")),
        str(told.get("outlet", "")),
        text,
        _day(told.get("published")),
        url=str(told.get("url", "")),
    )
    return Hit(Passage(known, 0, 0, len(text), text, tuple(sentences(text))), article, node.score or 0.0)


def _day(written: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
