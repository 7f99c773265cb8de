"""A language model that lies, over a real library: what becomes of its sentences."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.config import Settings
from rag.engine import Engine
from rag.store.library import Library
from rag.types import Support

CASES = [json.loads(line) for line in Path(__file__).with_name("lies.jsonl").read_text("utf-8").splitlines()]


def _place(messages: Sequence[dict[str, Any]], title: str) -> int:
    """Number of the passage with that title among those the model was given."""
    found = re.search(rf"\[(\d+)\] {re.escape(title)}", messages[-1]["content"])
    assert found, f"{title} was not among the passages"
    return int(found.group(1))


def test_lies_are_marked_and_true_sentences_are_not(
    library: Library, settings: Settings, article_file: Callable[..., Path], put: Callable[[Sequence[Path]], None], scripted: Any
) -> None:
    put(
        [
            article_file(
                f"{n}.md", case["text"], id=f"l{n}", title=case["title"], outlet=case["outlet"], published=case["published"]
            )
            for n, case in enumerate(CASES)
        ]
    )
    engine = Engine(library, settings.model_copy(update={"llm": scripted.settings()}))
    marked: dict[str, Counter[Support]] = {"true": Counter(), "lies": Counter()}
    slipped, wronged = [], []
    for case in CASES:
        said = [*case["true"], *(lie for _, lie in case["lies"])]

        def reply(messages: list[dict[str, Any]], case: dict[str, Any] = case, said: list[str] = said) -> str:
            n = _place(messages, case["title"])
            return " ".join(
                f"{sentence[:-1]} [{n}]{sentence[-1]}" if sentence[-1] == "." else f"{sentence} [{n}]" for sentence in said
            )

        scripted.says = reply
        answer = engine.ask(case["question"])
        shown = {sentence.text: sentence.support for sentence in answer.sentences}
        for kind, sentences in (("true", case["true"]), ("lies", [lie for _, lie in case["lies"]])):
            for sentence in sentences:
                support = shown.get(sentence, Support.NONE)  # what a link was taken out of is another sentence, and marked
                marked[kind][support] += 1
                if kind == "lies" and support is not Support.NONE:
                    slipped.append((support.value, sentence))
                if kind == "true" and support is Support.NONE:
                    wronged.append(sentence)
    lies, true = marked["lies"], marked["true"]
    assert sum(lies.values()) >= 80
    assert lies[Support.NONE] / sum(lies.values()) >= 0.95, slipped
    assert true[Support.NONE] / sum(true.values()) <= 0.05, wronged
