"""Our own questions over the bundled corpus. `dev` is for tuning, `test` for quoting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.metrics import hit_at, mean, percentile, precision_recall, reciprocal_rank
from eval.questions import BUNDLED, TYPES, Question, load, says, says_all
from rag.engine import Engine
from rag.types import Answer

# Passages asked for when ranking articles: enough that ten different ones are among them, at three of each at most.
_DEEP = 40


@dataclass(frozen=True)
class Outcome:
    """What became of one question."""

    question: Question
    ranked: tuple[str, ...]  # article ids, best first
    answer: Answer
    correct: bool
    facts_cited: int  # required facts that a sentence says and its cited passages hold too
    facts_said: int


def run(engine: Engine, split: str, progress: Callable[[], None] = lambda: None) -> list[Outcome]:
    """Ask every question of a bundled split ('dev' or 'test')."""
    outcomes = []
    for question in load(BUNDLED / f"{split}.jsonl"):
        outcomes.append(_ask(engine, question))
        progress()
    return outcomes


def _ask(engine: Engine, question: Question) -> Outcome:
    found = engine.retriever.search(question.text, _DEEP)
    ranked = tuple(dict.fromkeys(hit.article.id for hit in found.hits))
    answer = engine.ask(question.text)
    said = cited = 0
    sources = {citation.n: citation for citation in answer.citations}
    for group in question.required:
        for sentence in answer.sentences:
            if any(says(sentence.text, fact) for fact in group):
                said += 1
                cited += any(
                    any(says(sources[n].quote, fact) for fact in group) and sources[n].quote in sources[n].hit.passage.text
                    for n in sentence.citations
                )
                break
    return Outcome(question, ranked, answer, is_correct(question, answer), cited, said)


def is_correct(question: Question, answer: Answer) -> bool:
    """All required facts said and none that contradicts; for what the coverage does not tell, an abstention."""
    if answer.abstained:
        return not question.answerable or question.abstain_ok
    if not question.answerable:
        return False
    return says_all(answer.text, question.required) and not any(says(answer.text, fact) for fact in question.forbidden)


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Every figure of the suite by name. Shares are 0 to 1, higher is better; latencies are milliseconds a whole answer."""
    located = [o for o in outcomes if o.question.articles]
    # A false premise may be answered by a correction or an abstention: it counts for neither side of abstaining.
    judged = [o for o in outcomes if not o.question.abstain_ok]
    precision, recall = precision_recall([o.answer.abstained for o in judged], [not o.question.answerable for o in judged])
    times = [o.answer.timings_ms["total"] for o in outcomes]
    out = {f"hit@{k}": mean([hit_at(k, o.ranked, set(o.question.articles)) for o in located]) for k in (1, 3, 10)}
    out |= {
        "mrr": mean([reciprocal_rank(o.ranked, set(o.question.articles)) for o in located]),
        "correct": mean([o.correct for o in outcomes]),
        "correct_answerable": mean([o.correct for o in outcomes if o.question.answerable]),
        "correct_far": mean([o.correct for o in outcomes if o.question.far]),
        "citation_correct": sum(o.facts_cited for o in outcomes) / max(1, sum(o.facts_said for o in outcomes)),
        "abstention_precision": precision,
        "abstention_recall": recall,
        "sentences": mean([float(len(o.answer.sentences)) for o in outcomes if not o.answer.abstained]),
        "latency_p50_ms": percentile(times, 0.5),
        "latency_p95_ms": percentile(times, 0.95),
    }
    return out


def by_type(outcomes: Sequence[Outcome]) -> dict[str, tuple[int, float]]:
    """For each question type: how many there are and the share answered correctly."""
    return {
        kind: (len(same), mean([o.correct for o in same]))
        for kind in TYPES
        if (same := [o for o in outcomes if o.question.type == kind])
    }
