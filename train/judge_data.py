"""Examples for the judge: a claim, the text it should be in, whether it is, and, where known, which words of it are not.

Sources, all of licences that allow it: RAGTruth, BUMP, ExpertQA, StorySumm and FActScore (MIT), SummEdits, FoolMeTwice, CAD and Q2
(Apache-2.0), WiCE (ODC-BY), SNLI, FEVER and HELP (CC BY-SA), MultiNLI (mixed open), and sentences of RAGTruth's and BUMP's texts
changed by rule (`train/alter.py`).
"""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.evidence import sentence_spans
from train.alter import alter

LICENSED = {"ragtruth_qa", "bump", "expertqa", "storysumm", "factscore", "q2_wow", "wice_claim", "summedits"}
NLI = {"snli": 3000, "mnli": 5000, "fever": 5000, "cad_snli": 2000, "help": 1000, "foolmetwice": 1169}
ALTERED = 5000


@dataclass(frozen=True)
class Example:
    """`wrong` are the characters of the claim that the text does not bear out; None when nobody marked them."""

    claim: str
    text: str
    supported: bool
    wrong: tuple[tuple[int, int], ...] | None
    source: str


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a `.jsonl.xz` file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def labelled(path: Path, use: str) -> list[dict[str, Any]]:
    """The rows of `faithfulness.jsonl.xz` marked `use`; for 'train' only of sets whose licence allows training."""
    return [
        row
        for row in lines(path)
        if row["use"] == use and (use == "dev" or row["dataset"] in LICENSED or row["dataset"].startswith("summedits"))
    ]


def example(row: dict[str, Any]) -> Example:
    """A row as it stands: the whole claim."""
    spans = (row["extra"] or {}).get("spans") if row["dataset"] == "ragtruth_qa" else None
    wrong: tuple[tuple[int, int], ...] | None = () if row["label"] else None
    if spans is not None:
        wrong = tuple((start, end) for start, end, *_ in spans)
    return Example(row["claim"], row["context"], bool(row["label"]), wrong, row["dataset"])


def _sentence(row: dict[str, Any], rng: random.Random) -> Example:
    """One sentence of a RAGTruth answer, wrong where a marked span touches it."""
    spans = sentence_spans(row["claim"])
    marked = [(start, end) for start, end, *_ in row["extra"]["spans"]]
    touched = [s for s in spans if any(a < s.end and b > s.start for a, b in marked)]
    one = rng.choice(touched) if touched and rng.random() < 0.5 else rng.choice(spans)
    wrong = tuple(
        (max(a, one.start) - one.start, min(b, one.end) - one.start) for a, b in marked if a < one.end and b > one.start
    )
    return Example(row["claim"][one.start : one.end], row["context"], not wrong, wrong, "ragtruth_sentence")


def faithfulness(data: Path, rng: random.Random) -> list[Example]:
    """The human-labelled rows, and of each RAGTruth answer one sentence beside the whole."""
    out = []
    for row in labelled(data / "faithfulness.jsonl.xz", "train"):
        if row["dataset"] == "factscore" and rng.random() > 0.4:
            continue  # eight thousand short claims about few people crowd the rest out
        out.append(example(row))
        if row["dataset"] == "ragtruth_qa" and row["claim"].strip():
            out.append(_sentence(row, rng))
    return out


def altered(data: Path, rng: random.Random, count: int = ALTERED, use: str = "train") -> list[Example]:
    """Sentences of RAGTruth's and BUMP's texts in a stretch of their text, half of them changed by rule in one place."""
    contexts = sorted(
        {row["context"] for row in labelled(data / "faithfulness.jsonl.xz", use) if row["dataset"] in {"ragtruth_qa", "bump"}}
    )
    out: list[Example] = []
    while len(out) < count:
        text = rng.choice(contexts)
        spans = [s for s in sentence_spans(text) if 40 < s.end - s.start < 320]
        if len(spans) < 3:
            continue
        at = rng.randrange(len(spans))
        first = max(0, at - rng.randrange(5))
        around = text[spans[first].start : spans[min(len(spans) - 1, first + 6)].end]
        sentence = text[spans[at].start : spans[at].end]
        if len(out) % 2:
            out.append(Example(sentence, around, True, (), "altered"))
            continue
        changed = alter(sentence, text, rng)
        if changed is not None:
            out.append(Example(changed.text, around, False, ((changed.start, changed.end),), "altered"))
    return out


def inference(data: Path, rng: random.Random) -> list[Example]:
    """Sentence pairs: only entailment counts as support."""
    by_source: dict[str, list[Example]] = {name: [] for name in NLI}
    for row in lines(data / "nli.jsonl.xz"):
        if row["role"] == "train" and row["source"] in NLI:
            supported = row["label"] == "entailment"
            by_source[row["source"]].append(
                Example(row["hypothesis"], row["premise"], supported, () if supported else None, row["source"])
            )
    return [e for name, rows in by_source.items() for e in rng.sample(rows, min(len(rows), NLI[name]))]
