"""Our own questions over the bundled corpus. `dev` is for tuning, `test` for quoting."""

from __future__ import annotations

from eval.answering import FIGURES, ask_all
from eval.figures import Item
from eval.questions import BUNDLED, load
from eval.suite import Context, Suite
from rag.engine import Engine
from rag.errors import SluglineError

_ARTICLES = frozenset(f"{number:03d}" for number in range(1, 86))


def check(engine: Engine) -> None:
    """Raises SluglineError when the library does not hold the bundled articles."""
    if not {article.id for article in engine.library.articles()} >= _ARTICLES:
        raise SluglineError(
            f"The bundled questions are over the bundled articles, and {engine.library.data_dir} does not hold all of them. "
            "Bring them in with: slugline ingest corpus"
        )


def run(context: Context) -> list[Item]:
    """Ask the bundled questions of a split."""
    engine = context.engine()
    check(engine)
    questions = context.some(load(BUNDLED / f"{context.split}.jsonl"))
    return ask_all(engine, questions, context.judge, context.price, context.progress)


SUITE = Suite(
    "bundled",
    "1,557 questions over the 85 bundled articles, 1,427 for tuning (dev) and 130 for quoting (test)",
    "in Slugline itself: eval/questions/",
    "Apache-2.0",
    "an answer is right when it holds every required fact and none that contradicts, or rightly says that the coverage does not tell",
    FIGURES,
    "correct",
    run,
)
