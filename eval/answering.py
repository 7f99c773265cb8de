"""Questions asked of the engine and what came of them: the scores of each, and the figures over all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.citations import Cited, Verdict, verdicts
from eval.figures import Columns, Figure, Item, latency, share_of
from eval.judges import Judge
from eval.metrics import average_precision, exact_match, hit_at, ndcg_at, recall_at, reciprocal_rank, token_f1
from eval.questions import Question, says, says_all
from eval.statistics import Statistic, calibration_error, mean, ratio
from rag.engine import Engine
from rag.types import Answer

CURVE = (1, 2, 3, 5, 10)
# Passages asked for when ranking articles: enough that ten different ones are among them.
_DEEP = 40


@dataclass(frozen=True)
class Price:
    """What a language model costs: US dollars for a million tokens read and written."""

    prompt: float = 0.0
    completion: float = 0.0

    def of(self, tokens: Mapping[str, int]) -> float:
        return (tokens.get("prompt", 0) * self.prompt + tokens.get("completion", 0) * self.completion) / 1e6


@dataclass(frozen=True)
class _Asked:
    question: Question
    ranked: tuple[str, ...]  # article ids, best first
    answer: Answer
    failed: str = ""


def ask_all(
    engine: Engine,
    questions: Sequence[Question],
    judge: Judge,
    price: Price | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Item]:
    """Ask every question, judge every sentence, and score what came; a question that fails is wrong in everything, and says why."""
    engine.ask("What does the coverage say?")  # loads the models: latencies are of a warm engine
    asked = []
    for done, question in enumerate(questions, 1):
        asked.append(_ask(engine, question))
        progress(done, len(questions))
    found = verdicts([cited(one.answer) for one in asked], judge)
    return [_item(one, verdict, price) for one, verdict in zip(asked, found, strict=True)]


def _ask(engine: Engine, question: Question) -> _Asked:
    try:
        answer = engine.ask(question.text)  # before the deep search, which would leave what it read in memory: latency counts it
        hits = engine.retriever.search(question.text, _DEEP).hits
        return _Asked(question, tuple(dict.fromkeys(hit.article.id for hit in hits)), answer)
    except Exception as error:  # one question must not end the run: it counts as wrong and is listed with its reason
        return _Asked(question, (), Answer(question.text), f"{type(error).__name__}: {error}")


def cited(answer: Answer) -> list[Cited]:
    """The sentences of `answer` with the texts of the passages they cite, as they are judged."""
    passages = {citation.n: citation.hit.passage.text for citation in answer.citations}
    return [
        Cited(sentence.text, tuple(dict.fromkeys(passages[n] for n in sentence.citations if n in passages)))
        for sentence in answer.sentences
    ]


def is_correct(question: Question, answer: Answer) -> bool:
    """All required facts said and none that contradicts; for what the coverage does not tell, an abstention.

    Where a question has no required facts, one of its `answers` must be said; without those, a cited passage must hold a sentence
    of its `evidence`; without that, one of its articles must be cited.
    """
    if answer.abstained:
        return not question.answerable or question.abstain_ok
    if not question.answerable or not answer.sentences:
        return False
    if any(says(answer.text, fact) for fact in question.forbidden):
        return False
    if question.required:
        return says_all(answer.text, question.required)
    if question.answers:
        return any(says(answer.text, right) for right in question.answers)
    if question.evidence:
        return any(_plain(quote) in _plain(c.hit.passage.text) for c in answer.citations for quote in question.evidence)
    return any(citation.hit.article.id in question.articles for citation in answer.citations)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _facts(question: Question, answer: Answer) -> tuple[int, int]:
    """Of the required facts: how many a sentence says and cites rightly, with a quote that holds the fact from an article that answers;
    and how many there are."""
    sources = {citation.n: citation for citation in answer.citations}
    right = 0
    for group in question.required:
        right += any(
            sources[n].hit.article.id in question.articles and any(says(sources[n].quote, fact) for fact in group)
            for sentence in answer.sentences
            if any(says(sentence.text, fact) for fact in group)
            for n in sentence.citations
            if n in sources
        )
    return right, len(question.required)


def _item(asked: _Asked, found: Sequence[Verdict], price: Price | None) -> Item:
    question, answer = asked.question, asked.answer
    correct = is_correct(question, answer) and not asked.failed
    scores: dict[str, float] = {"correct": correct, "answerable": question.answerable, "far": question.far}
    if relevant := set(question.articles):
        scores |= {f"hit@{k}": hit_at(k, asked.ranked, relevant) for k in CURVE}
        scores |= {
            "recall@10": recall_at(10, asked.ranked, relevant),
            "mrr": reciprocal_rank(asked.ranked, relevant),
            "map": average_precision(asked.ranked, relevant),
            "ndcg@10": ndcg_at(10, asked.ranked, dict.fromkeys(relevant, 1.0)),
        }
    if question.answers:
        said = "" if answer.abstained else answer.text
        scores |= {"exact_match": exact_match(said, question.answers), "token_f1": token_f1(said, question.answers)}
    # A false premise may be answered by a correction or an abstention: it counts for neither side of abstaining.
    if not question.abstain_ok:
        scores |= {"abstained": answer.abstained, "tells": question.answerable, "confidence": answer.confidence}
    if not answer.abstained:
        scores |= _of_answer(question, answer, found)
    if answer.timings_ms:
        scores["ms"] = answer.timings_ms["total"]
    if answer.tokens:
        scores["tokens"] = float(sum(answer.tokens.values()))
        if price:
            scores["cost"] = price.of(answer.tokens)
    scores = {name: float(value) for name, value in scores.items()}
    unjudged = sum(verdict.unjudged for verdict in found)
    failed = asked.failed or (f"the judge could not tell of {unjudged} sentences" if unjudged else "")
    return Item(question.id, question.type, question.text, scores, _detail(asked, found, correct), failed)


def _of_answer(question: Question, answer: Answer, found: Sequence[Verdict]) -> dict[str, float]:
    scores: dict[str, float] = {"sentences": len(answer.sentences)}
    precise, citations = sum(v.precise for v in found), sum(v.citations for v in found)
    scores |= {
        "faithful_sentences": sum(v.faithful for v in found),
        "faithful_answer": bool(found) and all(v.faithful for v in found),
        "citation_recall": sum(v.recalled for v in found) / max(1, len(found)),
        "citation_precision": precise / max(1, citations),
    }
    if question.answerable and question.required and question.articles:
        scores["facts_right"], scores["facts"] = _facts(question, answer)
        articles = [citation.hit.article.id for citation in answer.citations]
        scores["cited_right"], scores["cited"] = sum(id_ in question.articles for id_ in articles), len(articles)
    return scores


def _detail(asked: _Asked, found: Sequence[Verdict], correct: bool) -> dict[str, Any]:
    question, answer = asked.question, asked.answer
    return {
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "correct": correct,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "support": sentence.support.value,
                "judged": None if verdict.unjudged else round(verdict.own, 4),
            }
            for sentence, verdict in zip(answer.sentences, found, strict=True)
        ],
        "sources": [
            {
                "n": citation.n,
                "article_id": citation.hit.article.id,
                "title": citation.hit.article.title,
                "outlet": citation.hit.article.outlet,
                "published": str(citation.hit.article.published or ""),
                "url": citation.hit.article.url,
                "quote": citation.quote,
                "passage": citation.hit.passage.text,
            }
            for citation in answer.citations
        ],
        "ranked": list(asked.ranked[:10]),
        "expected": {
            "answerable": question.answerable,
            "articles": list(question.articles),
            "required": [list(group) for group in question.required],
            "answers": list(question.answers),
            "evidence": list(question.evidence),
        },
    }


def _where(values: np.ndarray, condition: np.ndarray) -> np.ndarray:
    """`values`, NaN where `condition` is not 1."""
    return np.where(condition == 1, values, np.nan)


def _abstained_rightly(among: str) -> Callable[[Columns], Statistic]:
    """Of the questions that are `among` 1 (abstained: precision; not told: recall), how many are both abstained and not told."""

    def make(columns: Columns) -> Statistic:
        untold = 1 - columns["tells"]
        of = columns["abstained"] if among == "abstained" else untold
        return ratio(columns["abstained"] * untold, of)

    return make


RANKING: dict[str, Figure] = {
    **{f"hit@{k}": Figure(share_of(f"hit@{k}"), f"a right article is among the first {k}") for k in CURVE},
    "recall@10": Figure(share_of("recall@10"), "share of the right articles among the first 10"),
    "mrr": Figure(share_of("mrr"), "1 over the rank of the first right article"),
    "map": Figure(share_of("map"), "mean average precision of the ranked articles"),
    "ndcg@10": Figure(share_of("ndcg@10"), "discounted gain of the first 10 articles over the best order's"),
}

FIGURES: dict[str, Figure] = {
    **RANKING,
    "correct": Figure(share_of("correct"), "every required fact said and none that contradicts, or rightly 'does not tell'"),
    "correct_answerable": Figure(
        lambda c: mean(_where(c["correct"], c["answerable"])), "the same, of questions that the coverage answers"
    ),
    "correct_far": Figure(
        lambda c: mean(_where(c["correct"], c["far"])), "the same, of questions in words far from the article's"
    ),
    "exact_match": Figure(share_of("exact_match"), "the answer is a reference answer, word for word after SQuAD's normalising"),
    "token_f1": Figure(share_of("token_f1"), "overlap of the answer's words with a reference answer's"),
    "citation_correct": Figure(
        lambda c: ratio(c["facts_right"], c["facts"]),
        "of the required facts of answered questions: said, and cited to a quote that holds it in an article that answers",
    ),
    "cited_article_right": Figure(
        lambda c: ratio(c["cited_right"], c["cited"]), "of the citations under answered questions: to an article that answers"
    ),
    "faithfulness": Figure(
        lambda c: ratio(c["faithful_sentences"], c["sentences"]), "of the sentences: supported by a passage that the answer cites"
    ),
    "faithful_answers": Figure(share_of("faithful_answer"), "of the answers: every sentence is supported"),
    "citation_recall": Figure(share_of("citation_recall"), "ALCE: a sentence is supported by what it cites; mean over answers"),
    "citation_precision": Figure(share_of("citation_precision"), "ALCE: a citation is needed and right; mean over answers"),
    "abstention_precision": Figure(_abstained_rightly("abstained"), "of the abstentions: the coverage does not tell"),
    "abstention_recall": Figure(_abstained_rightly("untold"), "of what the coverage does not tell: abstained"),
    "calibration_error": Figure(
        lambda c: calibration_error(c["confidence"], c["tells"]),
        "how far the confidence that the coverage tells is from how often it does",
        "",
        False,
    ),
    "sentences": Figure(lambda c: mean(c["sentences"], share=False), "sentences an answer", "", False),
    **latency(),
    "tokens": Figure(lambda c: mean(c["tokens"], share=False), "tokens an answer, read and written", "tokens", False),
    "cost": Figure(lambda c: mean(c["cost"], share=False), "US dollars an answer", "USD", False),
}
