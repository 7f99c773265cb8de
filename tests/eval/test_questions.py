from __future__ import annotations

from pathlib import Path

import pytest

from eval.questions import BUNDLED, TYPES, load, says, says_all
from rag.errors import BadInput


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("It paid $1.5bn for it.", "1.5 billion dollars"),
        ("It began on May 2, 2023.", "2 May 2023"),
        ("It began on 2 May that year.", "2 May 2023"),
        ("Twelve actors left.", "12"),
        ("Sean Ono Lennon took the prize.", "sean ono lennon"),
    ],
)
def test_a_fact_in_other_spelling_is_said(text: str, fact: str) -> None:
    assert says(text, fact)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("It paid $1.6bn for it.", "$1.5 billion"),
        ("It began on 3 May 2023.", "2 May 2023"),
        ("It began in May 2024.", "May 2023"),
        ("It was 2 per cent.", "$2"),
        ("It paid $900k for it.", "$90"),
        ("It has 175 members.", "75"),
    ],
)
def test_another_fact_is_not(text: str, fact: str) -> None:
    assert not says(text, fact)


def test_every_group_needs_one_of_its_spellings() -> None:
    assert says_all("Universal and Warner settled.", (("UMG", "Universal"), ("Warner",)))
    assert not says_all("Universal settled.", (("UMG", "Universal"), ("Warner",)))


def test_the_bundled_sets_are_what_the_figures_need() -> None:
    dev, test = load(BUNDLED / "dev.jsonl"), load(BUNDLED / "test.jsonl")
    both = dev + test
    assert len(both) >= 150
    assert len({q.id for q in both}) == len({q.text.casefold() for q in both}) == len(both)
    assert {q.type for q in dev} == {q.type for q in test} == set(TYPES)
    for part in (dev, test):
        assert sum(q.far for q in part) / len(part) >= 0.3
    for question in both:
        assert question.answerable == bool(question.required), question.id
        assert not question.answerable or question.articles, question.id


def test_every_required_fact_is_in_an_article_that_answers() -> None:
    corpus = {path.name[:3]: path.read_text("utf-8") for path in Path("corpus").glob("[0-9]*.md")}
    for question in load(BUNDLED / "dev.jsonl") + load(BUNDLED / "test.jsonl"):
        text = "\n".join(corpus[id_] for id_ in question.articles)
        assert says_all(text, question.required), question.id


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "x"}\n')
    with pytest.raises(BadInput, match=r"q\.jsonl:1"):
        load(path)
