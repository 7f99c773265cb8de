"""RGB (Chen et al., AAAI 2024): answers under noise, without any right passage, from several passages, and over passages that are wrong.

Each question has passages of its own. They are articles of one library, on a topic that names the question and the set-up, and the
question is asked within that topic: filters hide all else, as they do for a user. Passages are taken in upstream's order, which
draws some of them by chance; five a question, as upstream.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.figures import Figure, Item, share_of
from eval.suite import Context, Suite
from eval.suites.reading import articles_file, lines
from rag.engine import Engine
from rag.errors import BadInput
from rag.types import Answer, Filters, Form

WANTS = "en.json, en_refine.json, en_int.json or en_fact.json, or the folder of them"
PASSAGES = 5
NOISE = (0.0, 0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Setup:
    """A question, the passages it is asked over, and what answers it: of each group one wording. `fake` is what wrong passages say."""

    id: str
    kind: str
    question: str
    passages: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    fake: tuple[str, ...] = ()


def setups(path: Path) -> list[Setup]:
    """The set-ups of RGB's files: by the file's name noise and rejection, integration (_int) or counterfactual (_fact).

    Raises:
        BadInput: there is no such file, or a line is another.
    """
    files = [path / name for name in ("en_refine.json", "en.json", "en_int.json", "en_fact.json")] if path.is_dir() else [path]
    files = [file for file in files if file.exists()] or [path]
    if path.is_dir() and any(file.name == "en_refine.json" for file in files):
        files = [file for file in files if file.name != "en.json"]  # the refined one replaces it
    return [setup for file in files for where, row in lines(file, WANTS) for setup in _of(file.stem, where, row)]


def _of(stem: str, where: str, row: Mapping[str, Any]) -> Iterator[Setup]:
    try:
        name, question, answers = f"{stem}-{row['id']}", row["query"], _groups(row["answer"])
        wrong: Sequence[str] = row["negative"]
        if "_int" in stem:
            yield Setup(name, "integration", question, _fill(_in_turn(row["positive"]), wrong), answers)
        elif "_fact" in stem:
            fake = _groups(row["fakeanswer"])
            yield Setup(name, "counterfactual", question, _fill(row["positive_wrong"], wrong), answers, sum(fake, ()))
        else:
            for rate in NOISE:
                noise = math.ceil(PASSAGES * rate)
                right = row["positive"][: max(PASSAGES - noise, PASSAGES - len(wrong))]
                yield Setup(f"{name}-noise{rate}", f"noise {rate}", question, _fill(right, wrong), answers)
            yield Setup(f"{name}-rejection", "rejection", question, tuple(wrong[:PASSAGES]), answers)
    except (KeyError, TypeError) as error:
        raise BadInput(where, f"is not a question of RGB ({error!r}); give {WANTS}") from error


def _groups(answer: Any) -> tuple[tuple[str, ...], ...]:
    """Upstream's answer: one wording, or a list of which every entry must be said, each a wording or a list of them."""
    entries = answer if isinstance(answer, list) else [answer]
    return tuple(tuple(entry) if isinstance(entry, list) else (str(entry),) for entry in entries)


def _in_turn(groups: Sequence[Sequence[str]]) -> list[str]:
    """The first passage of each group, then the second of each, and so on."""
    return [group[i] for i in range(max(map(len, groups), default=0)) for group in groups if i < len(group)]


def _fill(right: Sequence[str], wrong: Sequence[str]) -> tuple[str, ...]:
    return (*right[:PASSAGES], *wrong)[:PASSAGES]


def _articles(found: Sequence[Setup]) -> Iterator[dict[str, Any]]:
    """Each passage of each question once, on the topics of all set-ups that read it. Every question has an outlet of its own, for of
    two articles with the same words at one outlet the second is skipped."""
    topics: dict[tuple[str, str], list[str]] = {}
    for setup in found:
        for passage in setup.passages:
            if passage.strip():
                topics.setdefault((setup.question, passage), []).append(setup.id)
    number = {question: n for n, question in enumerate(dict.fromkeys(question for question, _ in topics))}
    for n, ((question, passage), names) in enumerate(topics.items()):
        yield {"id": f"rgb{n}", "outlet": f"RGB{number[question]}", "text": passage, "topics": names}


def says_answer(text: str, answers: Sequence[Sequence[str]]) -> bool:
    """Whether `text` holds, in any case, a wording of every group: upstream's check."""
    return all(any(wording.lower() in text.lower() for wording in group) for group in answers)


def run(context: Context) -> list[Item]:
    """Ask each question of each set-up within its own passages."""
    found = context.some(setups(SUITE.data_of(context)))
    engine = context.only(articles_file(context.engine().library.data_dir / "rgb.jsonl", _articles(found)))
    items = []
    for done, setup in enumerate(found, 1):
        items.append(_item(setup, engine))
        context.progress(done, len(found))
    return items


def _item(setup: Setup, engine: Engine) -> Item:
    failed = ""
    try:
        answer = engine.ask(setup.question, Filters(topics=(setup.id,)))
    except Exception as error:  # one question must not end the run: it counts as wrong and is listed with its reason
        failed, answer = f"{type(error).__name__}: {error}", Answer(setup.question)
    said = not answer.abstained and says_answer(answer.text, setup.answers)
    column, right = {
        "rejection": ("rejection", answer.abstained),
        "integration": ("integration", said),
        "counterfactual": ("counterfactual", said),
    }.get(setup.kind, ("noise", said))
    scores = {column: float(right), "right": float(right)}
    if setup.fake:
        scores["misled"] = float(bool(failed) or (not answer.abstained and says_answer(answer.text, [setup.fake])))
        scores["detected"] = float(answer.abstained or answer.form is Form.DIFFER)
    if answer.timings_ms:
        scores["ms"] = answer.timings_ms["total"]
    detail = {
        "answer": answer.text,
        "abstained": answer.abstained,
        "passages": list(setup.passages),
        "expected": {"required": [list(group) for group in setup.answers], "forbidden": list(setup.fake)},
    }
    return Item(setup.id, setup.kind, setup.question, scores, detail, failed)


def _share(column: str, about: str, higher: bool = True) -> Figure:
    make: Callable[..., Any] = share_of(column)
    return Figure(make, about, "share", higher)


SUITE = Suite(
    "rgb",
    "RGB's English part: noise, rejection, integration, wrong passages",
    "github.com/chen700564/RGB, folder data",
    "none stated",
    "an answer is right when it holds a wording of every part of the reference answer; rejection asks for an abstention",
    {
        "noise_accuracy": _share("noise", "right over 5 passages of which 0 to 80 % are beside the point"),
        "rejection_rate": _share("rejection", "abstained where no passage is right"),
        "integration_accuracy": _share("integration", "right where parts of the answer are in different passages"),
        "counterfactual_accuracy": _share("counterfactual", "says the true answer though the passages say another"),
        "counterfactual_misled": _share(
            "misled", "repeats what the wrong passages say, as a system that only quotes them must", False
        ),
        "counterfactual_detected": _share("detected", "abstains or tells that accounts differ"),
    },
    "right",
    run,
    WANTS,
)
