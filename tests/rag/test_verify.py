from __future__ import annotations

import pytest

from rag.types import Support
from rag.verify import verify

PASSAGE = (
    'Netflix paid $1.5 billion on 24 March 2026, TheWrap reported. "We are not selling," said Ted Sarandos. '
    "The union did not sign the agreement."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Netflix paid $1.5 billion on 24 March 2026, TheWrap reported.",
        "Netflix paid 1.5 billion dollars on March 24, 2026, TheWrap reported.",
    ],
)
def test_what_a_passage_says_is_supported(sentence: str) -> None:
    assert verify(sentence, ["Something else.", PASSAGE])[0] is Support.FULL


@pytest.mark.parametrize(
    "sentence",
    [
        "Netflix paid $1.6 billion on 24 March 2026, TheWrap reported.",
        "Netflix paid $1.5 billion on 25 March 2026, TheWrap reported.",
        "Netflix paid $1.5 billion on 24 March 2026, Variety reported.",
        'Netflix paid, and "we are selling," said Ted Sarandos.',
        "Krafton opened a resignation scheme.",
    ],
)
def test_a_changed_figure_date_name_or_quote_is_not_supported(sentence: str) -> None:
    assert verify(sentence, [PASSAGE])[0] is Support.NONE


def test_a_negation_that_the_passage_lacks_is_not_supported() -> None:
    assert (
        verify("Netflix never paid $1.5 billion on 24 March 2026.", ["Netflix paid $1.5 billion on 24 March 2026."])[0]
        is not Support.FULL
    )


def test_nothing_is_supported_by_no_passage() -> None:
    assert verify("Netflix paid.", []) == (Support.NONE, 0.0)


@pytest.mark.parametrize("told", ["It is not true that Timbre is bankrupt.", "Nobody at the firm believes Timbre is bankrupt."])
def test_words_out_of_the_middle_of_a_sentence_are_no_proof(told: str) -> None:
    assert verify("Timbre is bankrupt.", [told])[0] is Support.NONE


@pytest.mark.parametrize(
    "told",
    [
        "Timbre is bankrupt.",
        "The deal fell. Timbre is bankrupt. So it goes.",
        "The News\n\nTimbre  is\nbankrupt. So it goes.",
        'He said: "Timbre is bankrupt."',
    ],
)
def test_a_sentence_that_stands_there_whole_needs_no_judge(told: str) -> None:
    assert verify("Timbre is bankrupt.", [told]) == (Support.FULL, 1.0)
