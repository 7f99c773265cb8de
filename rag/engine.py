"""The whole way: question → Answer. What the UI, the command line and the evaluation call."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.cite import Checked, check, quote_of
from rag.compose.extract import Draft, Extract, extract
from rag.compose.generate import messages_for, sentences
from rag.compose.weights import load_weights
from rag.config import Settings
from rag.conversation import condense, resolve
from rag.cores import share_cores
from rag.corroborate import carriers
from rag.dates import written
from rag.embed import open_embedder
from rag.errors import SluglineError
from rag.line import Line
from rag.llm import Model, ModelFailed, Spent
from rag.reader import Reader
from rag.rerank import open_reranker
from rag.retrieve import Retrieved, Retriever
from rag.store.library import Library
from rag.types import Answer, Citation, Filters, Hit, Sentence, Support
from rag.verify import verify

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

DROPPABLE = frozenset({"outlets", "dates", "latest", "follow-up"})
AT_ONCE = 2  # questions worked on at a time: while one runs Python the other's model runs
NEAREST = 3  # articles shown when the coverage does not tell


class Engine:
    """Answers questions from one library. Safe for several threads. For LlamaIndex, `rag.llamaindex` makes a query engine of it.

    With a language model answers are written by it and checked sentence by sentence; without one they are quoted. `llm` is any
    LlamaIndex LLM; by default the one that `settings.llm` names.
    """

    def __init__(self, library: Library, settings: Settings, llm: LLM | None = None) -> None:
        self.library = library
        self.settings = settings
        self._line = Line(AT_ONCE)
        self.reader = Reader()
        self.retriever = Retriever(library, settings, open_reranker(settings.reranker, self.reader))
        self.threshold = load_weights().threshold if settings.answer_threshold is None else settings.answer_threshold
        if llm is not None:
            self.model: Model | None = Model(llm, settings.llm)
        else:
            self.model = Model.open(settings.llm) if settings.llm.set else None

    @classmethod
    def open(cls, settings: Settings) -> Engine:
        """An engine over the library in `settings.data_dir`.

        Raises:
            LibraryUnusable: the folder cannot be opened.
            ModelChanged: the library was embedded with another model.
            SluglineError: the settings name a language model that cannot be asked.
        """
        return cls(Library(settings.data_dir, open_embedder(settings.embed_model)), settings)

    def ask(
        self,
        question: str,
        filters: Filters = Filters(),
        top: int | None = None,
        history: Sequence[Answer] = (),
        dropped: frozenset[str] = frozenset(),
        patient: bool = False,
    ) -> Answer:
        """The answer to `question`, every sentence cited and checked; an abstention when the coverage does not tell.

        `history` are the conversation's answers so far, oldest first: a follow-up is resolved from them. `dropped` are parts of what
        was understood that the user took away: any of DROPPABLE. `Answer.question` is as typed, `Answer.understood.text` as resolved.
        Questions asked at once are answered in the order in which they came, the `patient` ones after all others.
        """
        *_, whole = self.stream(question, filters, top, history, dropped, patient)
        return whole

    def stream(
        self,
        question: str,
        filters: Filters = Filters(),
        top: int | None = None,
        history: Sequence[Answer] = (),
        dropped: frozenset[str] = frozenset(),
        patient: bool = False,
    ) -> Iterator[Answer]:
        """The answer as it grows, a checked sentence at a time; the last one is whole. Arguments as for `ask`.

        A language model that has to begin anew makes it shrink in between.
        """
        if strange := dropped - DROPPABLE:
            raise SluglineError(
                f"{', '.join(sorted(strange))} cannot be dropped from a question: it is one of {', '.join(sorted(DROPPABLE))}."
            )
        started = time.perf_counter()
        typed = " ".join(question.split())
        if not typed:
            yield Answer(typed, abstained=True, notice="Ask a question and Slugline will look for it in the coverage.")
            return
        whole = self._whole(typed, history, dropped)  # may ask the language model: before the turn
        with self.turn(patient):
            found = self.retriever.search(whole, top, filters, joined=True, dropped=dropped)
            retrieved = time.perf_counter()
            model = self.model if found.hits else None
            quoted = [] if model else list(self._quoted(found))
        for answer in self._answers(found, model) if model else quoted:
            yield replace(answer, question=typed, timings_ms=_timings(started, retrieved, answer))

    @contextlib.contextmanager
    def turn(self, patient: bool = False) -> Iterator[None]:
        """A block that runs the models, in the order in which threads came, the `patient` after all others; not to be nested."""
        with self._line.served(patient) as served:
            share_cores(served)
            yield

    def answer_from(self, found: Retrieved) -> Answer:
        """The answer that `found` gives, in its own sentences, or an abstention; no language model is asked. To be called in a `turn`."""
        *_, whole = self._quoted(found)
        return whole

    def _whole(self, typed: str, history: Sequence[Answer], dropped: frozenset[str]) -> str:
        """`typed` as it would be asked alone."""
        if "follow-up" in dropped or not history:
            return typed
        resolved = resolve(typed, history, self.library.outlets())
        if resolved != typed and self.model is not None:
            return condense(typed, history, self.model) or resolved
        return resolved

    def _answers(self, found: Retrieved, model: Model) -> Iterator[Answer]:
        """In the model's words, or quoted with a notice when it fails."""
        try:
            yield from self._written(found, model)
        except ModelFailed as error:
            failed = f"The language model {error.reason}. "
            for answer in self._quoted(found):
                said = answer.notice if answer.abstained else "This is quoted from the coverage instead."
                yield replace(answer, notice=failed + said)

    def _quoted(self, found: Retrieved) -> Iterator[Answer]:
        """The answer in sentences of the passages, word for word."""
        started = time.perf_counter()
        chosen = extract(found, self.reader, self.library.idf, self.settings.max_sentences)
        composed = {"compose": 1000 * (time.perf_counter() - started)}
        if chosen.confidence < self.threshold or not chosen.drafts:
            yield replace(self._abstain(found, chosen.confidence), timings_ms=composed)
            return
        whole = replace(_checked(found, chosen), timings_ms=composed)
        for count in range(1, len(whole.sentences)):
            yield replace(whole, sentences=whole.sentences[:count])
        yield whole

    def _written(self, found: Retrieved, model: Model) -> Iterator[Answer]:
        """The answer in the model's words.

        Raises:
            ModelFailed: it gave none.
        """
        messages, hits = messages_for(found.understood.text, found.hits, model.settings)
        spent = Spent()
        answer = empty = Answer("", understood=found.understood, model=model.name)
        wrote = False  # anything that is not 'the passages do not tell'
        for written_one in sentences(model.stream(messages, spent)):
            if written_one is None:
                answer, wrote = empty, False
                continue
            wrote = True
            checked = check(written_one, hits)
            if checked.support is Support.NONE and self.settings.unsupported == "drop":
                continue
            answer = _with(answer, checked, found, hits)
            yield answer
        held = [s for s in answer.sentences if s.support is not Support.NONE]
        if held:
            yield replace(answer, tokens=spent.tokens, confidence=round(min(s.probability for s in held), 4))
            return
        if not wrote:
            yield replace(self._abstain(found, 0.0), model=model.name, tokens=spent.tokens)
            return
        notice = "What the language model wrote is not in the coverage. This is quoted from it instead."
        for quoted in self._quoted(found):
            yield replace(quoted if quoted.abstained else replace(quoted, notice=notice), tokens=spent.tokens)

    def _abstain(self, found: Retrieved, confidence: float) -> Answer:
        count = self.library.counts()["articles"]
        if not count:
            notice = "The library is empty. Bring articles in with: slugline ingest SOURCE"
        elif not found.hits:
            notice = "The coverage here does not tell: nothing in it matches, within the filters set."
        else:
            dates = self.library.dates()
            spread = f", dated {written(dates[0])} to {written(dates[1])}" if dates else ""
            notice = (
                f"The coverage here does not tell. It holds {count} article{'s' * (count != 1)}{spread}; "
                "the nearest ones are listed below."
            )
        nearest: dict[str, Hit] = {}  # of each article its best passage
        for hit in found.hits:
            nearest.setdefault(hit.article.id, hit)
        return Answer(
            found.understood.text,
            abstained=True,
            notice=notice,
            nearest=tuple(nearest.values())[:NEAREST],
            understood=found.understood,
            confidence=round(confidence, 4),
        )


def _timings(started: float, retrieved: float, answer: Answer) -> dict[str, float]:
    """Milliseconds of each step; waiting for one's turn counts as retrieving, 'verify' is what is neither that nor composing."""
    total = time.perf_counter() - started
    compose = answer.timings_ms.get("compose", 0.0)
    retrieve = 1000 * (retrieved - started)
    steps = {
        "retrieve": retrieve,
        "compose": compose,
        "verify": max(0.0, 1000 * total - retrieve - compose),
        "total": 1000 * total,
    }
    return {step: round(ms, 2) for step, ms in steps.items()}


def _checked(found: Retrieved, chosen: Extract) -> Answer:
    """The chosen sentences, each with its citation, whether that says it, and who else does."""
    said: list[Sentence] = []
    citations: list[Citation] = []
    for draft in chosen.drafts:
        candidate = draft.candidate
        citations.append(Citation(len(citations) + 1, candidate.hit, candidate.text))
        said.append(_sentence(draft, len(citations), found))
    return Answer(
        found.understood.text,
        tuple(said),
        tuple(citations),
        understood=found.understood,
        as_of=_newest(citations),
        confidence=round(chosen.confidence, 4),
        form=chosen.form,
    )


def _sentence(draft: Draft, n: int, found: Retrieved) -> Sentence:
    candidate = draft.candidate
    support, chance = verify(candidate.text, [candidate.hit.passage.text])
    outlets = carriers(candidate.text, candidate.vector, candidate.hit, found)
    return Sentence(draft.text, (n,), support, chance, outlets, draft.date, draft.when)


def _with(answer: Answer, checked: Checked, found: Retrieved, hits: Sequence[Hit]) -> Answer:
    """`answer` with one more sentence and a citation for each passage behind it."""
    citations = list(answer.citations)
    outlets: list[str] = []
    for place in checked.places if checked.support is not Support.NONE else ():
        hit = hits[place]
        quote = quote_of(checked.text, hit)
        citations.append(Citation(len(citations) + 1, hit, quote))
        outlets += carriers(quote, None, hit, found)
    own = tuple(range(len(answer.citations) + 1, len(citations) + 1))
    sentence = Sentence(checked.text, own, checked.support, checked.probability, tuple(dict.fromkeys(outlets)))
    return replace(answer, sentences=(*answer.sentences, sentence), citations=tuple(citations), as_of=_newest(citations))


def _newest(citations: Sequence[Citation]) -> dt.date | None:
    dates = [c.hit.article.published for c in citations if c.hit.article.published]
    return max(dates, default=None)
