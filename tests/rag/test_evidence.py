"""Which sentences of a long text are read for a claim."""

from __future__ import annotations

from tokenizers import Tokenizer

from rag.embed import PackagedEmbedder
from rag.encoder import load_tokenizer
from rag.evidence import gather, sentence_spans


def _tokenizer() -> Tokenizer:
    return load_tokenizer(PackagedEmbedder().folder, None)


def test_a_short_text_is_left_as_it_is() -> None:
    assert gather("A claim.", "One. Two.\nThree.", _tokenizer(), 100) == "One. Two.\nThree."


def test_the_sentences_that_bear_on_the_claim_are_kept_in_order_with_the_one_before() -> None:
    filler = [f"Sentence {i} tells of the weather in town number {i}." for i in range(60)]
    filler[20] = "Marlow Pictures bought a synthesizer in Leeds."
    filler[21] = "It cost forty thousand pounds."
    filler[40] = "The Leeds synthesizer was sold again by Marlow."
    read = gather(
        "The synthesizer that Marlow bought cost forty thousand pounds and was sold.", " ".join(filler), _tokenizer(), 80
    )
    assert filler[20] + " " + filler[21] in read
    assert read.index(filler[21]) < read.index(filler[40])
    assert len(_tokenizer().encode(read, add_special_tokens=False).ids) <= 80 + 10


def test_a_text_without_sentences_is_cut() -> None:
    tokenizer = _tokenizer()
    read = gather("word", "word " * 500, tokenizer, 50)
    assert read
    assert len(tokenizer.encode(read, add_special_tokens=False).ids) <= 50


def test_sentences_end_at_marks_and_lines_but_not_in_figures() -> None:
    text = "It cost $1.5 million. She left.\nNobody asked"
    assert [text[s.start : s.end] for s in sentence_spans(text)] == ["It cost $1.5 million.", "She left.", "Nobody asked"]
