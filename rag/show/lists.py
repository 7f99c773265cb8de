"""Hits, articles, one article and its history as HTML. Escaped here, once, as in `page`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.show.page import badges, button, escaped, links
from rag.show.words import byline, day
from rag.types import Article, Hit

if TYPE_CHECKING:
    from rag.store.ledger import Stored


def _bar(name: str, value: float, meaning: str) -> str:
    """A score as number and length; `value` 0 to 1, less is drawn as nothing."""
    return (
        f'<span class="leg" title="{meaning}">{name} <meter min="0" max="1" value="{max(0.0, min(1.0, value)):.3f}"></meter>'
        f" {value:.2f}</span>"
    )


def hits_html(hits: Sequence[Hit]) -> str:
    """Ranked passages with the score of each leg."""
    if not hits:
        return '<p class="empty">Nothing matches within the filters set.</p>'
    rows = "".join(
        f'<li class="source"><h2>{rank}. {escaped(hit.article.title or hit.article.id)}</h2>'
        f'<p class="byline">{escaped(byline(hit.article))} {badges(hit.article, hit.also)}</p>'
        f"<blockquote>{escaped(hit.passage.text)}</blockquote>"
        f'<p class="legs">{_bar("Score", hit.score, "what the ranking expects of the passage")}'
        f"{_bar('Words', hit.words, 'BM25, as a share of the best one found')}{_bar('Meaning', hit.dense, 'cosine of the vectors')}</p>"
        f"{links(hit.article, hit.passage.text)}"
        f'<p class="card-acts">{button("Whole article", "article", "quiet", id=hit.article.id, quote=hit.passage.text[:200])}</p></li>'
        for rank, hit in enumerate(hits, 1)
    )
    return f'<ol class="hits">{rows}</ol>'


def articles_html(articles: Sequence[Article], first: int = 0, count: int = 25) -> str:
    """A page of the list of articles, from number `first` on, with buttons to the others."""
    shown = articles[first : first + count]
    if not shown:
        return '<p class="empty">No article matches.</p>'
    rows = "".join(
        f"<tr><td>{day(article.published)}</td><td>{escaped(article.outlet)}</td>"
        f"<td>{button(escaped(article.title or article.id), 'article', 'link', id=article.id)} {badges(article)}</td>"
        f"<td>{escaped(', '.join(article.topics))}</td></tr>"
        for article in shown
    )
    before = button("← Newer", "page", "quiet", first=max(0, first - count)) if first else ""
    after = button("Older →", "page", "quiet", first=first + count) if first + count < len(articles) else ""
    return (
        f"<p>{len(articles)} article{'s' * (len(articles) != 1)}; {first + 1} to {first + len(shown)} shown, newest first.</p>"
        '<table class="articles"><thead><tr><th scope="col">Published</th><th scope="col">Outlet</th><th scope="col">Title</th>'
        f'<th scope="col">Topics</th></tr></thead><tbody>{rows}</tbody></table><p class="card-acts">{before}{after}</p>'
    )


def article_html(history: Sequence[Stored], revision: int | None = None, quote: str = "") -> str:
    """An article whole, in the `revision` asked for (else the last), `quote` marked, with buttons to its other revisions."""
    if not history:
        return '<p class="empty">This article is no longer in the library.</p>'
    chosen = next((one for one in history if one.article.revision == revision), history[0])
    article, text = chosen.article, chosen.article.text
    at = text.find(quote) if quote else -1
    body = escaped(text)
    if at >= 0:
        body = f'{escaped(text[:at])}<mark id="here" tabindex="-1">{escaped(quote)}</mark>{escaped(text[at + len(quote) :])}'
    revisions = "".join(
        button(
            f"Revision {one.article.revision} <small>({escaped(one.written_at[:10])})</small>",
            "revision",
            "chip current" if one is chosen else "chip",
            id=article.id,
            revision=one.article.revision,
        )
        for one in history
    )
    lines = [("Author", article.author), ("Topics", ", ".join(article.topics)), ("People", ", ".join(article.people))]
    lines += [("Organisations", ", ".join(article.organisations)), ("From", article.origin)]
    facts = "".join(f"<dt>{name}</dt><dd>{escaped(value)}</dd>" for name, value in lines if value)
    return (
        f'<article class="whole" data-id="{escaped(article.id)}"><h2>{escaped(article.title or article.id)}</h2>'
        f'<p class="byline">{escaped(byline(article))} {badges(article)}</p>{links(article)}'
        f'<p class="revisions">{revisions if len(history) > 1 else ""}</p><dl>{facts}</dl><div class="text">{body}</div></article>'
    )
