"""Conversations kept in the library's folder: named, found again, deleted. SQLite, beside the ledger."""

from __future__ import annotations

import datetime as dt
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from rag.store.aside import opened
from rag.types import Answer, Article, Citation, Filters, Hit

FILE = "conversations.sqlite3"
LONGEST_NAME = 80

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,                        -- who signed in; empty where nobody has to
    name TEXT NOT NULL,
    started TEXT NOT NULL, changed TEXT NOT NULL,   -- ISO 8601, UTC
    turns TEXT NOT NULL,                        -- JSON: `Turn`s
    words TEXT NOT NULL                         -- name, questions and answers in lower case, to search in
);
CREATE INDEX IF NOT EXISTS by_owner ON conversations (owner, changed);
"""


@dataclass(frozen=True)
class Turn:
    """A question, how it was asked (`filters`, `dropped` chips), and its answer as far as it came.

    `stopped`: the reader ended it before it was whole. `verdict` ('up', 'down' or '') and `reason` are the reader's, kept as row
    `feedback` of `rag.store.feedback`; `evidence` are the numbers of the citations (of an abstention: of the nearest) they marked.
    """

    question: str
    answer: Answer
    filters: Filters = Filters()
    dropped: frozenset[str] = frozenset()
    stopped: bool = False
    verdict: str = ""
    reason: str = ""
    feedback: int = 0
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """Turns in their order under a name. `changed` is ISO 8601, UTC."""

    id: str
    name: str = ""
    changed: str = ""
    turns: tuple[Turn, ...] = ()


def new_id() -> str:
    return secrets.token_hex(8)


@cache
def _turns() -> TypeAdapter[tuple[Turn, ...]]:
    return TypeAdapter(tuple[Turn, ...])


def _slim(hit: Hit) -> Hit:
    """The article's text left out but for the passage: the ledger has it."""
    article: Article = replace(hit.article, text=hit.passage.text)
    return replace(hit, article=article)


def _kept(turn: Turn) -> Turn:
    answer = turn.answer
    citations = tuple(Citation(c.n, _slim(c.hit), c.quote) for c in answer.citations)
    return replace(turn, answer=replace(answer, citations=citations, nearest=tuple(_slim(hit) for hit in answer.nearest)))


class Conversations:
    """The conversations kept in the library's folder `data_dir`. Safe for several threads and processes.

    Every method but `new_id` raises `DiskFull` or `LibraryUnusable` when the file cannot be used.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir

    def keep(self, conversation_id: str, turns: Sequence[Turn], owner: str = "") -> None:
        """Store all turns of a conversation; a new one is named after its first question. One of another owner is left alone."""
        if not turns:
            return
        now = dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")
        name = turns[0].question[:LONGEST_NAME]
        words = "\n".join(f"{turn.question}\n{turn.answer.text}" for turn in turns).casefold()
        document = _turns().dump_json(tuple(_kept(turn) for turn in turns)).decode()
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " changed = excluded.changed, turns = excluded.turns, words = excluded.words WHERE owner = excluded.owner",
                (conversation_id, owner, name, now, now, document, words),
            )

    def find(self, words: str = "", owner: str = "", most: int = 50) -> list[Conversation]:
        """The latest conversations that hold `words` in their name, questions or answers, newest first, without their turns."""
        pattern = f"%{_literal(words.strip().casefold())}%"
        if not (self.data_dir / FILE).exists():
            return []
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            rows = db.execute(
                "SELECT id, name, changed FROM conversations WHERE owner = ? AND (words LIKE ? ESCAPE '\\' OR"
                " lower(name) LIKE ? ESCAPE '\\') ORDER BY changed DESC, rowid DESC LIMIT ?",
                (owner, pattern, pattern, most),
            )
            return [Conversation(row["id"], row["name"], row["changed"]) for row in rows]

    def open(self, conversation_id: str, owner: str = "") -> Conversation | None:
        """A conversation with its turns; None when this owner has no such one."""
        if not (self.data_dir / FILE).exists():
            return None
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            row: sqlite3.Row | None = db.execute(
                "SELECT * FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
            ).fetchone()
        return None if row is None else Conversation(row["id"], row["name"], row["changed"], _turns().validate_json(row["turns"]))

    def rename(self, conversation_id: str, name: str, owner: str = "") -> bool:
        """Give it another name; whether it was there and `name` is none of blanks."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if not name:
            return False
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            done = db.execute("UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", (name, conversation_id, owner))
            return done.rowcount > 0

    def delete(self, conversation_id: str, owner: str = "") -> bool:
        """Forget it; whether it was there."""
        with opened(self.data_dir, FILE, _SCHEMA) as db:
            done = db.execute("DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner))
            return done.rowcount > 0


def _literal(words: str) -> str:
    """`words` with nothing in them that LIKE heeds."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
