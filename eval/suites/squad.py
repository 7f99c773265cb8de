"""SQuAD 2.0 (Rajpurkar et al., 2018): its paragraphs are the library, its questions are asked, its unanswerable ones must be declined.

Slugline answers in whole sentences, so exact match is all but 0 and token F1 low by construction; `answer_said` tells whether the
sentences hold a reference answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.answering import FIGURES, ask_all
from eval.figures import Figure, Item
from eval.questions import Question
from eval.statistics import mean
from eval.suite import Context, Suite
from eval.suites.reading import articles_file, whole
from rag.errors import BadInput

WANTS = "train-v2.0.json or dev-v2.0.json, as published"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph with its questions."""

    id: str
    title: str
    text: str
    questions: tuple[Question, ...]


def read(path: Path) -> list[Paragraph]:
    """The paragraphs of a SQuAD 2.0 file.

    Raises:
        BadInput: it is not one.
    """

    def paragraphs() -> Iterator[Paragraph]:
        for article in whole(path, WANTS)["data"]:
            for paragraph in article["paragraphs"]:
                id_ = f"squad-{next(count):05d}"
                asked = tuple(_question(row, id_) for row in paragraph["qas"])
                yield Paragraph(id_, article["title"].replace("_", " "), paragraph["context"], asked)

    count = iter(range(10**6))
    try:
        return list(paragraphs())
    except (KeyError, TypeError) as error:
        raise BadInput(str(path), f"is not SQuAD 2.0 ({error!r}); give {WANTS}") from error


def _question(row: dict[str, object], paragraph: str) -> Question:
    told = not row["is_impossible"]
    answers = tuple(dict.fromkeys(answer["text"] for answer in row["answers"])) if told else ()  # type: ignore[attr-defined]
    kind = "answerable" if told else "unanswerable"
    return Question(str(row["id"]), kind, str(row["question"]), False, told, (paragraph,) if told else (), (), answers=answers)


def run(context: Context) -> list[Item]:
    """Ask the questions over a library of all the paragraphs."""
    found = read(SUITE.data_of(context))
    articles = ({"id": p.id, "title": p.title, "text": p.text} for p in found)
    engine = context.only(articles_file(context.engine().library.data_dir / "squad.jsonl", articles))
    asked = context.some([question for paragraph in found for question in paragraph.questions])
    items = ask_all(engine, asked, context.judge, context.price, context.progress)
    return [_scored(item) for item in items]


def _scored(item: Item) -> Item:
    """An unanswerable question scores for the empty answer alone, as upstream has it."""
    if item.scores["answerable"]:
        return item
    declined = item.scores["abstained"]
    return Item(
        item.id,
        item.type,
        item.question,
        {**item.scores, "exact_match": declined, "token_f1": declined},
        item.detail,
        item.failed,
    )


_KEPT = (
    "hit@1", "hit@10", "mrr", "exact_match", "token_f1", "correct", "abstention_precision", "abstention_recall", "faithfulness",
    "calibration_error", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms",
)  # fmt: skip

SUITE = Suite(
    "squad",
    "SQuAD 2.0: 100,000 questions over Wikipedia paragraphs, half of the development set without an answer",
    "rajpurkar.github.io/SQuAD-explorer",
    "CC BY-SA 4.0",
    "the paragraphs are the library; exact match and token F1 after lower-casing and stripping punctuation and articles; an "
    "unanswerable question scores for abstaining alone",
    {
        **{name: FIGURES[name] for name in _KEPT},
        "answer_said": Figure(
            lambda c: mean(np.where(c["answerable"] == 1, c["correct"], np.nan)),
            "of the answerable questions: the answer's sentences hold a reference answer",
        ),
    },
    "correct",
    run,
    WANTS,
)
