"""Answers, hits and articles as JSON."""

from __future__ import annotations

from typing import Any

from rag.types import Answer, Article, Hit


def hit_json(hit: Hit, rank: int) -> dict[str, Any]:
    """A search result as `slugline search --json` gives it."""
    return {"rank": rank, "score": round(hit.score, 4), **article_head(hit.article), "passage": hit.passage.text} | {
        "start": hit.passage.start,
        "end": hit.passage.end,
        "words": round(hit.words, 4),
        "dense": round(hit.dense, 4),
        "also": list(hit.also),
    }


def article_head(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "revision": article.revision,
        "updated": article.updated.isoformat() if article.updated else None,
    }


def article_json(article: Article, text: bool = False) -> dict[str, Any]:
    """An article as `slugline articles --json` gives it; `text` says whether with its text."""
    out = article_head(article) | {
        "author": article.author,
        "topics": list(article.topics),
        "people": list(article.people),
        "organisations": list(article.organisations),
        "sources": [{"outlet": s.outlet, "title": s.title, "date": s.date, "url": s.url} for s in article.sources],
    }
    return out | {"text": article.text} if text else out


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as `slugline ask --json` gives it."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "support": s.support.value, "probability": round(s.probability, 4)}
            for s in answer.sentences
        ],
        "sources": [
            {"n": c.n, **article_head(c.hit.article), "passage": c.hit.passage.text, "quote": c.quote} for c in answer.citations
        ],
        "nearest": [hit_json(hit, rank) for rank, hit in enumerate(answer.nearest, 1)],
        "as_of": answer.as_of.isoformat() if answer.as_of else None,
        "confidence": answer.confidence,
        "timings_ms": answer.timings_ms,
    }
