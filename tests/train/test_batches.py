from __future__ import annotations

import torch
from tokenizers import Tokenizer

from rag.embed import PackagedEmbedder
from train.reader_batches import OUTSIDE, Batches, sentence_scores
from train.reader_data import Example

TEXT = "A suit\nCorvane Records sued on Monday. It wants 9 million euros. The judge is Ada Moss."
TOLD = Example("What does the label demand?", TEXT, TEXT.index("9 million"), TEXT.index(". The judge"), "briefs")
UNTOLD = Example("Who owns the label?", TEXT, -1, -1, "briefs")


def test_each_token_of_a_passage_knows_its_sentence_and_the_first_mark_stands_for_none() -> None:
    tokenizer = Tokenizer.from_file(str(PackagedEmbedder().folder / "tokenizer.json"))
    batch = Batches([TOLD, UNTOLD], tokenizer).tensors([0, 1])
    words = [tokenizer.id_to_token(int(i)) for i in batch.ids[0]]
    of = batch.sentence[0].tolist()
    assert of[0] == 0
    assert {of[i] for i, word in enumerate(words) if word in {"demand", "?", "[SEP]", "[PAD]"}} == {OUTSIDE}
    assert [of[words.index(word)] for word in ("sued", "euros", "judge")] == [1, 2, 3]
    assert of[int(batch.first[0])] == of[int(batch.last[0])] == 2
    assert batch.first[1] == batch.last[1] == 0


def test_a_sentence_is_worth_its_best_first_and_last_token() -> None:
    sentence = torch.tensor([[0, OUTSIDE, 1, 1, 2, 2], [0, OUTSIDE, 1, 1, 1, OUTSIDE]])
    start = torch.tensor([[1.0, 99.0, 2.0, 0.5, 7.0, 3.0], [4.0, 99.0, -1.0, -2.0, -3.0, 99.0]])
    end = torch.tensor([[0.5, 99.0, 1.0, 3.0, 0.0, 2.0], [2.0, 99.0, -5.0, -1.0, -2.0, 99.0]])
    scores = sentence_scores(start, end, sentence)
    assert scores[0].tolist() == [1.5, 5.0, 9.0]
    assert scores[1, :2].tolist() == [6.0, -2.0]
    assert scores[1, 2] < -1e3, "the second passage has one sentence only"
