"""What becomes of a conversation when its reader asks, clicks or stops. No layout: `chat` wires it to the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rag import examples, show
from rag.engine import DROPPABLE, Engine
from rag.errors import SluglineError
from rag.store.conversations import Conversations, Turn, new_id
from rag.store.feedback import Evidence, Feedback
from rag.types import Answer, Filters
from web import asking

EXAMPLES = 4  # questions shown where none was asked yet


@dataclass(frozen=True)
class Chat:
    """A conversation as a session has it. `editing` is the number of the turn that the next question replaces, 0 for none;
    `article` what is shown in place of the sources: id, revision (0 for the last) and a quote in it."""

    id: str = field(default_factory=new_id)
    turns: tuple[Turn, ...] = ()
    running: bool = False
    editing: int = 0
    article: tuple[str, int, str] | None = None


class Desk:
    """Serves every session; the sessions' own state is in their `Chat`s. `owner` is who signed in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.conversations = Conversations(engine.settings.data_dir)
        self._feedback = Feedback(engine.settings.data_dir)
        self._looking = threading.Lock()
        self._examples: tuple[int, tuple[str, ...]] = (-1, ())

    def examples(self) -> tuple[str, ...]:
        """Questions that the library as it is now answers; the first call after a change takes about a second."""
        with self._looking:
            version = self.engine.library.ledger.version()
            if self._examples[0] != version:
                newest = examples.spread(self.engine.library.articles())
                self._examples = (version, examples.checked(self.engine, newest, EXAMPLES))
            return self._examples[1]

    def reply(self, chat: Chat, question: str, limits: Filters, owner: str = "") -> Iterator[Chat]:
        """Ask; the chat as its last answer grows. Keeps it when it is whole.

        Raises:
            SluglineError: the question is too long.
        """
        asking.check_length(question)
        chat = self.stopped(chat, owner)  # should the one before still run
        before = chat.turns[: chat.editing - 1] if chat.editing else chat.turns
        turn = Turn(question.strip(), Answer(question.strip()), limits)
        yield from self._answered(replace(chat, turns=(*before, turn), editing=0, article=None), len(before), owner)

    def _answered(self, chat: Chat, at: int, owner: str) -> Iterator[Chat]:
        """Answer turn number `at` (from 0) anew."""
        turn = chat.turns[at]
        history = [earlier.answer for earlier in chat.turns[:at]]
        chat = replace(chat, running=True)
        yield _with(chat, at, turn)
        try:
            for answer in asking.stream(self.engine, turn.question, turn.filters, history, turn.dropped):
                turn = replace(turn, answer=answer)
                yield _with(chat, at, turn)
        except SluglineError as error:  # of the library: said where the answer would stand
            turn = replace(turn, answer=Answer(turn.question, abstained=True, notice=str(error)))
        chat = replace(_with(chat, at, turn), running=False)
        self.conversations.keep(chat.id, chat.turns, owner)
        yield chat

    def stopped(self, chat: Chat, owner: str = "") -> Chat:
        """The reader ended the running answer: what there is of it stays."""
        if not chat.running or not chat.turns:
            return chat
        chat = replace(_with(chat, len(chat.turns) - 1, replace(chat.turns[-1], stopped=True)), running=False)
        self.conversations.keep(chat.id, chat.turns, owner)
        return chat

    def act(self, chat: Chat, did: Mapping[str, Any], limits: Filters, owner: str = "") -> Iterator[Chat]:
        """A button in the conversation or its sources was pressed; `did` are its data. Nothing comes of one that is not there (any
        more), nor while an answer is running: what its reader saw of the chat then is older than what the answer makes of it."""
        if chat.running:
            return
        name, at = str(did.get("act", "")), _number(did.get("turn")) - 1
        if name == "ask":
            yield from self.reply(chat, str(did.get("text", "")), limits, owner)
        elif name == "article":
            yield replace(chat, article=(str(did.get("id")), 0, str(did.get("quote", ""))))
        elif name == "revision":
            yield replace(chat, article=(str(did.get("id")), _number(did.get("revision")), ""))
        elif name == "back":
            yield replace(chat, article=None)
        elif 0 <= at < len(chat.turns):
            yield from self._on_turn(chat, at, name, did, owner)

    def _on_turn(self, chat: Chat, at: int, name: str, did: Mapping[str, Any], owner: str) -> Iterator[Chat]:
        turn = chat.turns[at]
        if name in {"drop", "restore"}:
            chip = {str(did.get("chip"))} & DROPPABLE
            dropped = turn.dropped | chip if name == "drop" else turn.dropped - chip
            yield from self._answered(_with(chat, at, replace(turn, dropped=dropped, stopped=False)), at, owner)
            return
        if name == "edit":
            yield replace(chat, editing=at + 1)
            return
        if name == "up":
            turn = self._said(replace(turn, verdict="up", reason=""))
        elif name == "down":
            turn = replace(turn, verdict="down")
        elif name == "reason" and did.get("reason") in show.REASONS:
            turn = self._said(replace(turn, verdict="down", reason=str(did["reason"])))
        elif name == "unsay":
            if turn.feedback:
                self._feedback.remove(turn.feedback)
            turn = replace(turn, verdict="", reason="", feedback=0)
        elif name == "evidence":
            chosen = set(turn.evidence) ^ {_number(did.get("n"))}
            turn = replace(turn, evidence=tuple(sorted(chosen)))
            if turn.feedback:
                turn = self._said(turn)
        else:
            return
        chat = _with(chat, at, turn)
        self.conversations.keep(chat.id, chat.turns, owner)
        yield chat

    def _said(self, turn: Turn) -> Turn:
        """Keep the reader's word in the library, in place of what they said before."""
        if turn.feedback:
            self._feedback.remove(turn.feedback)
        if turn.answer.abstained:
            quotes = {n: (hit.article.id, hit.passage.text) for n, hit in enumerate(turn.answer.nearest, 1)}
        else:
            quotes = {c.n: (c.hit.article.id, c.quote) for c in turn.answer.citations}
        marked = [Evidence(*quotes[n]) for n in turn.evidence if n in quotes]
        document = show.answer_json(turn.answer)
        return replace(turn, feedback=self._feedback.add(turn.question, document, turn.verdict, turn.reason, evidence=marked))

    # What is shown

    def conversation(self, chat: Chat) -> str:
        return show.conversation_html(chat.turns, chat.running) or show.welcome_html(self.engine.library.counts()["articles"])

    def sources(self, chat: Chat) -> str:
        if chat.article is None:
            return show.conversation_sources_html(chat.turns)
        article_id, revision, quote = chat.article
        return show.back_html() + show.article_html(self.engine.library.history(article_id), revision or None, quote)


def _with(chat: Chat, at: int, turn: Turn) -> Chat:
    return replace(chat, turns=(*chat.turns[:at], turn, *chat.turns[at + 1 :]))


def _number(value: Any) -> int:
    """What a button's data carry as a number; 0 for anything else."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
