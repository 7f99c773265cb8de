"""Questions of a user's own: read from JSON Lines or CSV, made of the feedback given in the chat, written as a template."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.questions import Question
from eval.suites.reading import lines, rows
from rag.errors import BadInput, SluglineError
from rag.store.feedback import FeedbackRow, Verdict

WANTS = "a .jsonl or .csv file of questions (slugline eval template FILE makes one)"
_LISTS = ("articles", "forbidden", "answers", "evidence")
_COLUMNS = ("id", "type", "question", "answerable", "required", *_LISTS, "far", "abstain_ok", "reviewed")
_BOOLS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "id": "q1",
        "type": "date",
        "question": "When did Tennessee's ELVIS Act take effect?",
        "answerable": True,
        "articles": ["024"],
        "required": [["1 July 2024"]],
    },
    {
        "id": "q2",
        "type": "several",
        "question": "Which labels sued Suno and Udio?",
        "answerable": True,
        "articles": ["019"],
        "required": [["Universal", "UMG"], ["Sony"], ["Warner"]],
        "forbidden": ["Spotify"],
    },
    {"id": "q3", "type": "unanswerable", "question": "Who has won this year's Tour de France?", "answerable": False},
)


def load(path: Path, say: Callable[[str], None] = lambda said: None) -> list[Question]:
    """The questions in `path`, those left out that nobody has reviewed yet; `say` is told how many.

    Raises:
        BadInput: a row is not a question; the message names it.
        SluglineError: no question is left.
    """
    read = _csv_rows(path) if path.suffix == ".csv" else lines(path, WANTS)
    found, unreviewed, seen = list[Question](), 0, set[str]()
    for number, (where, row) in enumerate(read, 1):
        try:
            question, reviewed = _question(row, number)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(where, f"not a question: {error}; give {WANTS}") from error
        if question.id in seen:
            raise BadInput(where, f"the id {question.id!r} stands twice")
        seen.add(question.id)
        if reviewed:
            found.append(question)
        unreviewed += not reviewed
    if unreviewed:
        say(f"{unreviewed} questions of {path} are not reviewed and do not count: set reviewed to true where they are right.")
    if not found:
        raise SluglineError(f"{path} holds no reviewed question.")
    return found


def _csv_rows(path: Path) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Rows of a CSV file: entries of a list are parted by ';', wordings of a required fact by '|'."""
    for where, row in rows(path, WANTS, ("question",)):
        out: dict[str, Any] = {}
        for name, text in row.items():
            if not text or not text.strip():
                continue
            if name in ("answerable", "far", "abstain_ok", "reviewed"):
                if text.strip().lower() not in _BOOLS:
                    raise BadInput(where, f"{name} is {text!r}; write true or false")
                out[name] = _BOOLS[text.strip().lower()]
            elif name == "required":
                out[name] = [_split(group, "|") for group in _split(text, ";")]
            else:
                out[name] = _split(text, ";") if name in _LISTS else text.strip()
        yield where, out


def _split(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _question(row: Mapping[str, Any], number: int) -> tuple[Question, bool]:
    unknown = set(row) - set(_COLUMNS) - {"note"}
    if unknown:
        raise ValueError(f"unknown field {', '.join(sorted(map(str, unknown)))}; there are {', '.join(_COLUMNS)}")
    if not str(row.get("question", "")).strip():
        raise ValueError("it has no question")
    required = tuple((group,) if isinstance(group, str) else tuple(map(str, group)) for group in row.get("required", ()))
    given = {name: _strings(name, row.get(name, ())) for name in _LISTS}
    answerable = bool(row.get("answerable", True))
    if answerable and not (required or given["answers"] or given["evidence"] or given["articles"]):
        raise ValueError("an answerable question needs required, answers, evidence or articles, or nothing could be right")
    question = Question(
        str(row.get("id", number)),
        str(row.get("type", "own")),
        str(row["question"]),
        bool(row.get("far", False)),
        answerable,
        given["articles"],
        required,
        given["forbidden"],
        bool(row.get("abstain_ok", False)),
        given["answers"],
        given["evidence"],
    )
    return question, bool(row.get("reviewed", True))


def _strings(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{name} must be a list of texts")
    return tuple(value)


def as_row(question: Question, reviewed: bool = True, note: str = "") -> dict[str, Any]:
    """A question as a line of JSON Lines; fields that say nothing are left out."""
    row: dict[str, Any] = {
        "id": question.id,
        "type": question.type,
        "question": question.text,
        "answerable": question.answerable,
        "articles": list(question.articles),
        "required": [list(group) for group in question.required],
        "forbidden": list(question.forbidden),
        "answers": list(question.answers),
        "evidence": list(question.evidence),
        "note": note,
    }
    return {name: value for name, value in row.items() if value not in ([], "")} | {"reviewed": reviewed}


def write(path: Path, found: Iterable[Mapping[str, Any]]) -> int:
    """Write rows as JSON Lines, or as CSV by the file's name; returns how many. A file that is there is never overwritten.

    Raises:
        SluglineError: there is such a file.
    """
    if path.exists():
        raise SluglineError(f"{path} is there already. Choose another name, or move it away.")
    listed = list(found)
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            table = csv.DictWriter(file, (*_COLUMNS, "note"))
            table.writeheader()
            table.writerows(_flat(row) for row in listed)
        else:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in listed)
    return len(listed)


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    out = {}
    for name, value in row.items():
        if name == "required":
            out[name] = "; ".join(" | ".join(group) for group in value)
        elif isinstance(value, list):
            out[name] = "; ".join(value)
        else:
            out[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return out


def template(path: Path) -> int:
    """Write a file with examples to replace."""
    return write(path, _EXAMPLES)


def from_feedback(said: Sequence[FeedbackRow]) -> tuple[list[Question], list[str]]:
    """Questions made of what readers said, and those that nothing can be made of yet.

    Sentences that a reader marked are the evidence, whatever the thumb. Without marks a thumb up takes the quotes of the answer as
    evidence, or its abstention as right; a thumb down tells nothing that an answer could be held against. Of several words on one
    question the last counts.
    """
    found: dict[str, Question] = {}
    left: dict[str, None] = {}
    for row in said:
        question = " ".join(row.question.split())
        key = question.casefold()
        pairs = [(one.article_id, one.quote) for one in row.evidence]
        if not pairs and row.verdict is Verdict.UP:
            pairs = [(source["article_id"], source["quote"]) for source in row.answer.get("sources", ())]
        untold = row.verdict is Verdict.UP and not row.evidence and bool(row.answer.get("abstained"))
        found.pop(key, None)
        left.pop(question, None)
        if not pairs and not untold:
            left[question] = None
            continue
        articles = tuple(dict.fromkeys(article for article, _ in pairs)) if not untold else ()
        evidence = tuple(dict.fromkeys(quote for _, quote in pairs)) if not untold else ()
        found[key] = Question(f"f{row.number}", "feedback", question, False, not untold, articles, (), evidence=evidence)
    return list(found.values()), list(left)
