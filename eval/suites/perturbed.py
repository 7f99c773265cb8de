"""The bundled questions as people really type them: slips, no capitals, other accents, abbreviations, numbers in words.

Each question is changed in one way or two; which, is drawn with a fixed seed. hit@3 of the changed ones is set beside that of the
same questions unchanged.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.figures import Figure, Item, share_of
from eval.metrics import hit_at
from eval.questions import BUNDLED, load
from eval.ranking import articles
from eval.statistics import mean
from eval.suite import Context, Suite
from eval.suites.bundled import check

COUNT = 100
_WORD = re.compile(r"[A-Za-z]{5,}")
_EVERYDAY = frozenset("which where about their there would could should after before while whose these those does says".split())
_SWAPS = (
    (r"\bAI\b", "artificial intelligence"),
    (r"\bartificial intelligence\b", "AI"),
    (r"\bSAG-AFTRA\b", "the Screen Actors Guild"),
    (r"\bWGA\b", "the Writers Guild"),
    (r"\bWriters Guild\b", "WGA"),
    (r"\bDGA\b", "the Directors Guild"),
    (r"\bDirectors Guild\b", "DGA"),
    (r"\bUK\b", "United Kingdom"),
    (r"\bEU\b", "European Union"),
    (r"\bUS\b", "United States"),
    (r"\btwo\b", "2"),
    (r"\bthree\b", "3"),
    (r"\bfour\b", "4"),
    (r"\bfive\b", "5"),
    (r"\bten\b", "10"),
)


@dataclass(frozen=True)
class Perturbed:
    """A question before and after, what was done to it, and the articles that answer it."""

    before: str
    after: str
    how: tuple[str, ...]
    articles: frozenset[str]


def _slip(text: str, chance: random.Random) -> str:
    """One letter of a longer word dropped, doubled, replaced or swapped with the next; never its first."""
    words = [match for match in _WORD.finditer(text) if match.group().lower() not in _EVERYDAY]
    if not words:
        return text
    match = chance.choice(words)
    word, at = match.group(), chance.randrange(1, len(match.group()) - 1)
    slipped = chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("aeiorstnl") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return text[: match.start()] + slipped + text[match.end() :]


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _upper(text: str, _: random.Random) -> str:
    return text.upper()


def _accents(text: str, chance: random.Random) -> str:
    """Accents taken away; where there are none, one set on a vowel."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    if bare != text:
        return bare
    words = [match for match in _WORD.finditer(text) if re.search("[aeiou]", match.group()[1:])]
    if not words:
        return text
    word = chance.choice(words)
    at = word.start() + 1 + chance.choice([match.start() for match in re.finditer("[aeiou]", word.group()[1:])])
    return unicodedata.normalize("NFC", text[: at + 1] + "\u0301" + text[at + 1 :])


def _number(text: str, chance: random.Random) -> str:
    """A plural made singular or a singular plural."""
    words = [match for match in _WORD.finditer(text) if match.group().islower() and match.group() not in _EVERYDAY]
    if not words:
        return text
    match = chance.choice(words)
    word = match.group()
    return (
        text[: match.start()]
        + (word[:-1] if word.endswith("s") and not word.endswith("ss") else word + "s")
        + text[match.end() :]
    )


def _abbreviate(text: str, _: random.Random) -> str:
    for pattern, other in _SWAPS:
        changed = re.sub(pattern, other, text)
        if changed != text:
            return changed
    return text


_HOW: dict[str, Callable[[str, random.Random], str]] = {
    "slip": _slip,
    "lower": _lower,
    "upper": _upper,
    "accents": _accents,
    "number": _number,
    "abbreviation": _abbreviate,
}

_CASES = frozenset({"lower", "upper"})


def perturb(split: str = "dev", seed: int = 0) -> list[Perturbed]:
    """COUNT changed questions of a bundled split, of those that an article answers; the same for a seed always."""
    chance = random.Random(seed)  # noqa: S311
    known = [question for question in load(BUNDLED / f"{split}.jsonl") if question.articles]
    out = []
    for number in range(COUNT):
        question = known[number % len(known)]
        text, how = question.text, list[str]()
        for kind in chance.sample(list(_HOW), len(_HOW)):
            changed = _HOW[kind](text, chance)
            if changed != text and not (kind in _CASES and _CASES & set(how)):
                text = changed
                how.append(kind)
            if len(how) == 1 + number % 2:
                break
        out.append(Perturbed(question.text, text, tuple(how), frozenset(question.articles)))
    return out


def judged(asked: Sequence[Perturbed], search: Callable[[str], Sequence[str]]) -> list[Item]:
    """Each question with hit@3 (0 or 1) before and after the changes; `search` gives article ids, best first."""
    items = []
    for number, one in enumerate(asked):
        before, after = (hit_at(3, search(text), one.articles) for text in (one.before, one.after))
        scores = {"hit@3": before, "hit@3_perturbed": after, "loss": before - after}
        items.append(Item(f"p{number:03d}", one.how[0], one.after, scores, {"before": one.before, "how": list(one.how)}))
    return items


def run(context: Context) -> list[Item]:
    """Search for the changed questions of a bundled split."""
    engine = context.engine()
    check(engine)
    return judged(context.some(perturb(context.split)), lambda text: articles(engine.retriever, text))


SUITE = Suite(
    "perturbed",
    f"{COUNT} bundled questions as people type them: slips, capitals, accents, plurals, abbreviations",
    "in Slugline itself: made of eval/questions/ with a fixed seed",
    "Apache-2.0",
    "whether a right article is among the first 3, before and after the change",
    {
        "hit@3": Figure(share_of("hit@3"), "a right article is among the first 3, the question unchanged"),
        "hit@3_perturbed": Figure(share_of("hit@3_perturbed"), "the same, the question changed"),
        "loss": Figure(lambda c: mean(c["loss"], share=False), "what the changes cost; may be below 0", "", False),
    },
    "hit@3_perturbed",
    run,
)
