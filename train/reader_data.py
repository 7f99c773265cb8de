"""Examples for the reader: a question, a context, and where in it the answer stands, or that it does not tell.

Sources, all of licences that allow it: SQuAD 2.0 (CC BY-SA 4.0), QAMR (MIT), COVID-QA (Apache-2.0), and questions written for
Slugline over news passages that are looked up by hash and offsets: `newsroom.jsonl` over BUMP's (MIT), `coverage.jsonl` over
those of MultiHop-RAG (ODC-BY 1.0) that are about film, music, games, platforms and technology. `briefs.jsonl` holds its own
passages: invented news in the form of a library's briefs.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEWSROOM = Path(__file__).with_name("newsroom.jsonl")
COVERAGE = Path(__file__).with_name("coverage.jsonl")
BRIEFS = Path(__file__).with_name("briefs.jsonl")
CONTEXT_CHARACTERS = 1000  # about the passage length of the library
_TIME = "January|February|March|April|May|June|July|August|September|October|November|December|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|I"
# Words with capitals, the first of the question and those of time apart.
_NAME = re.compile(rf"(?<!^)\b(?!(?:{_TIME})\b)[A-Z][\w&'-]*(?: (?:of the |of |the |and )?(?!(?:{_TIME})\b)[A-Z][\w&'-]*)*")


@dataclass(frozen=True)
class Example:
    """`start` and `end` are characters of `context`; both -1 when it does not tell. `source` names the set it is from."""

    question: str
    context: str
    start: int
    end: int
    source: str


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _window(context: str, start: int, end: int, rng: random.Random) -> tuple[str, int, int]:
    """At most CONTEXT_CHARACTERS of `context` around the answer, starting after a sentence's end where there is one."""
    if len(context) <= CONTEXT_CHARACTERS:
        return context, start, end
    room = max(0, CONTEXT_CHARACTERS - (end - start))
    begin = max(0, min(start - rng.randrange(room + 1), len(context) - CONTEXT_CHARACTERS))
    begin = context.rfind(". ", 0, begin) + 2 if context.rfind(". ", 0, begin) >= 0 else 0
    if end - begin > CONTEXT_CHARACTERS:
        begin = start
    return context[begin : begin + CONTEXT_CHARACTERS], start - begin, end - begin


def public(path: Path, use: str, rng: random.Random) -> list[Example]:
    """The examples of `qa.jsonl.xz` that are marked `use` ('train' or 'dev') and may be trained on.

    QAMR asks about single sentences: up to three others of its set are put around, in random order, so that the model has to
    choose the sentence; one question in eight loses its own sentence and becomes unanswerable.
    """
    qamr: dict[str, list[dict[str, Any]]] = {}
    examples = []
    for row in _lines(path):
        if row["use"] != use:
            continue
        if row["source"].startswith("qamr"):
            qamr.setdefault(row["source"], []).append(row)
        elif row["source"] in {"squad2", "covidqa"}:
            start = -1 if row["is_impossible"] else row["answer_start"][0]
            if row["is_impossible"]:
                examples.append(Example(row["question"], row["context"][:CONTEXT_CHARACTERS], -1, -1, row["source"]))
                continue
            end = start + len(row["answers"][0])
            if row["context"][start:end] == row["answers"][0] and end - start < CONTEXT_CHARACTERS // 2:
                context, start, end = _window(row["context"], start, end, rng)
                examples.append(Example(row["question"], context, start, end, row["source"]))
    for source, rows in sorted(qamr.items()):
        sentences = sorted({row["context"] for row in rows})
        for row in rng.sample(rows, len(rows) // 4):  # more of them crowds the harder sets out
            start = row["answer_start"][0]
            answer = row["answers"][0]
            if row["context"][start : start + len(answer)] != answer:
                continue
            around = [s for s in rng.sample(sentences, min(len(sentences), rng.randrange(4))) if s != row["context"]]
            if around and rng.random() < 1 / 8:
                examples.append(Example(row["question"], " ".join(around), -1, -1, source))
                continue
            place = rng.randrange(len(around) + 1)
            before = " ".join(around[:place])
            shift = len(before) + bool(before)
            context = " ".join([*around[:place], row["context"], *around[place:]])
            examples.append(Example(row["question"], context, start + shift, start + shift + len(answer), source))
    return examples


def newsroom(data: Path, rng: random.Random) -> list[Example]:
    """Our own questions, with the passages they are about out of `faithfulness.jsonl.xz`, and each question again with
    another passage of the same article, which does not tell (a question that both answer is rare and harmless)."""
    contexts = {}
    for row in _lines(data / "faithfulness.jsonl.xz"):
        if row["dataset"] == "bump" and row["use"] == "train":
            contexts[hashlib.sha256(row["context"].encode()).hexdigest()[:16]] = row["context"]
    rows = [json.loads(line) for line in NEWSROOM.read_text("utf-8").splitlines()]
    passages: dict[str, set[tuple[int, int]]] = {}
    for row in rows:
        passages.setdefault(row["context"], set()).add((row["start"], row["end"]))
    examples = []
    for row in rows:
        text = contexts[row["context"]][row["start"] : row["end"]]
        folded = " ".join(text.split())
        start = -1 if row["answer"] is None else folded.find(row["answer"])
        if row["answer"] is not None and start < 0:
            raise ValueError(f"answer {row['answer']!r} is not in its passage {row['context']}:{row['start']}")
        end = -1 if start < 0 else start + len(row["answer"])
        examples.append(Example(row["question"], folded, start, end, "newsroom"))
        others = sorted(passages[row["context"]] - {(row["start"], row["end"])})
        if others and start >= 0 and rng.random() < 0.5:
            a, b = rng.choice(others)
            examples.append(Example(row["question"], " ".join(contexts[row["context"]][a:b].split()), -1, -1, "newsroom"))
    return examples


def coverage(data: Path, rng: random.Random, rows: slice) -> list[Example]:
    """Those `rows` of our own questions, most in words far from the passage's, over passages of `multihop_rag/corpus.json` with their title before
    them, as a library's are read; half of them again with another passage, of the same article or of another, which does not tell."""
    articles = {}
    for article in json.loads((data / "multihop_rag" / "corpus.json").read_text("utf-8")):
        articles[hashlib.sha256(article["body"].encode()).hexdigest()[:16]] = article
    asked = [json.loads(line) for line in COVERAGE.read_text("utf-8").splitlines()][rows]
    passages = sorted({(row["context"], row["start"], row["end"]) for row in asked})

    def text(passage: tuple[str, int, int]) -> tuple[str, str]:
        key, start, end = passage
        return f"{articles[key]['title']}\n", " ".join(articles[key]["body"][start:end].split())

    examples = []
    for row in asked:
        own = (row["context"], row["start"], row["end"])
        title, passage = text(own)
        start, end = (len(title) + at for at in row["answer"]) if row["answer"] else (-1, -1)
        examples.append(Example(row["question"], title + passage, start, end, "coverage"))
        if row["answer"] and rng.random() < 0.5:
            beside = [other for other in passages if other[0] == own[0] and other != own]
            other = beside[0] if beside and rng.random() < 0.6 else rng.choice([p for p in passages if p[0] != own[0]])
            examples.append(Example(row["question"], "".join(text(other)), -1, -1, "coverage"))
    return examples


def briefs(rng: random.Random, which: slice) -> list[Example]:
    """Our own questions over invented briefs, with the brief's title before each passage; half of those that are answered
    again with the brief's other passage or another brief's, which does not tell."""
    known = [json.loads(line) for line in BRIEFS.read_text("utf-8").splitlines()][which]
    passages = [[f"{brief['title']}\n{text}" for text in brief["passages"]] for brief in known]
    examples = []
    for at, brief in enumerate(known):
        for row in brief["questions"]:
            context = passages[at][row["passage"]]
            start = -1 if row["answer"] is None else context.find(row["answer"], len(brief["title"]) + 1)
            if row["answer"] is not None and start < 0:
                raise ValueError(f"answer {row['answer']!r} is not in passage {row['passage']} of {brief['title']!r}")
            end = -1 if start < 0 else start + len(row["answer"])
            examples.append(Example(row["question"], context, start, end, "briefs"))
            if start >= 0 and rng.random() < 0.5:
                other = at if rng.random() < 0.6 else rng.choice([i for i in range(len(known)) if i != at])
                examples.append(Example(row["question"], passages[other][1 - row["passage"]], -1, -1, "briefs"))
    return examples


def renamed(examples: Sequence[Example], rng: random.Random, share: float) -> list[Example]:
    """That `share` of those answered whose question holds a name of its passage, with another question's name in its place, which the passage
    does not have and so does not tell of: 'How much is Corvane suing for?' asked of the suit of another."""
    pool: dict[str, list[str]] = {}  # names by how their question begins: a person's stands where a person's did, mostly
    for e in examples:
        pool.setdefault(_opening(e.question), []).extend(_bare(name) for name in _NAME.finditer(e.question))
    out = []
    for e in examples:
        own = [name for name in _NAME.finditer(e.question) if _bare(name) in e.context] if e.start >= 0 else []
        if own and rng.random() < share:
            name = rng.choice(own)
            other = rng.choice(pool[_opening(e.question)])
            if not any(word in e.context for word in other.split()):
                question = e.question[: name.start()] + other + e.question[name.start() + len(_bare(name)) :]
                out.append(Example(question, e.context, -1, -1, e.source))
    return out


def _opening(question: str) -> str:
    return " ".join(question.lower().split()[:2])


def _bare(name: re.Match[str]) -> str:
    return name.group().removesuffix("'s").rstrip("'")
