"""Whether what was found tells: what the confidence is made from."""

from __future__ import annotations

import numpy as np

from rag.compose.features import NAMES, TELLS, tells
from rag.compose.weights import load_weights


def _rows(margins: list[float], places: list[int]) -> np.ndarray:
    """Sentences with these margins, in passages read at these places."""
    x = np.zeros((len(margins), len(NAMES)), dtype=np.float32)
    x[:, NAMES.index("reads")] = margins
    x[:, NAMES.index("rank")] = [1 / (1 + place) for place in places]
    return x


def test_the_margin_near_leaves_the_third_passage_out_and_keeps_what_is_beside_the_first() -> None:
    near = TELLS.index("reads_near")
    assert tells(_rows([1.0, 2.0, 7.0, -1.0], [0, 1, 2, 3]))[near] == 2.0
    assert tells(_rows([1.0, 2.0, -1.0, 7.0], [0, 1, 2, 3]))[near] == 7.0
    assert tells(_rows([3.0], [2]))[near] == 3.0


def test_of_two_questions_the_one_that_is_told_less_counts() -> None:
    part = TELLS.index("reads_part")
    whole, told, untold = _rows([4.0, 1.0], [0, 1]), _rows([6.0, 2.0], [0, 1]), _rows([-5.0, -7.0], [0, 1])
    assert tells(whole, [told, untold])[part] == -5.0
    assert tells(whole)[part] == 4.0
    assert tells(whole, [told, _rows([], [])])[part] == -10.0
    for parts in ([told, untold], [told, told]):
        assert tells(whole, parts)[:part].tolist() == tells(whole)[:part].tolist()


def test_a_surer_reader_never_makes_an_answer_less_likely() -> None:
    assert (load_weights().tells.weight >= 0).all()
