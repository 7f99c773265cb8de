"""A question that joins several is taken apart into questions that can each be asked alone."""

from __future__ import annotations

import pytest

from rag.question.parts import parts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "When did Decrypt, Notebookcheck and Gaming.news each say it began?",
            (
                "When did Decrypt each say it began?",
                "When did Notebookcheck each say it began?",
                "When did Gaming.news each say it began?",
            ),
        ),
        (
            "Name the director of The Brutalist and the two directors of Finding Jack",
            ("Name the director of The Brutalist", "Name the two directors of Finding Jack"),
        ),
        (
            "Number of Disney characters licensed to Sora, plus the type of AI Krafton wants?",
            ("Number of Disney characters licensed to Sora", "the type of AI Krafton wants?"),
        ),
        (
            "How long did the strikes of the WGA and of SAG-AFTRA last?",
            ("How long did the strikes of the WGA last?", "How long did the strikes of SAG-AFTRA last?"),
        ),
        (
            "How many jobs are there, per the office of Governor Lee and per Rep. Lynn?",
            ("How many jobs are there, per the office of Governor Lee?", "How many jobs are there, per Rep. Lynn?"),
        ),
        (
            "Name Deezer's chief executive and Spotify's policy chief",
            ("Name Deezer's chief executive?", "Name Spotify's policy chief"),
        ),
        (
            "Whose voices did AI mimic in Harbour Lights, and which in Northern Song?",
            ("Whose voices did AI mimic in Harbour Lights", "Whose voices did AI mimic in Northern Song?"),
        ),
        (
            "How large were the Lowton mogul's build-out and the Harbour brothers' share purchase?",
            ("How large were the Lowton mogul's build-out?", "How large were the Harbour brothers' share purchase?"),
        ),
        (
            "Replica Studios and Narrativ: on which day did the union announce its deal with each?",
            (
                "Replica Studios: on which day did the union announce its deal with each?",
                "Narrativ: on which day did the union announce its deal with each?",
            ),
        ),
        (
            "The players' strike: when did it start, when was a deal announced and when was it ratified?",
            (
                "The players' strike: when did it start",
                "The players' strike: when was a deal announced",
                "The players' strike: when was it ratified?",
            ),
        ),
    ],
)
def test_what_is_said_once_goes_to_each(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    ("question", "second"),
    [
        ("What did Variety say of the Beatles song, and which Grammy did it win?", "which Grammy did Beatles win?"),
        ("What did Judge Lee decide on Anthropic, and what did she allow?", "what did Judge Lee allow?"),
        ("Who runs Replica Studios, and what is its turnover?", "what is Replica Studios's turnover?"),
        ("What share of SAG-AFTRA voted yes, and on what turnout?", "on what turnout share of SAG-AFTRA voted yes?"),
        ("Who founded Ethovox, and with which firms had SAG-AFTRA made deals?", "with which firms had SAG-AFTRA made deals?"),
        (
            "When was the video tool first shown, and when did the star say building was off?",
            "when did the star say building was off?",
        ),
        (
            "With the singer's cloning tool, who gets the fees, and might remixes of her songs be pulled?",
            "With the singer's cloning tool, might remixes of her songs be pulled?",
        ),
        (
            "With actors renting out voices through that New York firm, who sets the fee, and must they say yes to each spot?",
            "With actors renting out voices through that New York firm, must they say yes to each spot?",
        ),
        (
            "When did Sir Paul first tell of the record, and when was that record put on sale?",
            "when was that record put on sale?",
        ),
        ("Deep Fake Love: who hosts it, and which firm made it for Netflix?", "Deep Fake Love: which firm made it for Netflix?"),
        ("What rating did Lane give Arc Raiders, and who from Epic spoke up?", "who from Epic spoke up?"),
        (
            "Who was first to sue, Warner Bros. or Disney and Universal, and on what date did each sue?",
            "on what date did each sue?",
        ),
        ("A year on from the Runway deal, what did TheWrap say of it, and what does Lionsgate say?", "what does Lionsgate say?"),
        ("In 2023, who sued Meta, and when did Anthropic settle?", "when did Anthropic settle?"),
        ("Xania Monet and FN Meka: who is behind the former, and who made the latter?", "who made FN Meka?"),
        ("What did Netflix get for walking away, and may Google train on A24's films?", "may Google train on A24's films?"),
    ],
)
def test_the_second_question_does_not_lean_on_the_first(question: str, second: str) -> None:
    assert parts(question)[1] == second


@pytest.mark.parametrize(
    "question",
    [
        "What did Disney and Universal's complaint against Midjourney say?",
        "What fee was agreed between Disney and OpenAI?",
        "Who had a hand in both the Toys R Us film and Critterz?",
        "Who sued and why?",
        "On what day did Apple Music, Deezer and Tidal take down Heart on My Sleeve?",
        "Which Grammy did the Beatles win with Now and Then?",
        "When did Netflix post its AI rules for film and TV productions?",
        "Is there a judge named for the Udio lawsuit in New York, and who is it?",
        "How did dates change between the Spring plan and what American audiences got?",
    ],
)
def test_one_thing_stays_one(question: str) -> None:
    assert parts(question) == (question,)


def test_his_own_is_not_somebody_elses() -> None:
    [_, second] = parts("Who is behind Xania Monet, and who says his own voice was turned female?")
    assert second == "who says his own voice was turned female?"
