"""Slugline's parts in programs of LlamaIndex: its own retriever, query engine, synthesizer and evaluator, beside stock ones."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any

import pytest
from llama_index.core import Settings as LlamaSettings
from llama_index.core.evaluation import FaithfulnessEvaluator
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.node_parser import TokenTextSplitter
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore, TextNode

from rag.engine import AT_ONCE, Engine
from rag.llamaindex import AnswerEngine, PassageRetriever, QuotingSynthesizer, SupportEvaluator, as_hit, as_node

STRIKE = "How many days did the SAG-AFTRA strike last?"
GOALS = "How many goals did Arsenal score against Chelsea on Saturday?"


class _Compares(CustomLLM):  # type: ignore[misc]  # LlamaIndex is not typed for mypy
    """Says YES to a prompt of LlamaIndex's faithfulness evaluator whose context holds each sentence of what is asked about."""

    sentences: tuple[str, ...]

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8000)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        context = prompt.rsplit("Context:", 1)[1]
        return CompletionResponse(text="YES" if all(sentence in context for sentence in self.sentences) else "NO")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        raise NotImplementedError


def test_the_retriever_serves_a_stock_query_engine(bundled: Engine) -> None:
    engine = RetrieverQueryEngine.from_args(PassageRetriever(bundled.retriever), llm=MockLLM())
    response = engine.query(STRIKE)
    ids = [node.metadata["article_id"] for node in response.source_nodes]
    assert "007" in ids[:3]
    assert any("118" in node.get_content() for node in response.source_nodes)
    assert len(PassageRetriever(bundled.retriever, 2).retrieve(STRIKE)) == 2


def test_the_query_engine_answers_with_the_cited_passages_as_sources(bundled: Engine) -> None:
    engine = AnswerEngine(bundled)
    response = engine.query(STRIKE)
    answer = response.metadata["answer"]
    assert "118" in str(response)
    assert str(response) == answer.text
    assert {node.get_content() for node in response.source_nodes} == {c.hit.passage.text for c in answer.citations}
    assert str(asyncio.run(engine.aquery(STRIKE))) == str(response)
    silent = engine.query(GOALS)
    assert silent.metadata["answer"].abstained
    assert "does not tell" in str(silent)
    assert silent.source_nodes, "the nearest ones"


def test_the_synthesizer_answers_from_the_nodes_of_any_retriever(bundled: Engine) -> None:
    texts = (
        "The mayor opened a new library in the old town on Friday. It holds nine thousand books.",
        "Riverside Studios laid off 240 animators in May. Its chief executive, Ada Moss, said an image model would draw the backgrounds.",
    )
    nodes = [
        NodeWithScore(node=TextNode(text=text, metadata={"title": title, "outlet": "The Courier"}), score=score)
        for text, title, score in zip(texts, ("Town gets a library", "Studio cuts jobs"), (0.4, 0.9), strict=True)
    ]
    synthesizer = QuotingSynthesizer(bundled)
    response = synthesizer.synthesize("How many animators did Riverside Studios lay off?", nodes[::-1])
    answer = response.metadata["answer"]
    assert "240" in answer.sentences[0].text
    assert answer.citations[0].hit.article.title == "Studio cuts jobs"
    assert answer.citations[0].quote == "Riverside Studios laid off 240 animators in May."
    assert "240" in synthesizer.get_response("How many animators did Riverside Studios lay off?", texts)
    assert "240" not in str(synthesizer.synthesize("What does the mayor of Riverside earn in a year?", nodes))
    assert synthesizer.synthesize("How many animators were laid off?", []).metadata["answer"].abstained


def test_it_answers_as_slugline_itself_where_slugline_retrieves(bundled: Engine) -> None:
    engine = RetrieverQueryEngine(PassageRetriever(bundled.retriever), QuotingSynthesizer(bundled))
    assert "118" in engine.query(STRIKE).metadata["answer"].sentences[0].text
    assert "118" in asyncio.run(engine.aquery(STRIKE)).metadata["answer"].sentences[0].text
    assert engine.query(GOALS).metadata["answer"].abstained


def test_the_synthesizer_waits_its_turn_behind_questions_that_came_before(bundled: Engine) -> None:
    node = NodeWithScore(node=TextNode(text="Riverside Studios laid off 240 animators in May."), score=1.0)
    question, synthesizer = "How many animators did Riverside Studios lay off?", QuotingSynthesizer(bundled)
    assert "240" in str(synthesizer.synthesize(question, [node])), "with its models loaded it takes no second"
    with ThreadPoolExecutor() as pool:
        with ExitStack() as others:
            for _ in range(AT_ONCE):
                others.enter_context(bundled.turn())
            asked = pool.submit(synthesizer.synthesize, question, [node])
            assert wait([asked], timeout=1).not_done
        assert "240" in str(asked.result())


def test_no_abbreviation_ends_a_sentence_that_is_quoted(bundled: Engine) -> None:
    text = "Court records show that Warner Bros. Discovery filed a suit of its own against Midjourney in September."
    node = NodeWithScore(node=TextNode(text=text, metadata={"title": "A second suit"}), score=1.0)
    answer = QuotingSynthesizer(bundled).synthesize("Who filed a suit of its own against Midjourney?", [node]).metadata["answer"]
    assert [sentence.text for sentence in answer.sentences] == [text]


def test_a_hit_is_a_node_and_back(bundled: Engine) -> None:
    hit = bundled.retriever.search(STRIKE).hits[0]
    back = as_hit(as_node(hit))
    assert (back.article.id, back.article.title, back.article.outlet) == (hit.article.id, hit.article.title, hit.article.outlet)
    assert (back.article.published, back.passage.text, back.score) == (hit.article.published, hit.passage.text, hit.score)
    undated = as_hit(NodeWithScore(node=TextNode(text="A text.", metadata={"published": "soon"})))
    assert undated.article.published is None


def test_the_evaluator_names_the_sentences_that_no_passage_says(bundled: Engine) -> None:
    evaluator = SupportEvaluator()
    response = AnswerEngine(bundled).query(STRIKE)
    told = evaluator.evaluate_response(STRIKE, response)
    assert told.passing
    assert told.score == 1.0
    passage = "The actors' strike ended on 9 November 2023 after 118 days."
    half = evaluator.evaluate(
        response="The actors' strike ended after 118 days. It cost the studios $9 billion.", contexts=[passage]
    )
    assert not half.passing
    assert half.score == 0.5
    assert half.feedback == "Not borne out: It cost the studios $9 billion.\n"
    with pytest.raises(ValueError, match="at least one context"):
        evaluator.evaluate(response="It ended.", contexts=[])


def test_a_stock_evaluator_runs_over_its_responses(bundled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # LlamaIndex's own default splits sentences with files that it would fetch.
    monkeypatch.setattr(LlamaSettings, "transformations", [TokenTextSplitter(chunk_size=4000, chunk_overlap=0)])
    response = AnswerEngine(bundled).query(STRIKE)
    told = tuple(sentence.text for sentence in response.metadata["answer"].sentences)
    assert FaithfulnessEvaluator(llm=_Compares(sentences=told)).evaluate_response(STRIKE, response).passing
    invented = _Compares(sentences=(*told, "The strike lasted 119 days."))
    assert not FaithfulnessEvaluator(llm=invented).evaluate_response(STRIKE, response).passing
