"""What other programs get on the page's port, asked with the clients that they would use."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest
from gradio_client import Client
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from tests.web.conftest import Served

WHEN = "When did Tennessee's ELVIS Act take effect?"


@pytest.fixture
def client(served: Served) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{served.address}/v1", api_key="none", max_retries=0)


def test_openai_s_client_gets_an_answer_with_its_citations(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["slugline"]
    done = client.chat.completions.create(model="slugline", messages=[{"role": "user", "content": WHEN}])
    [choice] = done.choices
    text = choice.message.content or ""
    assert "1 July 2024" in text
    assert "\n\n[1] " in text, "the sources stand below the answer"
    extra: Any = choice.message.model_extra
    quoted = [source["quote"] for source in extra["citations"]]
    assert all(quote in text for quote in quoted)
    assert extra["slugline"]["abstained"] is False
    assert choice.finish_reason == "stop"
    assert done.usage is not None
    assert done.usage.total_tokens > 0


def test_openai_s_client_reads_the_stream_as_the_same_text(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="slugline", messages=[{"role": "user", "content": WHEN}])
    chunks = list(
        client.chat.completions.create(
            model="slugline", messages=[{"role": "user", "content": WHEN}], stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len([piece for piece in pieces if piece]) > 2, "sentence by sentence"
    last: Any = [chunk for chunk in chunks if chunk.choices][-1]
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra["citations"]
    assert chunks[-1].usage is not None


def test_a_follow_up_leans_on_the_messages_before_it(client: openai.OpenAI) -> None:
    done = client.chat.completions.create(
        model="slugline",
        messages=[
            {"role": "user", "content": WHEN},
            {"role": "assistant", "content": "It came into force on 1 July 2024."},
            {"role": "user", "content": "Who signed it?"},
        ],
    )
    extra: Any = done.choices[0].message.model_extra
    assert "ELVIS" in extra["slugline"]["understood"]["text"]


def test_what_is_wrong_with_a_request_is_told_as_openai_does(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no question of role 'user'"):
        client.chat.completions.create(model="slugline", messages=[{"role": "system", "content": "Be brief."}])
    with pytest.raises(openai.BadRequestError, match="messages"):
        client.chat.completions.create(model="slugline", messages=[])
    with pytest.raises(openai.BadRequestError, match="at most 2000 are read"):
        client.chat.completions.create(model="slugline", messages=[{"role": "user", "content": "why " * 600}])


async def _with_mcp(address: str, calls: list[tuple[str, dict[str, Any]]]) -> tuple[dict[str, Any], list[Any]]:
    """The tools' input schemas by name, and what each call gave."""
    async with (
        streamablehttp_client(f"{address}/gradio_api/mcp/") as (reading, writing, _),
        ClientSession(reading, writing) as session,
    ):
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        return tools, [await session.call_tool(name, given) for name, given in calls]


def test_an_mcp_client_finds_four_typed_tools_and_can_call_each(served: Served) -> None:
    tools, (asked, found, one, told) = asyncio.run(
        _with_mcp(
            served.address,
            [
                ("ask", {"question": WHEN}),
                ("search", {"query": "voice cloning law", "top": 3, "since": "2024"}),
                ("article", {"article_id": "024"}),
                ("timeline", {"topic": "SAG-AFTRA strike"}),
            ],
        )
    )
    assert set(tools) == {"ask", "search", "article", "timeline"}
    asks = tools["ask"].inputSchema
    assert asks["properties"]["question"] == {"type": "string", "description": "The question, in English."}
    assert "question" in asks.get("required", ["question"])
    assert tools["search"].inputSchema["properties"]["top"]["type"] in {"integer", "number"}
    assert "cites the passage" in tools["ask"].description
    assert "1 July 2024" in _document(asked)["answer"]
    assert len(_document(found)["hits"]) == 3
    assert _document(one)["article_id"] == "024"
    assert "ELVIS" in _document(one)["text"]
    assert len(_document(told)["events"]) > 3


def _document(result: Any) -> dict[str, Any]:
    assert not result.isError, result.content
    document: dict[str, Any] = json.loads(result.content[0].text)
    return document


def test_gradio_s_client_calls_the_same_functions(served: Served) -> None:
    client = Client(served.address, verbose=False, analytics_enabled=False)
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(named) == {"/ask", "/search", "/article", "/timeline"}, "and nothing of the page's own wiring"
    assert "1 July 2024" in json.loads(client.predict(question=WHEN, api_name="/ask"))["answer"]
    with pytest.raises(Exception, match="There is no article 'nowhere'"):
        client.predict(article_id="nowhere", api_name="/article")


def test_twenty_asking_at_once_all_get_their_own_answer(served: Served) -> None:
    questions = [WHEN, "How many days did the writers strike last?"] * 10

    async def ask_all() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(timeout=60) as client:
            asking = [
                client.post(f"{served.address}/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
                for question in questions
            ]
            return [answer.raise_for_status().json() for answer in await asyncio.gather(*asking)]

    answers = [done["choices"][0]["message"]["content"] for done in asyncio.run(ask_all())]
    assert all(("1 July 2024" in text) == (question == WHEN) for question, text in zip(questions, answers, strict=True))
    assert all("148" in text for question, text in zip(questions, answers, strict=True) if question != WHEN)
