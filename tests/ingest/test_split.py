from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.split import split
from rag.config import load_settings
from rag.embed import PackagedEmbedder
from rag.sentences import sentences
from rag.store.library import head
from rag.types import Article

EMBEDDER = PackagedEmbedder()
SETTINGS = load_settings()


def _article(text: str, title: str = "A title") -> Article:
    return Article(id="x", title=title, outlet="Daily Reel", text=text)


def _texts(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


def test_sentences_end_where_a_reader_would_end_them() -> None:
    assert _texts('Sen. Chris Coons backed S. 4591. It passed. "Good," said Mr. Tillis of N.C. on Monday.\n\nNew part') == [
        "Sen. Chris Coons backed S. 4591.",
        "It passed.",
        '"Good," said Mr. Tillis of N.C. on Monday.',
        "New part",
    ]


def test_nothing_is_longer_than_the_embedder_reads_even_with_a_long_title() -> None:
    article = _article("Antidisestablishmentarianism überwältigend 12,345.67 " * 400, "Long title " * 40)
    passages = split(article, SETTINGS, EMBEDDER)
    assert max(EMBEDDER.count(head(article) + passage.text) for passage in passages) <= EMBEDDER.max_tokens


def test_one_word_without_end_is_cut_too() -> None:
    passages = split(_article("x" * 20_000), SETTINGS, EMBEDDER)
    assert len(passages) > 1
    assert "".join(passage.text for passage in passages) == "x" * 20_000


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=800).filter(str.strip))
def test_passages_know_where_they_stand_and_lose_no_word(text: str) -> None:
    article = _article(text.strip())
    passages = split(article, SETTINGS, EMBEDDER)
    covered = set()
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text
        covered.update(range(passage.start, passage.end))
        for span in passage.sentences:
            assert passage.start <= span.start < span.end <= passage.end
    assert all(article.text[i].isspace() for i in set(range(len(article.text))) - covered)
