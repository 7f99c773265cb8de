"""What readers said of answers: thumb, reason, and the sentences they marked as the right evidence. SQLite, beside the ledger."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from rag.errors import SluglineError
from rag.store.aside import opened

FILE = "feedback.sqlite3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,                           -- ISO 8601, UTC
    question TEXT NOT NULL,                     -- as it was typed
    answer TEXT NOT NULL,                       -- JSON: what `rag.show.answer_json` gives
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    reason TEXT NOT NULL,                       -- of `Reason`, or empty
    note TEXT NOT NULL,                         -- the reader's own words
    evidence TEXT NOT NULL                      -- JSON: what they marked
);
"""


class Verdict(str, Enum):
    """A thumb."""

    UP = "up"
    DOWN = "down"


class Reason(str, Enum):
    """Why an answer is not right, by its name in the file; `NONE` when nobody said."""

    NONE = ""
    WRONG_SOURCE = "wrong source"
    OUT_OF_DATE = "out of date"
    UNSUPPORTED = "unsupported"
    MISSING_ARTICLE = "missing article"
    OTHER = "other"


@dataclass(frozen=True)
class Evidence:
    """A quote that the reader marked as what answers the question, word for word in the text of the article."""

    article_id: str
    quote: str


@dataclass(frozen=True)
class FeedbackRow:
    """One reader's word on one answer. `answer` is what `rag.show.answer_json` gave at the time; `at` is ISO 8601, UTC."""

    number: int
    at: str
    question: str
    answer: Mapping[str, Any]
    verdict: Verdict
    reason: Reason = Reason.NONE
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


class Feedback:
    """The feedback kept in the library's folder `data_dir`. Safe for several threads and processes.

    Every method raises `DiskFull` or `LibraryUnusable` when the file cannot be used.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def add(
        self,
        question: str,
        answer: Mapping[str, Any],
        verdict: Verdict | str,
        reason: Reason | str = Reason.NONE,
        note: str = "",
        evidence: Iterable[Evidence] = (),
    ) -> int:
        """Keep a reader's word; returns its number.

        Raises:
            SluglineError: there is no such verdict or reason.
        """
        try:
            verdict, reason = Verdict(verdict), Reason(reason)
        except ValueError as error:
            reasons = ", ".join(one.value for one in Reason if one.value)
            raise SluglineError(f"Feedback: {error}. A verdict is up or down; a reason one of: {reasons}.") from error
        at = dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")
        marked = json.dumps([asdict(one) for one in evidence], ensure_ascii=False)
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            cursor = db.execute(
                "INSERT INTO feedback (at, question, answer, verdict, reason, note, evidence) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (at, question, json.dumps(answer, ensure_ascii=False), verdict.value, reason.value, note, marked),
            )
            return int(cursor.lastrowid or 0)

    def all(self) -> list[FeedbackRow]:
        """Everything that was said, oldest first; none when the library has no feedback (no file is made for looking)."""
        if not (self.data_dir / FILE).exists():
            return []
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            return [_row(row) for row in db.execute("SELECT * FROM feedback ORDER BY number")]

    def remove(self, number: int) -> bool:
        """Take a word back; whether it was there."""
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            return db.execute("DELETE FROM feedback WHERE number = ?", (number,)).rowcount > 0


def _row(row: sqlite3.Row) -> FeedbackRow:
    return FeedbackRow(
        row["number"],
        row["at"],
        row["question"],
        json.loads(row["answer"]),
        Verdict(row["verdict"]),
        Reason(row["reason"]),
        row["note"],
        tuple(Evidence(**one) for one in json.loads(row["evidence"])),
    )
