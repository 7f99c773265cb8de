"""The word index: BM25 over passages, in Tantivy."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import tantivy

from rag.types import Article, Filters

_LAST_DAY = dt.date.max.toordinal()

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
# The same steps as Tantivy's own 'en_stem', for callers that compare words with what the index holds.
_ANALYZER = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.remove_long(40))
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
# Words that every question has: they rank nothing, and each costs a pass over its postings.
_EMPTY = frozenset(
    "a about an and any are as at be been by can could did do does for from had has have how i in is it its me of on or "
    "that the their them there these they this those to was were what when where which who whom whose why will with would "
    "you your say said says tell".split()
)

# A word that more than this share of the passages has tells few of them apart, and costs most of all: over 400,000 passages a search
# with such words takes 3.1 ms, without them 0.9.
_COMMON = 0.5


def stems(text: str) -> list[str]:
    """The words of `text` as the index keeps them, in order; words that every question has are left out."""
    return list(_stems(text))


# One question compares the same few dozen sentences many times over: with none kept it takes 4 ms longer.
@lru_cache(maxsize=2048)
def _stems(text: str) -> tuple[str, ...]:
    kept = " ".join(word for word in _WORD.findall(text.lower()) if word not in _EMPTY)
    return tuple(stem for stem in _ANALYZER.analyze(kept) if stem)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed: tantivy-py takes a number to delete for a signed one, and in an unsigned field then deletes nothing.
    builder.add_integer_field("number", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)  # proleptic ordinal, 0 when unknown
    builder.add_text_field("outlet", tokenizer_name="raw", index_option="basic")  # case folded, as are the topics
    builder.add_text_field("topic", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    return builder.build()


class Words:
    """BM25 over passages; stemmed English, so that 'strikes' finds 'strike'.

    Outlet, day and topics are indexed beside the text, for a filter costs nothing here: BM25 over the passages of one outlet and
    three years is faster than over all (0.6 and 1.0 ms at 100,000 passages).
    """

    def __init__(self, folder: Path, create: bool = False) -> None:
        """Open the index in `folder`; `create` makes an empty one.

        Raises:
            ValueError: there is none, or it cannot be read (tantivy has no other error).
        """
        if create:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(_schema(), path=str(folder), reuse=False)
        elif not tantivy.Index.exists(str(folder)):
            raise ValueError(f"{folder} does not exist or holds no index")
        else:
            self._index = tantivy.Index.open(str(folder))
        self._schema = self._index.schema
        self._index.config_reader("manual")
        self._index.reload()

    def add(self, passages: Iterable[tuple[int, str, Article]]) -> None:
        """Index `(number, text, article it stands in)`, of numbers that are new here; on disk when this returns."""
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for number, text, article in passages:
            document = tantivy.Document(
                number=number,
                day=article.published.toordinal() if article.published else 0,
                outlet=article.outlet.casefold(),
                text=text,
            )
            for topic in article.topics:
                document.add_text("topic", topic.casefold())
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget these passages; on disk when this returns."""
        writer = self._index.writer(heap_size=15_000_000, num_threads=1)
        for number in numbers:
            writer.delete_documents_by_term("number", number)
        writer.commit()
        writer.wait_merging_threads()

    def reload(self) -> None:
        """See what has been committed since, by this process or another."""
        self._index.reload()

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def numbers(self) -> set[int]:
        """Of every passage it holds."""
        searcher = self._index.searcher()
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        return set(searcher.fast_field_values("number", [address for _, address in found]))

    def idf(self, stem: str) -> float:
        """BM25's inverse document frequency of a stem: 0 for one in every passage, about ln(passages) for a rare one."""
        searcher = self._index.searcher()
        having = searcher.doc_freq("text", stem)
        return math.log(1 + (searcher.num_docs - having + 0.5) / (having + 0.5))

    def stems(self, prefix: str) -> list[tuple[str, int]]:
        """The stems that begin with `prefix`, each with how many passages have it."""
        return list(self._index.searcher().terms_with_prefix("text", prefix))

    def search(self, text: str, top: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """Passage numbers with their BM25 scores, best first; empty when no word of `text` occurs inside `filters`.

        The scores do not depend on `filters`: BM25 counts words over the whole index.
        """
        searcher = self._index.searcher()
        words = [word for word in _WORD.findall(text.lower()) if word not in _EMPTY]
        if not words or top < 1:
            return []
        telling = self._telling(searcher, words)
        found = self._best(searcher, telling, top, filters) if telling else []
        if len(found) < top and len(telling) < len(words):  # the common words find more
            found = self._best(searcher, words, top, filters)
        numbers = searcher.fast_field_values("number", [address for _, address in found])
        return [(number, score) for number, (score, _) in zip(numbers, found, strict=True)]

    def _best(
        self, searcher: tantivy.Searcher, words: Sequence[str], top: int, filters: Filters
    ) -> list[tuple[float, tantivy.DocAddress]]:
        query = self._index.parse_query(" ".join(words), ["text"])
        limits = self._limits(filters)
        if limits:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in [query, *limits]])
        return [(float(score), address) for score, address in searcher.search(query, top, count=False).hits]

    @staticmethod
    def _telling(searcher: tantivy.Searcher, words: Sequence[str]) -> list[str]:
        """`words` without those that most passages have."""
        most = _COMMON * searcher.num_docs
        return [word for word in words if all(searcher.doc_freq("text", stem) <= most for stem in _ANALYZER.analyze(word))]

    def _limits(self, filters: Filters) -> list[tantivy.Query]:
        """Queries that a passage must match and that add nothing to its score."""
        limits = []
        for field, values in (("outlet", filters.outlets), ("topic", filters.topics)):
            if values:
                limits.append(tantivy.Query.term_set_query(self._schema, field, [value.casefold() for value in values]))
        if filters.since or filters.until:
            first = filters.since.toordinal() if filters.since else 1
            last = filters.until.toordinal() if filters.until else _LAST_DAY
            limits.append(tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last))
        return [tantivy.Query.const_score_query(limit, 0.0) for limit in limits]
