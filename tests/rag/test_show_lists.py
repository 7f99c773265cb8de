"""Lists, articles, events, conversations and results: nothing in them becomes markup, and what they promise is there."""

from __future__ import annotations

import datetime as dt
import html.parser

import pytest

from rag import show
from rag.store.conversations import Conversation, Turn
from rag.store.ledger import Stored
from rag.timeline import Event, Timeline
from rag.types import Answer, Article, Citation, Filters, Form, Hit, Passage, Sentence, Understood

HOSTILE = (
    "\"'><script>x</script><img src=x onerror=x><svg onload=x><style>*{}</style>![a](https://e.example/x) ${x} {{x}} &lt;b&gt;"
)
ALLOWED = set(
    "a article blockquote button circle dd div dl dt em h2 h3 h4 li line mark meter ol p path progress s section small span strong"
    " svg table tbody td text th thead time title tr ul".split()
)


def _article(**more: str) -> Article:
    fields = {name: more.get(name, HOSTILE) for name in ("title", "outlet", "author", "origin")}
    text = f"Before. {HOSTILE} After."
    return Article(
        "a1", text=text, published=dt.date(2024, 7, 2), updated=dt.date(2024, 8, 1), url="javascript:x", topics=(HOSTILE,),
        people=(HOSTILE,), organisations=(HOSTILE,), revision=2, **fields,
    )  # fmt: skip


def _answer(form: Form = Form.PROSE) -> Answer:
    article = _article()
    hit = Hit(Passage("a1", 0, 0, len(article.text), article.text), article, 1.0, also=(HOSTILE,))
    sentence = Sentence(HOSTILE, (1,), outlets=(HOSTILE, "B"), date=dt.date(2024, 7, 1), when=HOSTILE)
    understood = Understood(HOSTILE, (HOSTILE,), dt.date(2024, 1, 1), None, True, corrected=((HOSTILE, HOSTILE),))
    return Answer(
        HOSTILE, (sentence, sentence), (Citation(1, hit, HOSTILE),), notice=HOSTILE, nearest=(hit,), understood=understood,
        form=form, model=HOSTILE,
    )  # fmt: skip


def _pages() -> dict[str, str]:
    answer, article = _answer(), _article()
    hit = answer.citations[0].hit
    stored = [Stored(n, article, "live", "", "", HOSTILE) for n in (2, 1)]
    abstained = Answer(HOSTILE, abstained=True, notice=HOSTILE, nearest=(hit,), understood=answer.understood)
    turns = [
        Turn(HOSTILE, one, Filters((HOSTILE,), (HOSTILE,)), frozenset({HOSTILE}), verdict="down", reason=HOSTILE, feedback=1)
        for one in (answer, abstained, _answer(Form.LIST), _answer(Form.TIMELINE), _answer(Form.DIFFER))
    ]
    event = Event(dt.date(2024, 7, 1), answer.sentences[0], answer.citations)
    return {
        "conversation": show.conversation_html(turns),
        "sources": show.conversation_sources_html(turns),
        "kept": show.conversations_html([Conversation(HOSTILE, HOSTILE, HOSTILE)], HOSTILE),
        "exports": show.exports_html(HOSTILE),
        "questions": show.questions_html([HOSTILE], HOSTILE),
        "hits": show.hits_html([hit]),
        "articles": show.articles_html([article]),
        "article": show.article_html(stored, quote=HOSTILE),
        "timeline": show.timeline_html(Timeline(HOSTILE, (event, event))),
        "no timeline": show.timeline_html(Timeline(HOSTILE, notice=HOSTILE)),
        "results": show.results_html([(HOSTILE, HOSTILE, True)], 1, 2),
        "facts": show.facts_html([(HOSTILE, HOSTILE)]),
        "health": show.health_html([HOSTILE]),
    }


class _Seen(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


@pytest.mark.parametrize("name", list(_pages()))
def test_hostile_words_stay_words_everywhere(name: str) -> None:
    page = _pages()[name]
    seen = _Seen()
    seen.feed(page)
    assert not seen.tags - ALLOWED
    assert seen.depth == 0, "what is opened is closed"
    assert not [one for one, _ in seen.attributes if one.startswith("on") or one in {"src", "style", "srcdoc", "formaction"}]
    assert not [value for one, value in seen.attributes if one == "href" and not value.startswith(("#", "/slugline/"))]
    assert "&lt;script&gt;" in page


def test_every_form_of_answer_has_its_layout() -> None:
    assert "<ol" in show.answer_html(_answer(Form.LIST))
    assert "<time>" in show.answer_html(_answer(Form.TIMELINE))
    assert "<strong>" in show.answer_html(_answer(Form.DIFFER))
    assert '<p class="answer">' in show.answer_html(_answer())


def test_a_list_of_articles_is_read_in_pages() -> None:
    articles = [Article(f"a{n}", f"Title {n}", "Reel", "Text.") for n in range(60)]
    first, last = show.articles_html(articles), show.articles_html(articles, 50)
    assert "60 articles; 1 to 25 shown" in first
    assert "Older" in first
    assert "Newer" not in first
    assert "51 to 60 shown" in last
    assert "Older" not in last


def test_a_conversation_is_exported_with_footnotes_of_each_answer_s_own() -> None:
    article = Article("a1", "Act", "Reel", "It took effect.", dt.date(2024, 7, 2))
    citation = Citation(1, Hit(Passage("a1", 0, 0, 15, "It took effect."), article, 1.0), "It took effect.")
    turn = Turn("When?", Answer("When?", (Sentence("It took effect.", (1,)),), (citation,)))
    text = show.conversation_markdown(Conversation("c1", "A *name*", "", (turn, turn)))
    assert text.startswith("# A \\*name\\*\n")
    assert "It took effect.[^1.1]" in text
    assert "[^2.1]: Act. Reel, 2 July 2024." in text
    document = show.conversation_json(Conversation("c1", "N", "", (turn,)))
    assert document["turns"][0]["answer"]["sources"][0]["quote"] == "It took effect."
