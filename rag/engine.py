"""The whole way: question → Answer. What the UI, the command line and the evaluation call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from rag.compose.extract import Draft, extract, load_weights
from rag.config import Settings
from rag.dates import written
from rag.embed import open_embedder
from rag.reader import Reader
from rag.retrieve import Retrieved, Retriever
from rag.store.library import Library
from rag.types import Answer, Citation, Filters, Hit, Sentence
from rag.verify import verify

NEAREST = 3  # articles shown when the coverage does not tell


class Engine:
    """Answers questions from one library. Safe for several threads."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self.library = library
        self.settings = settings
        self.retriever = Retriever(library, settings)
        self.reader = Reader()
        self.threshold = load_weights().threshold if settings.answer_threshold is None else settings.answer_threshold

    @classmethod
    def open(cls, settings: Settings) -> Engine:
        """An engine over the library in `settings.data_dir`.

        Raises:
            LibraryUnusable: the folder cannot be opened.
            ModelChanged: the library was embedded with another model.
        """
        return cls(Library(settings.data_dir, open_embedder(settings.embed_model)), settings)

    def ask(self, question: str, filters: Filters = Filters(), top: int | None = None) -> Answer:
        """The answer to `question`, every sentence cited and checked; an abstention when the coverage does not tell."""
        started = time.perf_counter()
        question = " ".join(question.split())
        if not question:
            return Answer(question, abstained=True, notice="Ask a question and Slugline will look for it in the coverage.")
        found = self.retriever.search(question, top, filters, joined=True)
        retrieved = time.perf_counter()
        drafts, confidence = extract(found, self.reader, self.library.idf, self.settings.max_sentences)
        composed = time.perf_counter()
        if confidence < self.threshold:  # noqa: SIM108
            answer = self._abstain(found, confidence)
        else:
            answer = self._checked(found, drafts, confidence)
        ended = time.perf_counter()
        timings = {
            "retrieve": 1000 * (retrieved - started),
            "compose": 1000 * (composed - retrieved),
            "verify": 1000 * (ended - composed),
            "total": 1000 * (ended - started),
        }
        return replace(answer, timings_ms={step: round(ms, 2) for step, ms in timings.items()})

    def stream(self, question: str, filters: Filters = Filters()) -> Iterator[Answer]:
        """The answer as it grows, a sentence at a time; the last one is whole."""
        whole = self.ask(question, filters)
        for count in range(1, len(whole.sentences)):
            yield replace(whole, sentences=whole.sentences[:count])
        yield whole

    def _checked(self, found: Retrieved, drafts: list[Draft], confidence: float) -> Answer:
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for draft in drafts:
            candidate = draft.candidate
            citations.append(Citation(len(citations) + 1, candidate.hit, candidate.text))
            support, chance = verify(candidate.text, [candidate.hit.passage.text])
            sentences.append(Sentence(candidate.text, (len(citations),), support, chance))
        dates = [c.hit.article.published for c in citations if c.hit.article.published]
        return Answer(
            found.understood.text,
            tuple(sentences),
            tuple(citations),
            understood=found.understood,
            as_of=max(dates, default=None),
            confidence=round(confidence, 4),
        )

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
