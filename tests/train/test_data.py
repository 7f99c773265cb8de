from __future__ import annotations

import json
import random
import re
from pathlib import Path

import frontmatter

from train.reader_data import BRIEFS, COVERAGE, Example, briefs, renamed
from train.reader_stages import STAGES


def test_each_answer_over_the_briefs_stands_in_its_passage_and_the_question_is_not_answered_by_its_title() -> None:
    examples = briefs(random.Random(0), slice(None))
    told = [e for e in examples if e.start >= 0]
    assert all(e.context[e.start : e.end].strip() and "\n" not in e.context[e.start : e.end] for e in told)
    assert all(e.start > e.context.index("\n") for e in told)
    assert 0.4 < len(told) / len(examples) < 0.7, "the reader has to meet both kinds"


def test_the_briefs_are_invented_they_name_no_person_firm_or_outlet_of_the_corpus() -> None:
    real: set[str] = set()
    for path in Path("corpus").glob("[0-9]*.md"):
        front = frontmatter.load(str(path)).metadata
        real |= {*front["people"], *front["organisations"], *(source["outlet"] for source in front["sources"])}
    assert len(real) > 500
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, real))})\b")
    for line in BRIEFS.read_text("utf-8").splitlines():
        brief = json.loads(line)
        asked = [row["question"] for row in brief["questions"]]
        assert not named.findall(" ".join([brief["title"], *brief["passages"], *asked])), brief["title"]


def test_the_stages_together_train_on_every_question_of_ours_once_as_new() -> None:
    for file, rows in ((COVERAGE, [s.coverage for s in STAGES.values()]), (BRIEFS, [s.briefs for s in STAGES.values()])):
        lines = range(len(file.read_text("utf-8").splitlines()))
        assert [i for of in rows for i in lines[of]] == list(lines)


def test_a_question_asked_with_another_name_is_not_told_and_names_nothing_of_its_passage() -> None:
    suit = Example("How much is Corvane Records suing for?", "Suit\nCorvane Records wants 9 million euros.", 28, 43, "briefs")
    rent = Example("How much is Ilse Vandrommel's rent?", "Rent\nIlse Vandrommel pays 800 euros.", 25, 34, "briefs")
    untold = Example("How much is Corvane Records worth?", suit.context, -1, -1, "briefs")
    asked = [suit, rent, untold]
    found = [e for seed in range(20) for e in renamed(asked, random.Random(seed), 1.0)]
    assert {(e.question, e.context) for e in found} == {
        ("How much is Ilse Vandrommel suing for?", suit.context),
        ("How much is Corvane Records's rent?", rent.context),
    }
    assert all((e.start, e.end) == (-1, -1) for e in found)
    assert renamed(asked, random.Random(0), 0.0) == []
