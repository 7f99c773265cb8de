"""A user's own questions over their own library."""

from __future__ import annotations

from eval import own
from eval.answering import FIGURES, ask_all
from eval.figures import Item
from eval.questions import Question
from eval.suite import Context, Suite
from rag.errors import SluglineError


def questions(context: Context) -> list[Question]:
    """Those of the file, or those that the feedback in the library makes.

    Raises:
        BadInput: the file holds something else.
        SluglineError: there are none.
    """
    if not context.feedback:
        return own.load(SUITE.data_of(context), context.say)
    from rag.store.feedback import Feedback

    data_dir = context.engine().library.data_dir
    found, left = own.from_feedback(Feedback(data_dir).all())
    if left:
        context.say(
            f"Of {len(left)} questions readers only said that the answer is not right: mark the evidence to make them count."
        )
    if not found:
        raise SluglineError(
            f"{data_dir} holds no feedback that questions can be made of: give thumbs and mark evidence in the chat."
        )
    return found


def run(context: Context) -> list[Item]:
    """Ask the questions."""
    asked = context.some(questions(context))
    engine = context.engine()
    unknown = {id_ for question in asked for id_ in question.articles} - {article.id for article in engine.library.articles()}
    if unknown:
        context.say(f"Not in {engine.library.data_dir}: {', '.join(sorted(unknown)[:5])}{' ...' * (len(unknown) > 5)}.")
    return ask_all(engine, asked, context.judge, context.price, context.progress)


SUITE = Suite(
    "own",
    "a user's own questions over their own library, from a file or from the feedback given in the chat",
    "slugline eval template FILE, slugline eval make FILE, or --from-feedback",
    "its own",
    "right when every required fact is said; without such, when a reference answer is said, or a marked sentence or article is cited",
    FIGURES,
    "correct",
    run,
    own.WANTS,
)
