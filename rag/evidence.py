"""Which sentences of a long text bear on a claim: what a small model reads where the whole does not fit."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from tokenizers import Tokenizer

from rag.types import Span

_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+|</s>(?:<s>)?")  # noqa: RUF001


def sentence_spans(text: str) -> list[Span]:
    """The sentences of `text` by its marks alone: quick, and a cut too many does no harm here."""
    spans, at = [], 0
    for match in _END.finditer(text):
        if text[at : match.start()].strip():
            spans.append(Span(at, match.start()))
        at = match.end()
    if text[at:].strip():
        spans.append(Span(at, len(text)))
    return spans


def gather(claim: str, text: str, tokenizer: Tokenizer, room: int) -> str:
    """`text` when it has at most `room` word pieces, else those of its sentences that cover the claim's word pieces best.

    Chosen one by one, each for what it adds, a rare piece counting for more (by the share of the text's sentences that
    have it); the sentence before a chosen one comes along while there is room, as it tells what 'it' is. In the order of the text.
    """
    encoded = tokenizer.encode(text, add_special_tokens=False)
    if len(encoded.ids) <= room:
        return text
    spans = sentence_spans(text)
    pieces = _pieces_of(spans, encoded.ids, encoded.offsets)
    held = [set(ids) for ids in pieces]
    known = Counter(piece for ids in held for piece in ids)
    open_pieces = {
        p: math.log(1 + len(spans) / known[p]) for p in tokenizer.encode(claim, add_special_tokens=False).ids if p in known
    }
    worth = dict(open_pieces)
    chosen: set[int] = set()
    used = 0

    def take(i: int) -> bool:
        nonlocal used
        if i < 0 or i in chosen or used + len(pieces[i]) > room:
            return False
        chosen.add(i)
        used += len(pieces[i])
        for piece in held[i] & set(worth):
            worth[piece] *= 0.3  # said once it is worth less, not nothing: two sentences may tell different halves
        return True

    while used < room and len(chosen) < len(spans):
        gains = [
            (-sum(worth[p] for p in ids & worth.keys()) / math.sqrt(8 + len(ids)), i)
            for i, ids in enumerate(held)
            if i not in chosen
        ]
        gain, best = min(gains)
        if gain == 0:
            break
        if not take(best):
            held[best] = set()  # longer than the room that is left
            if all(not ids for i, ids in enumerate(held) if i not in chosen):
                break
            continue
        take(best - 1)
    if not chosen:  # one endless sentence
        return text[: encoded.offsets[room - 1][1]]
    return " ".join(text[spans[i].start : spans[i].end].strip() for i in sorted(chosen))


def _pieces_of(spans: Sequence[Span], ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in spans]
    i = 0
    for piece, (start, _) in zip(ids, offsets, strict=True):
        while i < len(spans) - 1 and start >= spans[i].end:
            i += 1
        out[i].append(piece)
    return out
