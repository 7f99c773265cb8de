"""Whatever is done in whatever order, and wherever it dies: ledger, vectors and words tell the same story."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rag.embed import PackagedEmbedder
from rag.errors import SluglineError
from rag.store.ledger import Ledger
from rag.store.library import Library
from rag.store.vectors import Vectors
from rag.store.words import Words
from rag.types import Article, Passage, Span

EMBEDDER = PackagedEmbedder()
NAMES = [f"a{n}" for n in range(5)]
# Every step at which a write can stop: before it, and right after it.
STEPS: list[tuple[type, str]] = [
    (Ledger, "begin"), (Ledger, "keep_passages"), (Ledger, "publish"), (Ledger, "retire"), (Ledger, "sweep"),
    (Vectors, "add"), (Vectors, "remove"), (Words, "add"), (Words, "remove"), (PackagedEmbedder, "passages"),
]  # fmt: skip


class Killed(BaseException):
    """As SIGKILL: nobody catches it, nothing is tidied up."""


def _article(name: str, edition: int) -> tuple[Article, list[Passage]]:
    sentences = [f"The {name}story says edition{edition}x.", f"It has {edition % 3 + 1} parts."]
    text = " ".join(sentences)
    spans = (Span(0, len(sentences[0])), Span(len(sentences[0]) + 1, len(text)))
    return Article(name, name, "Wire", text), [Passage(name, 0, 0, len(text), text, spans)]


class LibraryMachine(RuleBasedStateMachine):
    """A model of what readers must see, beside the real library and a second one open on the same folder, as the UI has it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.library = Library(Path(self.folder.name), EMBEDDER)
        self.reader = Library(Path(self.folder.name), EMBEDDER)
        self.shown: dict[str, int] = {}
        self.revisions: dict[str, list[int]] = {}
        self.edition = 0

    def teardown(self) -> None:
        self.library.close()
        self.reader.close()
        self.folder.cleanup()

    def _put(self, names: list[str]) -> None:
        self.edition += 1
        with self.library.writing():
            self.library.put([_article(name, self.edition) for name in names], "cut")

    def _shown(self, names: list[str]) -> None:
        for name in names:
            self.shown[name] = self.edition
            self.revisions.setdefault(name, []).insert(0, self.edition)

    @rule(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    def put(self, names: list[str]) -> None:
        self._put(names)
        self._shown(names)

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        with self.library.writing():
            assert self.library.remove(name) == (name in self.shown)
        self.shown.pop(name, None)
        self.revisions.pop(name, None)

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.library = Library(Path(self.folder.name), EMBEDDER)

    @rule(
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
        step=st.sampled_from(STEPS),
        after=st.booleans(),
        remove=st.booleans(),
        fault=st.sampled_from([Killed(), OSError(errno.ENOSPC, "No space left on device"), MemoryError()]),
    )
    def stop(self, names: list[str], step: tuple[type, str], after: bool, remove: bool, fault: BaseException) -> None:
        """The write stops at one step; a killed one is opened again by the next process."""
        owner, method = step
        original: Callable[..., Any] = getattr(owner, method)
        hit = False

        def stops(*args: object, **kwargs: object) -> object:
            nonlocal hit
            if after:
                original(*args, **kwargs)
            hit = True
            raise fault

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, method, stops)
            try:
                if remove:
                    with self.library.writing():
                        self.library.remove(names[0])
                else:
                    self._put(names)
            except (Killed, SluglineError, MemoryError):
                assert hit
            else:
                assert not hit
        if isinstance(fault, Killed):
            self.reopen()
        # Old or new, but all of one step alike: which of the two, the ledger says.
        if remove:
            if self.reader.article(names[0]) is None:
                self.shown.pop(names[0], None)
                self.revisions.pop(names[0], None)
            return
        new = [a is not None and f"edition{self.edition}x" in a.text for a in map(self.reader.article, names)]
        assert all(new) or not any(new)
        if all(new):
            self._shown(names)

    @rule()
    def sweep(self) -> None:
        """After recovery the three stores hold the same passages, and nothing else."""
        with self.library.writing():
            pass
        assert self.library.counts() == dict.fromkeys(("articles", "passages", "vectors", "words"), len(self.shown))

    @invariant()
    def readers_see_each_article_wholly_old_or_wholly_new(self) -> None:
        vector = EMBEDDER.question("story edition parts")
        for library in (self.library, self.reader):
            assert {a.id: int(a.text.split("edition")[1].split("x")[0]) for a in library.articles()} == self.shown
            by_words = library.candidates([("story says edition has parts", None)], 50)
            by_vector = library.candidates([("", vector)], 50)
            assert sorted(by_words) == sorted(by_vector)
            read = library.read(by_words)
            assert sorted(article.id for _, article, *_ in read.values()) == sorted(self.shown), "each passage once"

    @invariant()
    def history_holds_every_text_there_was(self) -> None:
        for name, editions in self.revisions.items():
            texts = [one.article.text for one in self.reader.history(name)]
            assert [int(text.split("edition")[1].split("x")[0]) for text in texts] == editions


TestLibrary = LibraryMachine.TestCase
TestLibrary.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
