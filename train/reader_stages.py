"""In which stages the reader is made, and of which of them the packaged one is the mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stage:
    """`epochs` over what is new to the reader, and over a share of each stage before, so that it is not forgotten (`again`).

    `coverage` and `briefs` are the rows of our questions, by their place in the file, that no stage before has seen. `start` are the stages from whose
    weights' mean it goes on, each counting for so much; none: from the stage before. `held` is what the tenth of its new examples, by passage, that is
    kept for development is called: "" like their source; None: all are trained on.
    """

    epochs: int
    rate: float  # the highest learning rate
    coverage: slice = field(default_factory=lambda: slice(0))
    briefs: slice = field(default_factory=lambda: slice(0))
    again: Mapping[str, float] = field(default_factory=dict)
    renamed: float = 0.0  # of its questions that hold a name of the passage, the share that is asked again with another's
    sentences: float = 0.0  # what the loss of choosing the sentence counts beside that of choosing the first and the last token
    held: str | None = ""
    start: Mapping[str, float] = field(default_factory=dict)


# What `all again` goes on from: the mean of the weights that these stages left, each counting for so much.
MEAN = {"briefs": 1, "pairs": 1, "second pairs": 1, "second dozens": 3, "third dozens": 3}
SECOND_MEAN = {**MEAN, "all again": 6, "third far": 18}  # what `fourth far` goes on from
SHIPPED = {**SECOND_MEAN, "plain again": 27}  # the packaged reader is the mean of what these left
_AGAIN = {
    "public": 1 / 12,
    "newsroom": 1 / 8,
    "coverage": 1 / 5,
    "second coverage": 1 / 5,
    "briefs": 2 / 5,
    "pairs": 2 / 5,
    "second pairs": 2 / 5,
    "dozens": 2 / 5,
    "second dozens": 2 / 5,
    "third dozens": 2 / 5,
}
_A_FIFTH = {
    "public": 1 / 12,
    "newsroom": 1 / 10,
    **dict.fromkeys(("coverage", "second coverage", "briefs", "pairs", "second pairs"), 1 / 5),
    **dict.fromkeys(("dozens", "second dozens", "third dozens"), 1 / 5),
    **dict.fromkeys(("far", "second far", "third far"), 1 / 4),
}
STAGES = {
    "public": Stage(2, 1e-4),
    "newsroom": Stage(2, 1e-4, again={"public": 1}),
    "coverage": Stage(2, 7e-5, slice(3600), again={"newsroom": 1 / 2}),
    "second coverage": Stage(1, 7e-5, slice(3600, 7152), again={"newsroom": 1 / 3, "coverage": 1 / 3}),
    "briefs": Stage(
        1, 7e-5, slice(7152, None), slice(320), again={"newsroom": 1 / 4, "coverage": 1 / 4, "second coverage": 1 / 4}
    ),
    "pairs": Stage(
        1,
        7e-5,
        briefs=slice(320, 512),
        again={"newsroom": 1 / 6, "coverage": 1 / 6, "second coverage": 1 / 6, "briefs": 2 / 3},
    ),
    "second pairs": Stage(
        1,
        7e-5,
        briefs=slice(512, 672),
        again={"newsroom": 1 / 8, "coverage": 1 / 8, "second coverage": 1 / 8, "briefs": 1 / 3, "pairs": 1 / 2},
    ),
    "dozens": Stage(
        1,
        7e-5,
        briefs=slice(672, 864),
        again={
            "newsroom": 1 / 8,
            "coverage": 1 / 8,
            "second coverage": 1 / 8,
            "briefs": 1 / 4,
            "pairs": 1 / 3,
            "second pairs": 1 / 3,
        },
        start={"briefs": 1, "pairs": 1, "second pairs": 1},
    ),
    "second dozens": Stage(
        1,
        7e-5,
        briefs=slice(864, 1184),
        again={
            "newsroom": 1 / 10,
            "coverage": 1 / 10,
            "second coverage": 1 / 10,
            "briefs": 1 / 5,
            "pairs": 1 / 4,
            "second pairs": 1 / 4,
            "dozens": 1 / 2,
        },
    ),
    "third dozens": Stage(
        1,
        7e-5,
        briefs=slice(1184, 1524),
        again={
            "newsroom": 1 / 20,
            "coverage": 1 / 10,
            "second coverage": 1 / 10,
            "briefs": 1 / 6,
            "pairs": 3 / 5,
            "second pairs": 3 / 5,
            "dozens": 1 / 4,
            "second dozens": 1 / 4,
        },
        renamed=2 / 5,
    ),
    "all again": Stage(
        1,
        5e-5,
        again={
            "public": 1 / 4,
            "newsroom": 1 / 3,
            "coverage": 2 / 3,
            "second coverage": 2 / 3,
            "briefs": 1,
            "pairs": 1,
            "second pairs": 1,
            "dozens": 1,
            "second dozens": 1,
            "third dozens": 1,
        },
        renamed=1 / 3,
        sentences=1 / 2,
        start=MEAN,
    ),
    "far": Stage(
        1,
        4e-5,
        briefs=slice(1524, 2068),
        again=_AGAIN,
        renamed=1 / 4,
        sentences=1 / 2,
        held=None,
    ),
    "second far": Stage(
        1,
        3e-5,
        briefs=slice(2068, 2388),
        again={**_AGAIN, "far": 1},
        renamed=1 / 4,
        sentences=1 / 2,
        held="far",
    ),
    "third far": Stage(
        1,
        2.5e-5,
        briefs=slice(2388, 2708),
        again={of: 3 / 4 * share for of, share in _AGAIN.items()} | {"far": 3 / 5, "second far": 7 / 10},
        renamed=1 / 4,
        sentences=1 / 2,
        held=None,
    ),
    "fourth far": Stage(
        1,
        4e-5,
        briefs=slice(2708, 3412),
        again=_A_FIFTH,
        renamed=1 / 5,
        sentences=1 / 2,
        held=None,
        start=SECOND_MEAN,
    ),
    "plain again": Stage(
        1,
        2e-5,
        briefs=slice(3412, None),
        again={**_A_FIFTH, "fourth far": 2 / 5},
        renamed=1 / 6,
        sentences=1 / 2,
        held=None,
    ),
}
