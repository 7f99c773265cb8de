"""What a suite is, and what it is given to run."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from eval.answering import Price
from eval.figures import Figure, Item
from eval.judges import Judge
from rag.engine import Engine
from rag.errors import SluglineError

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """What a suite runs with.

    `engine` opens the library when it is first called: judging a judge needs none. `fill` brings the articles of a file into it.
    `data` is the suite's folder or file, `split` 'dev' or 'test', `limit` how many questions at most, drawn with a fixed seed.
    With `feedback` the suite `own` takes its questions from what readers said in the chat.
    `progress` is told how many of how many are done, `say` what the user ought to know.
    """

    engine: Callable[[], Engine]
    judge: Judge
    fill: Callable[[Path], None] = lambda file: None
    data: Path | None = None
    split: str = "test"
    limit: int | None = None
    feedback: bool = False
    price: Price | None = None
    progress: Callable[[int, int], None] = lambda done, of: None
    say: Callable[[str], None] = lambda said: None

    def some(self, of: Sequence[T]) -> list[T]:
        """At most `limit` of `of`, in their order; the same ones always."""
        if self.limit is None or self.limit >= len(of):
            return list(of)
        return [of[i] for i in sorted(random.Random(0).sample(range(len(of)), self.limit))]  # noqa: S311

    def only(self, corpus: Path) -> Engine:
        """The engine with the articles of `corpus` brought in; says so when the library holds others beside them, for those are
        found too."""
        self.fill(corpus)
        engine = self.engine()
        others = len(engine.library.articles()) - len(corpus.read_text("utf-8").splitlines())
        if others > 0:
            self.say(f"{engine.library.data_dir} holds {others} articles beside the benchmark's: the figures are lower for it.")
        return engine


@dataclass(frozen=True)
class Suite:
    """A benchmark: where it comes from, how it is scored, and how it is run.

    `primary` is the figure that decides which questions count as right, and by which runs are told better or worse. `data` says what
    `--data` is for it; empty when it needs none. `library` says whether it asks the library.
    """

    name: str
    about: str
    upstream: str
    licence: str
    scoring: str
    figures: Mapping[str, Figure]
    primary: str
    run: Callable[[Context], list[Item]]
    data: str = ""
    library: bool = True

    def data_of(self, context: Context) -> Path:
        """Where the suite's data is.

        Raises:
            SluglineError: nobody said where.
        """
        if context.data is None:
            raise SluglineError(
                f"The suite {self.name} needs its data ({self.data}). Say where they are with: slugline eval {self.name} --data PATH"
            )
        return context.data
