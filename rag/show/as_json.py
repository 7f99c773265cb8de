"""Answers, hits and articles as JSON."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from rag.show.words import page_of
from rag.types import Answer, Article, Citation, Hit, Sentence, Understood

if TYPE_CHECKING:
    from rag.timeline import Timeline


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


def understood_json(understood: Understood | None) -> dict[str, Any] | None:
    """How a question was read: `text` is what was searched for, `corrected` maps words typed to those they were read as."""
    if understood is None:
        return None
    return {
        "text": understood.text,
        "outlets": list(understood.outlets),
        "since": _iso(understood.since),
        "until": _iso(understood.until),
        "latest": understood.latest,
        "names": list(understood.names),
        "corrected": dict(understood.corrected),
        "events": [{"words": e.words, "how": e.how, "day": _iso(e.day), "article": e.article_id} for e in understood.events],
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _sentence_json(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "support": sentence.support.value,
        "probability": round(sentence.probability, 4),
        "outlets": list(sentence.outlets),
        "date": _iso(sentence.date),
        "when": sentence.when,
    }


def _source_json(citation: Citation) -> dict[str, Any]:
    hit = citation.hit
    return {"n": citation.n, **article_head(hit.article), "passage": hit.passage.text, "quote": citation.quote} | {
        "page": page_of(citation),
        "also": list(hit.also),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as `slugline ask --json` gives it."""
    return {
        "question": answer.question,
        "understood": understood_json(answer.understood),
        "answer": answer.text,
        "abstained": answer.abstained,
        "notice": answer.notice,
        "form": answer.form.value,
        "sentences": [_sentence_json(sentence) for sentence in answer.sentences],
        "sources": [_source_json(citation) for citation in answer.citations],
        "nearest": [hit_json(hit, rank) for rank, hit in enumerate(answer.nearest, 1)],
        "as_of": _iso(answer.as_of),
        "confidence": answer.confidence,
        "model": answer.model,
        "tokens": answer.tokens,
        "timings_ms": answer.timings_ms,
    }


def timeline_json(told: Timeline) -> dict[str, Any]:
    """A timeline as `slugline timeline --json` gives it, oldest event first."""
    return {
        "topic": told.topic,
        "understood": understood_json(told.understood),
        "notice": told.notice,
        "events": [
            _sentence_json(event.sentence)
            | {"date": event.date.isoformat(), "sources": [_source_json(citation) for citation in event.citations]}
            for event in told.events
        ],
    }
