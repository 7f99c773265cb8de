from __future__ import annotations

from rag.engine import Engine
from rag.retrieve import MOST_OF_ONE_ARTICLE


def test_no_article_crowds_the_others_out(bundled: Engine) -> None:
    ids = [hit.article.id for hit in bundled.retriever.search("Sora OpenAI video", 12).hits]
    assert len(ids) == 12
    assert max(ids.count(id_) for id_ in ids) <= MOST_OF_ONE_ARTICLE


def test_scores_fall_and_both_legs_are_told(bundled: Engine) -> None:
    hits = bundled.retriever.search("When did the ELVIS Act take effect?").hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].article.id == "024"
    assert hits[0].words == 1.0
    assert 0.3 < hits[0].dense <= 1


def test_latest_prefers_the_newer_article(bundled: Engine) -> None:
    def first_day(question: str) -> int:
        hits = bundled.retriever.search(question, 5).hits
        return sum(hit.article.published.toordinal() for hit in hits if hit.article.published)

    assert first_day("latest union contract on AI") >= first_day("union contract on AI")


def test_it_serves_a_stock_llamaindex_query_engine(bundled: Engine) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    engine = RetrieverQueryEngine.from_args(bundled.retriever, llm=MockLLM())
    response = engine.query("How many days did the SAG-AFTRA strike last?")
    assert response.source_nodes[0].metadata["article_id"] == "007"
    assert "118" in response.source_nodes[0].get_content()
