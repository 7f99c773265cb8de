from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rag.config import Settings
from rag.retrieve import Retriever
from rag.retrieve.neighbours import merged
from rag.store.library import Library
from rag.types import Article, Hit, Passage


def _hit(article: Article, ordinal: int, score: float) -> Hit:
    start = 10 * ordinal
    return Hit(Passage(article.id, ordinal, start, start + 9, article.text[start : start + 9]), article, score)


def test_passages_that_follow_one_another_are_shown_as_one_where_the_best_of_them_stands() -> None:
    one = Article("one", "", "", "aaaaaaaa. bbbbbbbb. cccccccc. dddddddd. eeeeeeee.")
    two = Article("two", "", "", "ffffffff. gggggggg.")
    hits = [_hit(one, 2, 0.5), _hit(two, 0, 0.3), _hit(one, 4, 0.2), _hit(one, 1, 0.1)]
    shown = merged(hits)
    assert [(hit.article.id, hit.passage.text, hit.score) for hit in shown] == [
        ("one", "bbbbbbbb. cccccccc.", 0.5),
        ("two", "ffffffff.", 0.3),
        ("one", "eeeeeeee.", 0.2),
    ]


def test_a_long_article_is_read_in_one_piece(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    paragraphs = [
        f"Actor number {n} of the guild voted on cloned voices in hall {n}. " + "The vote was long. " * 45 for n in range(3)
    ]
    put([article_file("a.md", "\n\n".join(paragraphs), title="Guild votes on cloned voices")])
    found = Retriever(library, settings).search("guild vote on cloned voices", 10).hits
    assert len(found) >= 3
    [whole] = merged(found)
    assert whole.passage.text == whole.article.text.strip()
    assert whole.passage.sentences == tuple(sorted(whole.passage.sentences, key=lambda span: span.start))
    assert whole.score == found[0].score
