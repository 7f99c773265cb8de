"""An article cut into passages, each knowing its character range and its sentences."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from rag.config import Settings
from rag.sentences import sentences
from rag.store.library import head
from rag.tokens import encoding
from rag.types import Article, Passage, Span

if TYPE_CHECKING:
    from llama_index.core.node_parser import SentenceSplitter


class Counts(Protocol):
    """What cutting needs of an embedder: how many word pieces it reads, and how many a text has."""

    @property
    def max_tokens(self) -> int: ...

    def count(self, text: str) -> int: ...


_SMALLEST = 32


def cut(settings: Settings) -> str:
    """How articles are cut, in a word: part of what makes a revision the same."""
    return f"{settings.passage_tokens}/{settings.passage_overlap}"


@functools.lru_cache
def _splitter(tokens: int, overlap: int) -> SentenceSplitter:
    from llama_index.core.node_parser import SentenceSplitter

    def encode(text: str) -> list[int]:
        return encoding().encode(text, disallowed_special=())

    return SentenceSplitter(
        chunk_size=tokens,
        chunk_overlap=overlap,
        tokenizer=encode,
        # Its own sentence splitter looks for nltk data and downloads what it misses.
        chunking_tokenizer_fn=_pieces,
    )


def _pieces(text: str) -> list[str]:
    """`text` cut before each sentence, nothing lost."""
    starts = [0, *(span.start for span in sentences(text)[1:]), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(starts)]


def split(article: Article, settings: Settings, embedder: Counts) -> list[Passage]:
    """Passages of `article` in order, each short enough, with its head, for the embedder to read it whole."""
    all_sentences = sentences(article.text)
    tokens = settings.passage_tokens
    while True:
        passages = list(_cut(article, all_sentences, tokens, min(settings.passage_overlap, tokens // 4)))
        if tokens <= _SMALLEST or all(embedder.count(head(article) + p.text) <= embedder.max_tokens for p in passages):
            return passages
        tokens = max(_SMALLEST, int(tokens * 0.85))


def _cut(article: Article, all_sentences: list[Span], tokens: int, overlap: int) -> Iterator[Passage]:
    at = 0
    for ordinal, chunk in enumerate(_splitter(tokens, overlap).split_text(article.text)):
        start = article.text.find(chunk, at)
        if start < 0:  # the splitter trimmed white space inside
            raise ValueError(f"chunk {ordinal} of {article.id} is not in its text")
        end = start + len(chunk)
        inside = tuple(Span(max(s.start, start), min(s.end, end)) for s in all_sentences if s.start < end and s.end > start)
        yield Passage(article.id, ordinal, start, end, chunk, inside)
        at = start + 1 if overlap else end
