from __future__ import annotations

from rag.config import Settings
from rag.engine import Engine
from rag.show.page import answer_html
from rag.store.library import Library
from rag.types import Filters, Support


def test_every_sentence_is_cited_word_for_word(bundled: Engine) -> None:
    answer = bundled.ask("How much did Netflix pay its machine learning product manager?")
    assert not answer.abstained
    assert "$900,000" in answer.text
    numbers = {citation.n: citation for citation in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations
        assert sentence.support is Support.FULL
        for n in sentence.citations:
            citation = numbers[n]
            assert citation.quote == sentence.text
            assert citation.quote in citation.hit.passage.text
            passage, article = citation.hit.passage, citation.hit.article
            assert article.text[passage.start : passage.end] == passage.text


def test_a_polite_question_gets_the_answer_of_a_plain_one(bundled: Engine) -> None:
    plain = bundled.ask("When did the SAG-AFTRA video game strike begin?")
    assert not plain.abstained
    polite = bundled.ask("Hello, can you tell me when did the SAG-AFTRA video game strike begin, please?")
    assert polite.text == plain.text
    assert "Follow-up" not in answer_html(polite), "it leans on no question before it"
    follow_up = bundled.ask("And when did it end?", history=[plain])
    assert "Follow-up" in answer_html(follow_up)


def test_when_the_coverage_does_not_tell_it_says_so_and_shows_what_is_near(bundled: Engine) -> None:
    answer = bundled.ask("How many goals did Arsenal score against Chelsea on Saturday?")
    assert answer.abstained
    assert "does not tell" in answer.notice
    assert "85 articles" in answer.notice
    assert not answer.sentences
    assert not answer.citations
    assert answer.nearest
    assert len({hit.article.id for hit in answer.nearest}) == len(answer.nearest), "each article once"


def test_the_stream_ends_with_the_whole_answer(bundled: Engine) -> None:
    parts = list(bundled.stream("Which unions did the writers and actors belong to when they struck in 2023?"))
    counts = [len(part.sentences) for part in parts]
    assert counts == sorted(counts)
    assert parts[-1].text == bundled.ask(parts[-1].question).text


def test_filters_that_exclude_everything_give_an_abstention(bundled: Engine) -> None:
    answer = bundled.ask("When did the ELVIS Act take effect?", Filters(outlets=("Nobody",)))
    assert answer.abstained
    assert not answer.nearest


def test_an_empty_library_says_what_to_do(library: Library, settings: Settings) -> None:
    answer = Engine(library, settings).ask("When did the ELVIS Act take effect?")
    assert answer.abstained
    assert "slugline ingest" in answer.notice


def test_an_empty_question_is_not_an_error(bundled: Engine) -> None:
    assert bundled.ask("   ").abstained


def test_odd_questions_do_not_break_the_query_syntax(bundled: Engine) -> None:
    for question in ('AND OR NOT "', "title:(x) +y -z ~2 ^3 [a TO b]", "\x00\x01", "é" * 5000, "<script>", "🎬🎬"):
        bundled.ask(question)


def test_each_part_of_a_joined_question_is_answered_from_its_own_article(bundled: Engine) -> None:
    answer = bundled.ask("How many days did the 2023 strikes of the WGA and of SAG-AFTRA last?")
    assert {"007", "008"} <= {citation.hit.article.id for citation in answer.citations}
    assert "148" in answer.text
    assert "118" in answer.text


def test_no_sentence_is_said_twice(bundled: Engine) -> None:
    answer = bundled.ask("When did Tennessee's ELVIS Act and California's replica laws take effect?")
    texts = [sentence.text for sentence in answer.sentences]
    assert len(texts) == len(set(texts))
