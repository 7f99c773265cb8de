"""The retriever: understand, find candidates, compare, rank, read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.config import Settings
from rag.dates import find_periods
from rag.embed import PackagedEmbedder
from rag.question import parts, understand
from rag.question.bywords import meant
from rag.question.form import without_aside, without_courtesy
from rag.question.outlets import find_outlets
from rag.question.same import exchanged, same_as
from rag.retrieve import events, spelling
from rag.retrieve.features import Asked, Sheet, sheet
from rag.retrieve.found import BESIDE, OF_EACH_PART, READ, Retrieved
from rag.retrieve.pages import Pages
from rag.retrieve.rank import Ways, also_in, load_model, shares, spread
from rag.retrieve.reranking import Reranker, reranked
from rag.store.library import Library
from rag.store.page import Page
from rag.store.words import stems
from rag.types import Dated, Filters, Hit, Side, Span, Understood
from rag.whoswho import Described, table

# Candidates that each leg brings for the question and for each side. On MultiHop-RAG all-evidence@10 is 0.551 with 40, 0.549 with 64
# and 0.547 with 100.
POOL = 40
# A question that names more is found by what it names. With no limit hit@1 is 0.911 instead of 0.914 on the bundled development questions, and
# MultiHop-RAG's MRR@10 0.800 instead of 0.816 (285 of its questions; 0.816 without the who's who).
FEW_NAMES = 2
RERANKED = 8  # passages that a reranker is shown: 12 or 20 found no more on the bundled development questions


class Retriever:
    """Ranks the library's passages for a question typed by a person. Safe for several threads."""

    def __init__(self, library: Library, settings: Settings, reranker: Reranker | None = None, ways: Ways = Ways()) -> None:
        self.library = library
        self.settings = settings
        self.reranker = reranker
        self.ways = ways
        self._pages = Pages(library)
        self._packaged = PackagedEmbedder()

    def search(
        self,
        question: str,
        top: int | None = None,
        filters: Filters = Filters(),
        joined: bool = False,
        steer: bool = True,
        today: dt.date | None = None,
        dropped: frozenset[str] = frozenset(),
        rerank: bool = True,
    ) -> Retrieved:
        """At most `top` passages, best first; none when the library is empty or `filters` exclude all of it.

        `filters` hide what is outside them; outlets and dates read from the question only steer, and not even that without `steer`, nor do
        those of 'outlets', 'dates' and 'latest' that are in `dropped`.
        With `joined` the questions that it joins are searched for too. A reranker, if there is one, is asked unless `rerank` is False: it
        costs more than all the rest. 'Last summer' is told from `today`.
        """
        dropped = dropped if steer else dropped | {"outlets", "dates", "latest"}
        whole = self._find(without_courtesy(question), top or self.settings.top, filters, dropped, today, rerank)
        each = parts(whole.understood.text) if joined else ()
        if len(each) < 2:
            return whole
        return whole.for_each_part(tuple(self._find(part, OF_EACH_PART, filters, dropped, today, rerank) for part in each))

    def _find(
        self, question: str, top: int, filters: Filters, dropped: frozenset[str], today: dt.date | None, rerank: bool
    ) -> Retrieved:
        reranker = self.reranker if rerank else None
        shown = min(RERANKED, 2 * top)
        bywords = meant(question, self._has)
        plain = spelling.apply(question, bywords)
        corrected = spelling.correct(plain, self.library)
        outlets = () if "outlets" in dropped else self.library.outlets()
        understood = replace(understand(spelling.apply(plain, corrected), outlets, today), corrected=(*bywords, *corrected))
        if "dates" in dropped:
            understood = replace(
                understood, since=None, until=None, sides=tuple(replace(s, periods=()) for s in understood.sides)
            )
        elif self.ways.dates:
            understood = self._with_events(understood, filters, today)
        if "latest" in dropped:
            understood = replace(understood, latest=False)
        asked = self.ask(understood)
        compared = self.compare(asked, filters, top)
        if compared is None:
            return Retrieved(understood, [], [], asked.vector)
        expected = shares(load_model().scores(compared, self.ways.without()), asked, compared.pages, self.ways)
        ranked = spread(expected, compared.pages, max(top, shown) if reranker else top, self.ways)
        read = self._hits(compared, ranked)
        if len(read) < len(ranked):  # replaced by a writer between finding and reading: what replaced it is found now
            return self._find(question, top, filters, dropped, today, rerank)
        numbers = {hit.passage: compared.pages[i].number for (hit, _), (i, _) in zip(read, ranked, strict=True)}
        if reranker:
            read = [*reranked(reranker, without_aside(understood.text), asked.vector, read[:shown]), *read[shown:]][:top]
        beside = self._hits(compared, _beside(expected, compared.pages, [numbers[hit.passage] for hit, _ in read[:READ]]))
        return Retrieved(understood, [hit for hit, _ in read], [vectors for _, vectors in read], asked.vector, tuple(beside))

    def _hits(self, compared: Sheet, ranked: Sequence[tuple[int, float]]) -> list[tuple[Hit, np.ndarray]]:
        """The pages that `ranked` names by (index, score), with the vectors of their sentences; one removed meanwhile is left out."""
        words, dense = compared.words, compared.cosines
        best = float(words.max()) or 1.0
        read = self.library.hits(
            [(compared.pages[i].number, worth, float(words[i]) / best, float(dense[i])) for i, worth in ranked]
        )
        also = {compared.pages[i].article_id: also_in(compared.pages[i], compared.pages) for i, _ in ranked}
        return [(replace(hit, also=also[hit.article.id]), vectors) for hit, vectors in read]

    def _has(self, name: str) -> bool:
        """Whether the library's passages have each word of `name`."""
        return all(self.library.idfs(stems(name)))

    def _with_events(self, understood: Understood, filters: Filters, today: dt.date | None) -> Understood:
        """`understood` with the days of the events that limit it, where the coverage dates them. One search each."""
        if not events.named(understood.text):
            return understood
        dates = [Span(p.start, p.end) for p in find_periods(understood.text, today or dt.date.today())]  # noqa: DTZ011
        outlets = [Span(m.start, m.end) for m in find_outlets(understood.text, self.library.outlets())]
        named = events.named(understood.text, [*dates, *outlets])
        whole = self.library.embedder.question(understood.text)
        known = []
        for how, span in named:
            words = understood.text[span.start : span.end]
            found = self._find(words, events.READ, filters, frozenset({"outlets", "dates", "latest"}), today, rerank=False)
            # Which strike ended, the rest of the question tells.
            dated = events.date_of(words, found.hits, found.sentences, found.question + whole)
            if dated:
                known.append(Dated(words, how, dated[0], dated[1].article.id))
        if not known:
            return understood
        since = [understood.since] if understood.since else []
        until = [understood.until] if understood.until else []
        since += [one.day for one in known if one.how == "after"]
        until += [one.day for one in known if one.how == "before"]
        return replace(understood, events=tuple(known), since=max(since, default=None), until=min(until, default=None))

    def ask(self, understood: Understood) -> Asked:
        """`understood` with its vectors: one pass through the model for the question and all its sides."""
        sides = understood.sides if self.ways.sides and len(understood.sides) > 1 else ()
        embedded = self.library.embedder.sides(understood.text, [side.span for side in sides])
        periods = tuple(period for side in understood.sides for period in side.periods)
        whole = Side(Span(0, len(understood.text)), understood.text, understood.outlets, periods)
        vectors = np.concatenate([embedded.vector[None], embedded.spans])
        return Asked(understood, embedded.vector, (whole, *sides), vectors, self._described(understood, vectors, sides))

    def _described(self, understood: Understood, vectors: np.ndarray, sides: Sequence[Side]) -> tuple[Described, ...]:
        """The names that the question describes. What is said of names was embedded by the packaged model, whichever the library's is."""
        if not self.ways.described or len(understood.names) > FEW_NAMES:
            return ()
        if self.library.embedder.fingerprint != self._packaged.fingerprint:
            embedded = self._packaged.sides(understood.text, [side.span for side in sides])
            vectors = np.concatenate([embedded.vector[None], embedded.spans])
        return table().described(understood.text, vectors, self.library.idfs, self.library.idf("\0"))

    def _with_same(self, text: str) -> str:
        """`text` with the other wordings of what it says behind it, for the index to find either; those that a news desk would exchange only for
        what the library has no word of."""
        asked = stems(text)
        known = dict(zip(asked, self.library.idfs(asked), strict=True))
        wordings = [*same_as(asked).values(), *(of for at, of in exchanged(asked).items() if not known[asked[at]])]
        return " ".join([text, *dict.fromkeys(stem for of in wordings for wording in of for stem in wording)])

    def compare(self, asked: Asked, filters: Filters = Filters(), top: int = 0) -> Sheet | None:
        """The candidates beside what is asked, enough for `top` hits; None when there are none."""
        described = " ".join(name.name for name in asked.described)
        searched = [
            (f"{self._with_same(side.text)} {described}" if self.ways.words else "", vector if self.ways.dense else None)
            for side, vector in zip(asked.sides, asked.side_vectors, strict=True)
        ]
        numbers = self.library.candidates(searched, max(POOL, top), filters)
        pages = self._pages.of(numbers)
        if not pages:
            return None
        return sheet(asked, pages, self.library.idfs, self.ways.heads)


def _beside(expected: np.ndarray, pages: Sequence[Page], read: Sequence[int]) -> list[tuple[int, float]]:
    """Further pages of the article of the first of `read` (numbers of pages), as (index, what it is expected to hold): at most BESIDE, the best first."""
    article = next((page.article_id for page in pages if read and page.number == read[0]), None)
    order = [i for i in np.argsort(-expected, kind="stable") if pages[i].article_id == article and pages[i].number not in read]
    return [(int(i), float(expected[i])) for i in order[:BESIDE]]
