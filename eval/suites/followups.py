"""Conversations over the bundled corpus that end in a follow-up: is it made whole so that its article is found, and answered?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from eval.figures import Figure, Item, share_of
from eval.metrics import hit_at
from eval.questions import BUNDLED, says_all
from eval.ranking import articles
from eval.suite import Context, Suite
from eval.suites.bundled import check
from rag.engine import Engine
from rag.errors import BadInput
from rag.types import Answer


@dataclass(frozen=True)
class FollowUp:
    """`turns` are the questions before `question`; a right answer holds one spelling of each group in `required`."""

    id: str
    turns: tuple[str, ...]
    question: str
    articles: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]


def load(path: Path) -> list[FollowUp]:
    """The conversations in a JSON Lines file.

    Raises:
        BadInput: a line is not one; the message names it.
    """
    out = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            required = tuple(tuple(group) for group in row["required"])
            out.append(FollowUp(row["id"], tuple(row["turns"]), row["question"], tuple(row["articles"]), required))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise BadInput(f"{path}:{number}", f"not a conversation: {error!r}") from error
    return out


def held(engine: Engine, one: FollowUp) -> Item:
    """The conversation held, and what became of its last question; one that fails is wrong in everything, and says why."""
    history: list[Answer] = []
    try:
        for turn in one.turns:
            history.append(engine.ask(turn, history=history))
        answer = engine.ask(one.question, history=history)
        whole = answer.understood.text if answer.understood else one.question
        ranked = articles(engine.retriever, whole)
    except Exception as error:  # one conversation must not end the run
        return Item(one.id, "follow-up", one.question, {"hit@3": 0, "right": 0}, failed=f"{type(error).__name__}: {error}")
    right = not answer.abstained and says_all(answer.text, one.required)
    scores = {"hit@3": hit_at(3, ranked, set(one.articles)), "right": float(right)}
    return Item(one.id, "follow-up", one.question, scores, {"before": list(one.turns), "read_as": whole, "answer": answer.text})


def run(context: Context) -> list[Item]:
    """Hold the conversations of a split: dev for tuning, test for quoting."""
    engine = context.engine()
    check(engine)
    asked = context.some(load(BUNDLED / f"followups_{context.split}.jsonl"))
    items = []
    for done, one in enumerate(asked, 1):
        items.append(held(engine, one))
        context.progress(done, len(asked))
    return items


SUITE = Suite(
    "followups",
    "80 conversations over the bundled articles that end in a follow-up, 40 for tuning (dev) and 40 for quoting (test)",
    "in Slugline itself: eval/questions/",
    "Apache-2.0",
    "whether the follow-up, read with what came before, finds its article, and its answer holds every required fact",
    {
        "right": Figure(share_of("right"), "the answer holds every required fact"),
        "hit@3": Figure(share_of("hit@3"), "the follow-up, made whole, finds a right article among the first 3"),
    },
    "right",
    run,
)
