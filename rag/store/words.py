"""The word index: BM25 over passages, in Tantivy."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

FOLDER = "words"

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


def stems(text: str) -> list[str]:
    """The words of `text` as the index keeps them, in order; words that every question has are left out."""
    return [stem for stem in _ANALYZER.analyze(" ".join(w for w in _WORD.findall(text.lower()) if w not in _EMPTY)) if stem]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # As text: tantivy-py takes a number to delete for a signed one and then deletes nothing.
    builder.add_text_field("number", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
    return builder.build()


class Words:
    """BM25 over passages; stemmed English, so that 'strikes' finds 'strike'."""

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(_schema(), path=str(folder), reuse=True)
        self._index.config_reader("manual")

    def add(self, passages: Iterable[tuple[int, str]]) -> None:
        """Index `(number, text)` pairs, replacing any of the same number; on disk when this returns."""
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for number, text in passages:
            writer.delete_documents_by_term("number", str(number))
            writer.add_document(tantivy.Document(number=str(number), text=text))
        writer.commit()
        writer.wait_merging_threads()

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget these passages; on disk when this returns."""
        writer = self._index.writer(heap_size=15_000_000, num_threads=1)
        for number in numbers:
            writer.delete_documents_by_term("number", str(number))
        writer.commit()
        writer.wait_merging_threads()

    def reload(self) -> None:
        """See what has been committed since, by this process or another."""
        self._index.reload()

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def idf(self, stem: str) -> float:
        """BM25's inverse document frequency of a stem: 0 for one in every passage, about ln(passages) for a rare one."""
        searcher = self._index.searcher()
        having = searcher.doc_freq("text", stem)
        return math.log(1 + (searcher.num_docs - having + 0.5) / (having + 0.5))

    def search(self, text: str, top: int) -> list[tuple[int, float]]:
        """Passage numbers with their BM25 scores, best first; empty when no word of `text` occurs."""
        words = [word for word in _WORD.findall(text.lower()) if word not in _EMPTY]
        if not words:
            return []
        query = self._index.parse_query(" ".join(words), ["text"])
        searcher = self._index.searcher()
        found = searcher.search(query, top, count=False).hits
        return [(int(searcher.doc(address)["number"][0]), float(score)) for score, address in found]
