"""Nothing that came from an article becomes markup, and the JSON keeps its keys."""

from __future__ import annotations

import datetime as dt
import html.parser
import json

import pytest

from rag import show
from rag.types import Answer, Article, Citation, Hit, Passage, Sentence, Source, Support

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) ${alert(1)} {{7*7}} & "q"'


def _answer(text: str = "The act took effect on 1 July 2024.", url: str = "https://e.example/1", **article: str) -> Answer:
    source = Article(
        id="a1",
        title=article.get("title", "A title"),
        outlet=article.get("outlet", "Daily Reel"),
        author=article.get("author", ""),
        text=f"Before. {text} After.",
        url=url,
        published=dt.date(2024, 7, 2),
        sources=(Source("TheWrap", url=url),),
    )
    passage = Passage("a1", 0, 0, len(source.text), source.text)
    citation = Citation(1, Hit(passage, source, 1.0), text)
    return Answer("When?", (Sentence(text, (1,)),), (citation,), as_of=source.published)


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs


@pytest.mark.parametrize("field", ["text", "title", "outlet", "author"])
def test_hostile_text_stays_text_on_the_page(field: str) -> None:
    answer = _answer(**{field: HOSTILE})
    tags = _Tags()
    tags.feed(show.answer_html(answer) + show.sources_html(answer))
    assert not tags.seen & {"script", "img", "svg", "iframe"}
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert all((value or "").startswith(("#", "https://")) for name, value in tags.attributes if name == "href")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[bad", "JAVASCRIPT:x"])
def test_only_http_addresses_become_links(url: str) -> None:
    page = show.sources_html(_answer(url=url))
    assert "href" not in page
    assert url not in show.answer_markdown(_answer(url=url))


def test_the_quoted_sentence_is_marked_in_its_passage() -> None:
    marked = '<blockquote>Before. <mark id="source-1-1" tabindex="-1">The act took effect on 1 July 2024.</mark> After.'
    assert marked in show.sources_html(_answer())


def test_a_mark_leads_to_the_card_of_its_own_turn() -> None:
    answer = _answer()
    assert 'href="#source-3-1"' in show.answer_html(answer, 3)
    assert 'id="source-3-1"' in show.sources_html(answer, 3)


def test_support_shows_in_a_word_and_a_sign_not_in_colour_alone() -> None:
    answer = Answer("q", (Sentence("It did.", (1,), Support.NONE, 0.1),), _answer().citations)
    assert "✗ not in the coverage" in show.answer_html(answer)
    assert "✗ not in the coverage" in show.answer_text(answer).plain


def test_json_has_the_promised_keys() -> None:
    document = json.loads(json.dumps(show.answer_json(_answer())))
    assert {"question", "answer", "abstained", "sentences", "sources", "timings_ms"} <= set(document)
    assert set(document["sentences"][0]) >= {"text", "citations", "support"}
    assert set(document["sources"][0]) >= {
        "n", "article_id", "title", "outlet", "published", "url", "passage", "quote",
    }  # fmt: skip
    hit = show.hit_json(_answer().citations[0].hit, 1)
    assert set(hit) >= {"rank", "score", "article_id", "title", "outlet", "published", "url", "passage"}


def test_markdown_has_a_footnote_for_every_mark() -> None:
    text = show.answer_markdown(_answer(title="A *title*"))
    assert "effect on 1 July 2024.[^1]" in text
    assert r"[^1]: A \*title\*. Daily Reel, 2 July 2024. <https://e.example/1>" in text


def test_terminal_text_lists_outlet_date_and_link() -> None:
    text = show.answer_text(_answer()).plain
    assert "[1] A title\n    Daily Reel, 2 July 2024\n    https://e.example/1" in text
    assert "As of 2 July 2024" in text
