"""Neighbouring passages as one: what a person is shown of an article is not cut where the index had to cut it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.types import Hit, Passage


def merged(hits: Sequence[Hit]) -> list[Hit]:
    """`hits`, best first, those whose passages follow one another in an article as one in the place of the best of them.

    For showing: a ranking is judged passage by passage, before this.
    """
    runs: list[list[Hit]] = []  # each by the places of its passages in the article
    for hit in sorted(hits, key=lambda hit: (hit.article.id, hit.passage.ordinal)):
        before = runs[-1][-1] if runs else None
        if before and before.article.id == hit.article.id and before.passage.ordinal + 1 == hit.passage.ordinal:
            runs[-1].append(hit)
        else:
            runs.append([hit])
    rank = {id(hit): at for at, hit in enumerate(hits)}
    best = [(min(run, key=lambda hit: rank[id(hit)]), run) for run in runs]
    best.sort(key=lambda one: rank[id(one[0])])
    return [replace(hit, passage=_joined(hit, run)) if len(run) > 1 else hit for hit, run in best]


def _joined(best: Hit, run: Sequence[Hit]) -> Passage:
    start, end = run[0].passage.start, run[-1].passage.end
    spans = dict.fromkeys(span for hit in run for span in hit.passage.sentences)  # with overlap two passages share some
    return Passage(best.article.id, run[0].passage.ordinal, start, end, best.article.text[start:end], tuple(spans))
