"""Words that the library does not know, put right by those it does: 'Narativ' → 'Narrativ'."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import OSA

from rag.store.library import Library
from rag.store.words import stems

_WORD = re.compile(r"[^\W\d_]{4,}")
_LONG = 9  # letters from which on two slips are allowed
_SHORT = 6  # letters of a stem below which only a name is meant, and no letter is replaced: 'Sorra' is 'Sora', 'brag' not 'Brad'
_WHOLE = "word"  # one piece to any model
_SAME_START = 1  # letters: few slips are made in the first


def correct(question: str, library: Library) -> tuple[tuple[str, str], ...]:
    """(word of `question`, the known one to search for instead), for each whose stem no passage has and a known one resembles.

    A word that the embedding model knows whole, it or its stem, is no slip, though no passage has it: 'tune' does not mean 'Tone'. Nor does a name
    mean what is none: 'Madea' is not 'made'.
    """
    pieces = library.embedder.count
    out = []
    words = {word: found[0] for word in _WORD.findall(question) if len(found := stems(word)) == 1}
    for (word, stem), rarity in zip(words.items(), library.idfs(words.values()), strict=True):
        if rarity or min(pieces(word), pieces(stem)) <= pieces(_WHOLE):
            continue
        known = _nearest(stem, library.stems)
        if known:
            forms = _written(known, library) or [known]
            written = Counter(forms).most_common(1)[0][0]
            if len(stem) < _SHORT:
                meant = not any(form.islower() for form in forms)
            else:
                meant = written[0].isupper() or word.islower() or question.startswith(word)
            if meant:
                out.append((word, written))
    return tuple(out)


def apply(question: str, corrected: Sequence[tuple[str, str]]) -> str:
    """`question` with the corrections made."""
    for word, known in corrected:
        question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", known, question)
    return question


def _nearest(stem: str, known: Callable[[str], list[tuple[str, int]]]) -> str | None:
    """The known stem fewest slips away, the most frequent of several; None when all are too far."""
    most = 2 if len(stem) >= _LONG else 1
    best: tuple[int, int, str] | None = None
    for other, count in known(stem[:_SAME_START]):
        if abs(len(other) - len(stem)) <= most and len(other) >= 4:
            slips = OSA.distance(stem, other, score_cutoff=most)  # letters dropped, added, replaced or swapped
            if len(stem) < _SHORT and len(other) == len(stem) and sorted(other) != sorted(stem):
                continue
            if slips <= most and (best is None or (slips, -count) < best[:2]):
                best = (slips, -count, other)
    return best[2] if best else None


def _written(stem: str, library: Library) -> list[str]:
    """The words with `stem` as some passages write them: the embedder knows words, not stems."""
    # A stem is itself stemmed when searched for: 'tennesse' would not be found, 'tennessee' is.
    forms = " ".join(stem + ending for ending in ("", "e", "s", "y"))
    return [
        word
        for passage, article, _, _ in library.read(library.candidates([(forms, None)], 3)).values()
        for word in _WORD.findall(f"{article.title} {article.outlet} {passage.text}")
        if stems(word) == [stem]
    ]
