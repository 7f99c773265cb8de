from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelDamaged
from rag.reader import MODEL_FOLDER, Reader
from rag.types import Span

PASSAGE = (
    "The studio opened in Lisbon on 5 January 2026. It hired 340 people in its first month. "
    "Critics said the music was too loud. Ana Prata wrote the first film."
)
SENTENCES = [Span(0, 46), Span(47, 86), Span(87, 124), Span(125, len(PASSAGE))]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did the studio open?", 0),
        ("How many workers did the studio take on?", 1),
        ("Who was the writer of the first film?", 3),
    ],
)
def test_it_points_at_the_sentence_that_answers(question: str, sentence: int) -> None:
    [margins] = Reader().read(question, [PASSAGE], [SENTENCES])
    assert margins.shape == (4,)
    assert int(np.argmax(margins)) == sentence


def test_a_question_that_the_passage_answers_scores_above_one_that_it_does_not() -> None:
    reader = Reader()
    [told] = reader.read("When did the studio open?", [PASSAGE], [SENTENCES])
    [untold] = reader.read("Who bought the railway company's debts?", [PASSAGE], [SENTENCES])
    assert told.max() > untold.max() + 2


def test_order_and_number_of_texts_do_not_change_a_margin() -> None:
    reader = Reader()
    alone = reader.read("When did the studio open?", [PASSAGE], [SENTENCES])[0]
    texts = ["Short.", PASSAGE, "word " * 300]
    among = reader.read("When did the studio open?", texts, [[Span(0, 6)], SENTENCES, [Span(0, 4), Span(1490, 1494)]])
    assert [len(margins) for margins in among] == [1, 4, 2]
    assert np.abs(among[1] - alone).max() < 0.5  # bfloat16, padded differently
    assert np.isfinite(among[2]).all()


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL_FOLDER, tmp_path / "reader")
    file = tmp_path / "reader" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelDamaged, match="damaged"):
        Reader(tmp_path / "reader").read("What?", ["A text."], [[Span(0, 7)]])
