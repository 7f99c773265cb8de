from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.config import Settings
from rag.engine import Engine
from rag.question import understand
from rag.retrieve import MOST_OF_ONE_ARTICLE, Retriever
from rag.retrieve.features import PASSAGE
from rag.store.library import Library
from rag.types import Filters


def test_no_article_crowds_the_others_out(bundled: Engine) -> None:
    ids = [hit.article.id for hit in bundled.retriever.search("Sora OpenAI video", 12).hits]
    assert len(ids) == 12
    assert max(ids.count(id_) for id_ in ids) <= MOST_OF_ONE_ARTICLE


def test_scores_fall_and_both_legs_are_told(bundled: Engine) -> None:
    hits = bundled.retriever.search("When did the ELVIS Act take effect?").hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].article.id == "024"
    assert max(hit.words for hit in hits) == 1.0
    assert 0.3 < hits[0].dense <= 1


def test_latest_prefers_the_newer_article(bundled: Engine) -> None:
    def days(dropped: frozenset[str]) -> int:
        hits = bundled.retriever.search("latest union contract on AI", 5, dropped=dropped).hits[:3]
        return sum(hit.article.published.toordinal() for hit in hits if hit.article.published)

    assert days(frozenset()) > days(frozenset({"latest"}))


@pytest.mark.parametrize(
    "question",
    [
        "When did the ELVYS Act take effect?",  # a slip
        "WHEN DID THE ELVIS ACT TAKE EFFECT?",
        "when did tennesees elvis act take efect",
        "When did the Élvis Act take effect?",
    ],
)
def test_slips_capitals_and_accents_still_find_it(bundled: Engine, question: str) -> None:
    assert bundled.retriever.search(question).hits[0].article.id == "024"


def test_a_corrected_word_is_told_and_a_known_one_is_left_alone(bundled: Engine) -> None:
    assert bundled.retriever.search("What did Narativ raise?").understood.corrected == (("Narativ", "Narrativ"),)
    assert bundled.retriever.search("What did Narrativ raise?").understood.corrected == ()


@pytest.mark.parametrize(
    "question",
    [
        "What does Iceland do about deepfakes?",  # not Ireland
        "Which streaming giant bought the hero's tune?",  # not grants, Here, Tone
        "Who bragged about the bogus duet, and who shrugged?",  # not Brad, bonuses
        "What did the Sora newsroom say after the shutdown?",  # not Newsom, Sundown
    ],
)
def test_a_word_that_no_article_has_is_not_taken_for_a_slip_of_another(bundled: Engine, question: str) -> None:
    assert bundled.retriever.search(question).understood.corrected == ()


@pytest.mark.parametrize(
    ("question", "stands"),
    [
        ("Has anybody coughed up?", "The mayor paid for the hall."),
        ("Who deleted the songs?", "Somebody removed the tracks on Monday."),
    ],
)
def test_another_word_for_the_same_finds_it(
    library: Library,
    settings: Settings,
    put: Callable[[Sequence[Path]], None],
    article_file: Callable[..., Path],
    question: str,
    stands: str,
) -> None:
    put(
        [
            article_file("a.md", stands, title="Notes"),
            article_file("b.md", "The mayor opened the hall with a choir of children.", title="Notes"),
        ]
    )
    retriever = Retriever(library, settings)
    hits = {hit.article.text: hit for hit in retriever.search(question).hits}
    assert hits[stands].words == 1.0, "its words are found, not its meaning alone"


def test_an_abbreviation_finds_the_words_it_stands_for(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    put(
        [
            article_file("a.md", "Members of the Writers Guild voted on Tuesday to accept the new terms.", title="Vote"),
            article_file("b.md", "Members of the gardening club voted on Tuesday to accept the new terms.", title="Vote"),
        ]
    )
    hits = Retriever(library, settings).search("When did WGA members vote on the new terms?").hits
    assert "Writers Guild" in hits[0].passage.text


@pytest.fixture
def two_outlets(put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]) -> None:
    """Many passages of one outlet on a matter, one of another, on another day."""
    said = "The studio said that it would license the voices of its singers for the new model, in a deal worth millions."
    articles = [
        article_file(f"morning{n}.md", f"{said} Note {n} adds to it.", title=f"Studio licenses voices, part {n}",
                     outlet="Morning Wire", published="2026-03-03")
        for n in range(14)
    ]  # fmt: skip
    other = "The singers disputed that they had agreed, and called the plan a theft of their voices."
    articles.append(
        article_file("evening.md", other, title="Singers dispute the plan", outlet="Evening Wire", published="2026-05-05")
    )
    put(articles)


@pytest.mark.usefixtures("two_outlets")
def test_each_side_of_a_comparison_gets_its_share(library: Library, settings: Settings) -> None:
    found = Retriever(library, settings).search(
        "Did Morning Wire report that the studio would license the voices, while Evening Wire said that they had not agreed?", 4
    )
    assert found.understood.outlets == ("Morning Wire", "Evening Wire")
    assert {hit.article.outlet for hit in found.hits} == {"Morning Wire", "Evening Wire"}


@pytest.mark.usefixtures("two_outlets")
def test_what_is_inferred_steers_and_what_is_set_hides(library: Library, settings: Settings) -> None:
    retriever = Retriever(library, settings)
    question = "What did Evening Wire say of the voices?"
    steered = retriever.search(question, 10).hits
    assert steered[0].article.outlet == "Evening Wire"
    assert {hit.article.outlet for hit in steered} == {"Morning Wire", "Evening Wire"}
    inside = retriever.search(question, 10, Filters(outlets=("Morning Wire",))).hits
    assert {hit.article.outlet for hit in inside} == {"Morning Wire"}
    assert not retriever.search(question, 10, Filters(since=dt.date(2027, 1, 1))).hits
    assert retriever.search(question, 10, steer=False).understood.outlets == ()


@pytest.mark.usefixtures("two_outlets")
def test_a_date_asked_for_brings_what_was_published_then(library: Library, settings: Settings) -> None:
    found = Retriever(library, settings).search("What was written of the voices in May 2026?", 3)
    assert found.understood.since == dt.date(2026, 5, 1)
    assert found.hits[0].article.outlet == "Evening Wire"


class _Last:
    """A reranker that likes best what was found last."""

    def __init__(self, reads: int | None = None) -> None:
        self.shown: list[str] = []
        self.reads = reads

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.shown = list(passages)
        return [30.0 * at for at in range(len(passages))]


@pytest.mark.usefixtures("two_outlets")
def test_a_reranker_has_the_last_word(library: Library, settings: Settings) -> None:
    question = "Would the studio license voices for the new model?"
    plain, last = Retriever(library, settings).search(question, 10).hits, _Last()
    hits = Retriever(library, settings, last).search(question, 10).hits
    assert [hit.passage.text for hit in hits[: len(last.shown)]] == [text.split("\n", 1)[1] for text in reversed(last.shown)]
    assert {hit.passage.text for hit in hits} == {hit.passage.text for hit in plain}
    assert Retriever(library, settings, last).search(question, 10, rerank=False).hits == plain


def test_a_reranker_reads_the_sentences_nearest_the_question_and_no_more_than_it_wants(bundled: Engine) -> None:
    question = "How many days did the SAG-AFTRA strike last?"
    whole, part = _Last(), _Last(450)
    for reranker in (whole, part):
        Retriever(bundled.library, bundled.settings, reranker).search(question, 10)
    shown = [text.split("\n", 1)[1] for text in part.shown]
    passages = [text.split("\n", 1)[1] for text in whole.shown]
    assert all(text in passage and len(text) <= 450 for text, passage in zip(shown, passages, strict=True))
    assert any(len(text) < len(passage) for text, passage in zip(shown, passages, strict=True))
    assert any("118" in text for text in shown)


def test_the_best_article_is_read_further_than_the_passage_that_was_found(bundled: Engine) -> None:
    found = bundled.retriever.search("What must Narrativ do with a voice replica if the member leaves?")
    first = found.hits[0].article
    assert [hit.article.id for hit, _ in found.beside] == [first.id]
    of_first = [hit.passage for hit, _ in found.read if hit.article.id == first.id]
    assert sorted(passage.ordinal for passage in of_first) == [0, 1, 2], "all of a short article, none of it twice"
    assert all(len(vectors) == len(hit.passage.sentences) for hit, vectors in found.read)
    only = bundled.retriever.search("Who sued Midjourney?", 1)
    assert only.beside
    assert only.hits[0].passage not in {hit.passage for hit, _ in only.beside}


def test_an_empty_library_finds_nothing(library: Library, settings: Settings) -> None:
    assert Retriever(library, settings).search("Anything there?").hits == []


def test_a_question_without_words_is_no_error(bundled: Engine) -> None:
    assert len(bundled.retriever.search("??? why", 3).hits) == 3


def test_a_story_that_several_outlets_carried_is_one_hit_that_lists_them(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    wire = (
        "The guild and the studios reached a tentative deal on Friday after four days of talks on voice models. "
        "Members will vote on it next month, the guild said, and the board urged them to accept. "
        "Neither side would say how much singers are to be paid for a model of their voice, or for how long. "
        "Talks had broken down twice since the spring, and the guild had called a strike for the first of the month."
    )
    put(
        [
            article_file("one.md", wire, title="Guild and studios reach a deal", outlet="Morning Wire", published="2026-03-03"),
            article_file("two.md", wire, title="Guild and studios reach a deal", outlet="Evening Wire", published="2026-03-03"),
            article_file("three.md", "Rain fell on the hills all day.", title="Weather", outlet="Noon Post"),
        ]
    )
    hits = Retriever(library, settings).search("When did the guild and the studios reach a deal?", 5).hits
    telling = [hit for hit in hits if "tentative deal" in hit.passage.text]
    assert len(telling) == 1
    assert {telling[0].article.outlet, *telling[0].also} == {"Morning Wire", "Evening Wire"}


def test_a_word_that_the_library_has_and_one_exchanged_for_it_are_told_apart(
    library: Library, settings: Settings, put: Callable[[Sequence[Path]], None], article_file: Callable[..., Path]
) -> None:
    put(
        [
            article_file("a.md", "Somebody removed the tracks on Monday.", title="Notes"),
            article_file("b.md", "Somebody deleted the songs on Monday.", title="Notes"),
        ]
    )
    retriever = Retriever(library, settings)
    sheet = retriever.compare(retriever.ask(understand("Who deleted the songs?")))
    assert sheet is not None
    gains = {
        page.article_id: float(gain)
        for page, gain in zip(sheet.pages, sheet.passage[0, :, PASSAGE.index("exchanged")], strict=True)
    }
    said = dict(zip(gains, sheet.passage[0, :, PASSAGE.index("said")], strict=True))
    exchanged, typed = sorted(gains, key=lambda article: -gains[article])
    assert gains[exchanged] > 0
    assert gains[typed] == 0
    assert said[typed] > said[exchanged]
