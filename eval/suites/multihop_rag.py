"""MultiHop-RAG (Tang and Yang, 2024): questions whose evidence is spread over news articles, scored as its authors do.

Null questions are left out; white space is taken out of gold facts and passages; a passage counts when it contains a gold fact.
all-evidence@10 asks for every gold fact among the first ten, for a comparison is answered only when both sides are found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.answering import ask_all
from eval.figures import Figure, Item, latency, measured, share_of
from eval.questions import Question as Asked
from eval.ranking import timed
from eval.statistics import mean, ratio
from eval.suite import Context, Suite
from eval.suites.reading import articles_file, whole
from rag.errors import BadInput

WANTS = "the folder of MultiHop-RAG's corpus.json and MultiHopRAG.json"
TOP = 10
NULL = "null_query"


@dataclass(frozen=True)
class Question:
    """A question with the sentences that answer it; a null question has none."""

    text: str
    type: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What the first TOP passages hold. `hits[i]` says whether passage i holds a gold fact, `new[i]` how many that none before held."""

    question: Question
    hits: tuple[bool, ...]
    new: tuple[int, ...]
    whole: bool
    ms: float


def corpus_file(data: Path, work: Path) -> Path:
    """The articles of `data`/corpus.json as JSON Lines in `work`, for ingesting.

    Raises:
        BadInput: `data` holds no such file.
    """
    return articles_file(work / "multihop_rag.jsonl", whole(data / "corpus.json", WANTS))


def _all_questions(data: Path) -> list[Question]:
    path = data / "MultiHopRAG.json"
    try:
        return [
            Question(row["query"], row["question_type"], tuple(item["fact"] for item in row["evidence_list"]))
            for row in whole(path, WANTS)
        ]
    except (KeyError, TypeError) as error:
        raise BadInput(str(path), f"is not a list of MultiHop-RAG questions: {error!r}") from error


def questions(data: Path) -> list[Question]:
    """The answerable questions of `data`/MultiHopRAG.json.

    Raises:
        BadInput: `data` holds no such file, or another one.
    """
    return [question for question in _all_questions(data) if question.type != NULL]


def half(text: str) -> int:
    """0 or 1, the same for a question always: choose on one half, confirm on the other."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16) % 2


def squash(text: str) -> str:
    """`text` without spaces and newlines, as upstream compares."""
    return text.replace(" ", "").replace("\n", "")


def judge(question: Question, passages: Sequence[str], ms: float = 0.0) -> Outcome:
    """What the first TOP of `passages`, best first, hold."""
    texts = [squash(text) for text in passages[:TOP]]
    held = [{fact for fact in map(squash, question.facts) if fact in text} for text in texts]
    seen: set[str] = set()
    new = []
    for facts in held:
        new.append(len(facts - seen))
        seen |= facts
    return Outcome(question, tuple(map(bool, held)), tuple(new), seen == set(map(squash, question.facts)), ms)


def run(asked: Sequence[Question], search: Callable[[str], tuple[Sequence[str], float]]) -> list[Outcome]:
    """Ask each; `search` gives passage texts best first, and how many milliseconds it took."""
    return [judge(question, *search(question.text)) for question in asked]


def item(outcome: Outcome, id_: str) -> Item:
    """An outcome as an item of the suite."""
    gold = min(len(set(outcome.question.facts)), TOP)
    scores = {
        "hits@4": float(any(outcome.hits[:4])),
        "hits@10": float(any(outcome.hits)),
        "mrr@10": next((1 / rank for rank, hit in enumerate(outcome.hits, 1) if hit), 0.0),
        "map@10": sum(new / rank for rank, new in enumerate(outcome.new, 1)) / gold,
        "all_evidence@10": float(outcome.whole),
        "ms": outcome.ms,
    }
    detail = {"expected": {"evidence": list(outcome.question.facts)}, "hits": list(outcome.hits)}
    return Item(id_, outcome.question.type, outcome.question.text, scores, detail)


RETRIEVAL: dict[str, Figure] = {
    "hits@4": Figure(share_of("hits@4"), "a passage among the first 4 holds a gold fact"),
    "hits@10": Figure(share_of("hits@10"), "a passage among the first 10 holds a gold fact"),
    "mrr@10": Figure(share_of("mrr@10"), "1 over the rank of the first such passage"),
    "map@10": Figure(share_of("map@10"), "upstream's: new gold facts over rank, over the smaller of gold facts and 10"),
    "all_evidence@10": Figure(share_of("all_evidence@10"), "the first 10 passages hold every gold fact"),
    **latency(of="the searches"),
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of RETRIEVAL that `outcomes` have."""
    found = measured(RETRIEVAL, [item(outcome, str(number)) for number, outcome in enumerate(outcomes)])
    return {name: estimate.value for name, estimate in found.items()}


def run_suite(context: Context) -> list[Item]:
    """Search for every answerable question; ask the null ones and as many others, and see on which Slugline abstains."""
    data = SUITE.data_of(context)
    every = context.some(list(enumerate(_all_questions(data))))
    known = [(number, question) for number, question in every if question.type != NULL]
    null = [(number, question) for number, question in every if question.type == NULL]
    engine = context.only(corpus_file(data, context.engine().library.data_dir))
    search = timed(engine.retriever, TOP)
    items = {}
    for done, (number, question) in enumerate(known, 1):
        items[number] = item(judge(question, *search(question.text)), f"m{number:04d}")
        context.progress(done, len(known))
    step = max(1, len(known) // max(1, len(null)))  # spread evenly over the file
    asked = [*null, *known[::step][: len(null)]]
    answers = ask_all(engine, [_asked(*one) for one in asked], context.judge, context.price, context.progress)
    for (number, _), answer in zip(asked, answers, strict=True):
        searched = items.get(number)
        scores = {**(searched.scores if searched else {}), **{name: answer.scores[name] for name in ("abstained", "tells")}}
        detail = {**answer.detail, **(searched.detail if searched else {})}
        items[number] = Item(answer.id, answer.type, answer.question, scores, detail, answer.failed)
    return [items[number] for number in sorted(items)]


def _asked(number: int, question: Question) -> Asked:
    told = question.type != NULL
    return Asked(f"m{number:04d}", question.type, question.text, False, told, (), (), evidence=question.facts)


SUITE = Suite(
    "multihop-rag",
    "2,556 questions whose evidence is spread over 609 news articles",
    "github.com/yixuantt/MultiHop-RAG, folder dataset",
    "ODC-BY 1.0",
    "white space taken out, a passage counts when it holds a gold fact; null questions are left out of the retrieval figures and asked, "
    "with as many others, for those of abstaining",
    {
        **RETRIEVAL,
        "abstention_precision": Figure(
            lambda c: ratio(c["abstained"] * (1 - c["tells"]), c["abstained"]),
            "of the abstentions: a null question; null and other questions are asked in equal number",
        ),
        "abstention_recall": Figure(
            lambda c: mean(np.where(c["tells"] == 0, c["abstained"], np.nan)), "of the null questions: abstained"
        ),
    },
    "all_evidence@10",
    run_suite,
    WANTS,
)
