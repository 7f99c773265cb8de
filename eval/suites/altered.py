"""Sentences of the bundled articles as they stand, and with one figure, date, name, outlet or negation changed.

The 479 pairs were made by rule (`train/alter.py`; a name or outlet comes from elsewhere in the same article) and read one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from eval.figures import Item
from eval.questions import BUNDLED
from eval.suite import Context, Suite
from eval.suites import judging
from eval.suites.bundled import check
from eval.suites.pair_formats import Pair
from rag.engine import Engine

FILE = BUNDLED / "altered.jsonl"


def _around(text: str, sentence: str) -> str:
    """The paragraph of `text` that holds `sentence`, and its neighbours: about what a passage is."""
    paragraphs = text.split("\n\n")
    at = next(i for i, paragraph in enumerate(paragraphs) if sentence in paragraph)
    return "\n\n".join(paragraphs[max(0, at - 1) : at + 2])


def pairs(engine: Engine, file: Path = FILE) -> Iterator[Pair]:
    """Of each row the sentence, which its passage supports, and the changed one, which it does not."""
    texts = {article.id: article.text for article in engine.library.articles()}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        passage = _around(texts[row["article"]], row["sentence"])
        for claim, supported in ((row["sentence"], True), (row["changed"], False)):
            label = "as it stands" if supported else f"{row['kind']} changed"
            yield Pair(f"{number}{'' if supported else '-changed'}", row["kind"], claim, passage, supported, label)


def _run(context: Context) -> list[Item]:
    engine = context.engine()
    check(engine)
    return judging.items(context, context.some(list(pairs(engine))))


SUITE = Suite(
    "altered",
    "479 sentences of the bundled articles, each as it stands and with one thing in it changed",
    "in Slugline itself: eval/questions/altered.jsonl",
    "Apache-2.0",
    "a sentence as it stands is supported, the changed one is not; balanced accuracy, mean over the five kinds of change",
    judging.FIGURES,
    "right",
    _run,
)
