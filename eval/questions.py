"""Question sets: JSON Lines, a question a line, with the facts that a right answer holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.dates import find_dates
from rag.errors import BadInput
from rag.figures import find_figures

BUNDLED = Path(__file__).with_name("questions")
TYPES = ("fact", "figure", "date", "who", "several", "differ", "time", "unanswerable", "false_premise")


@dataclass(frozen=True)
class Question:
    """`required` are groups of alternative spellings: a right answer holds one of each group. `forbidden` make it wrong.

    `articles` are the ids of those that answer; empty when the coverage does not tell. With `abstain_ok` saying so is right too.
    Questions of a user's own may have reference `answers`, or sentences of an article as `evidence`, instead of required facts.
    """

    id: str
    type: str
    text: str
    far: bool
    answerable: bool
    articles: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...] = ()
    abstain_ok: bool = False
    answers: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def load(path: Path) -> list[Question]:
    """The questions in a JSON Lines file.

    Raises:
        BadInput: a line is not such a question; the message names it.
    """
    questions = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        try:
            questions.append(_question(json.loads(line)))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise BadInput(f"{path}:{number}", f"not a question: {error!r}") from error
    return questions


def _question(row: Mapping[str, Any]) -> Question:
    if row["type"] not in TYPES:
        raise ValueError(f"type must be one of {', '.join(TYPES)}")
    return Question(
        id=row["id"],
        type=row["type"],
        text=row["question"],
        far=bool(row["far"]),
        answerable=bool(row["answerable"]),
        articles=tuple(row["articles"]),
        required=tuple(tuple(group) for group in row["required"]),
        forbidden=tuple(row.get("forbidden", ())),
        abstain_ok=bool(row.get("abstain_ok", False)),
    )


def says(text: str, fact: str) -> bool:
    """Whether `text` holds `fact`: dates and figures compared by value ('$1.5bn' = '1.5 billion dollars'), words as they stand.

    >>> says("It closed on May 2, 2023 for 1.5 billion dollars.", "2 May 2023"), says("It cost $1.5bn.", "$1.6 billion")
    (True, False)
    """
    dates = list(find_dates(fact))
    if len(dates) == 1 and not re.search(r"[^\W\d]", (fact[: dates[0].start] + fact[dates[0].end :])):
        wanted = dates[0]
        return any(
            (d.month, d.day) == (wanted.month, wanted.day)
            if wanted.day
            else d.month == wanted.month and d.year in (wanted.year, None)
            if wanted.month
            else d.year == wanted.year
            for d in find_dates(text)
            if wanted.year is None or d.year in (wanted.year, None)
        )
    figures = list(find_figures(fact))
    if len(figures) == 1 and not re.search(r"[^\W\d]", fact[: figures[0].start] + fact[figures[0].end :]):
        # As it stands, too, but not as the start or the end of another figure: '$90' is not in '$900k'.
        alone = rf"(?<![\w.,]){re.escape(_plain(fact))}(?!\w|[.,]\d)"
        return any(f.same_amount(figures[0]) for f in find_figures(text)) or bool(re.search(alone, _plain(text)))
    return _plain(fact) in _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).casefold()  # noqa: RUF001


def says_all(text: str, required: tuple[tuple[str, ...], ...]) -> bool:
    """Whether `text` holds one spelling of every group."""
    return all(any(says(text, fact) for fact in group) for group in required)
