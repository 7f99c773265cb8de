"""Near-copies: how surely `slugline ingest` tells a rewritten copy from another story on the same topic.

Pairs are built from articles on disk (the bundled ones, unless told otherwise): copies with 5 to 40 % of their words changed in one of
several ways, under another headline, half of them with boilerplate around; and as negatives the pairs of different articles that
share most words, which are those on the same topic. Half of the articles make the dev pairs, on which the threshold was chosen, the
other half the test pairs, on which figures are quoted.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_BOILERPLATE = (
    "Skip to content. Our newsletter brings you the day's most read stories every morning; you can unsubscribe at any time.",
    "This story was first published by a partner and appears here under licence. It has been edited for length and house style.",
    "Got a tip? Write to our desk. Follow us for more on film, television, music and games, and read our guide to how we report.",
    "All rights reserved. This material may not be published, broadcast or redistributed. Additional reporting by our staff.",
)
_HEADLINES = ("What we know so far", "Industry briefing", "Five things to know today", "Morning report", "The latest, explained")
CHANGES = (0.05, 0.1, 0.2, 0.3, 0.4)


@dataclass(frozen=True)
class Story:
    """An article to build pairs from."""

    title: str
    outlet: str
    text: str


@dataclass(frozen=True)
class Pair:
    """Two articles and whether the second is a copy of the first; `kind` says how it was made, `change` the share changed."""

    first: Story
    second: Story
    copy: bool
    kind: str
    change: float = 0.0


def _words_replaced(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:
    return " ".join(rng.choice(others) if rng.random() < share else word for word in text.split(" "))


def _words_dropped(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:  # noqa: ARG001
    return " ".join(word for word in text.split(" ") if rng.random() >= share)


def _words_added(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:
    return " ".join(f"{word} {rng.choice(others)}" if rng.random() < share else word for word in text.split(" "))


def _words_mixed(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:
    for change in (_words_replaced, _words_dropped, _words_added):
        text = change(text, share / 3, rng, others)
    return text


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def _sentences_replaced(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:
    def other(sentence: str) -> str:
        return " ".join(rng.choice(others) for _ in sentence.split()) + "."

    return " ".join(other(s) if rng.random() < share else s for s in _sentences(text))


def _sentences_dropped(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:  # noqa: ARG001
    kept = [s for s in _sentences(text) if rng.random() >= share]
    return " ".join(kept or _sentences(text)[:1])


def _end_cut(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:  # noqa: ARG001
    found = _sentences(text)
    return " ".join(found[: max(1, round(len(found) * (1 - share)))])


def _sentences_moved(text: str, share: float, rng: random.Random, others: Sequence[str]) -> str:  # noqa: ARG001
    found = _sentences(text)
    for _ in range(round(len(found) * share)):
        found.insert(rng.randrange(len(found)), found.pop(rng.randrange(len(found))))
    return " ".join(found)


KINDS: dict[str, Callable[[str, float, random.Random, Sequence[str]], str]] = {
    "words replaced": _words_replaced,
    "words dropped": _words_dropped,
    "words added": _words_added,
    "words mixed": _words_mixed,
    "sentences replaced": _sentences_replaced,
    "sentences dropped": _sentences_dropped,
    "end cut off": _end_cut,
    "sentences moved": _sentences_moved,
}


def _topic_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{5,}", text.lower()))


def build(stories: Sequence[Story], copies: int, negatives: int, seed: int) -> list[Pair]:
    """`copies` pairs of an article and its rewritten copy, and `negatives` pairs of different articles on the same topic."""
    rng = random.Random(seed)  # noqa: S311
    vocabulary = [word for story in stories for word in story.text.split()]
    pairs = []
    for n in range(copies):
        story = stories[n % len(stories)]
        kind = list(KINDS)[n % len(KINDS)]
        share = CHANGES[(n // len(KINDS)) % len(CHANGES)]
        text = KINDS[kind](story.text, share, rng, vocabulary)
        if rng.random() < 0.5:
            text = "\n\n".join([rng.choice(_BOILERPLATE), text, *rng.sample(_BOILERPLATE, 2)])
        pairs.append(Pair(story, Story(rng.choice(_HEADLINES), f"Outlet {n}", text), True, kind, share))
    words = [_topic_words(story.title + " " + story.text) for story in stories]
    alike = sorted(
        ((len(words[a] & words[b]) / len(words[a] | words[b]), a, b) for a in range(len(stories)) for b in range(a)), reverse=True
    )
    return pairs + [Pair(stories[a], stories[b], False, "same topic") for _, a, b in alike[:negatives]]


def read_stories(path: Path) -> list[Story]:
    """The articles in a folder of Markdown files, or of a JSON file with title, source and body."""
    if path.is_file():
        rows = json.loads(path.read_text("utf-8"))
        return [Story(row["title"], row["source"], row["body"]) for row in rows]
    import frontmatter

    posts = [frontmatter.loads(file.read_text("utf-8")) for file in sorted(path.glob("*.md"))]
    return [Story(str(post["title"]), str(post["outlet"]), post.content) for post in posts]


def halves(stories: Sequence[Story], split: str) -> list[Story]:
    """The articles of one split: every second one."""
    return list(stories[0 if split == "dev" else 1 :: 2])


def said_copies(pairs: Sequence[Pair]) -> list[bool]:
    """What `slugline ingest --dry-run` says of each pair: whether both articles are of one story.

    Copies of one article never stand in one run, or they would help each other; the negatives do, in a run without copies.
    """
    rounds: dict[int, list[int]] = {}
    met: Counter[Story] = Counter()
    for at, pair in enumerate(pairs):
        rounds.setdefault(met[pair.first] if pair.copy else -1, []).append(at)
        met[pair.first] += pair.copy
    said = [False] * len(pairs)
    for members in rounds.values():
        for at, copy in zip(members, _one_run([pairs[at] for at in members]), strict=True):
            said[at] = copy
    return said


def _one_run(pairs: Sequence[Pair]) -> list[bool]:
    ids: dict[Story, str] = {}
    for story in [pair.first for pair in pairs] + [pair.second for pair in pairs]:
        ids.setdefault(story, f"s{len(ids)}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "articles.jsonl"
        rows = [{"id": name, "title": s.title, "outlet": s.outlet, "text": s.text} for s, name in ids.items()]
        file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "ingest", "--dry-run", "--json", "--data-dir", str(Path(folder) / "library"), str(file)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    story_of = {}
    for one in json.loads(done.stdout)["would"]:
        name = one["article_id"].rpartition(".")[2]
        story_of[name] = one["copy_of"].rpartition(".")[2] or name
    return [story_of[ids[pair.first]] == story_of[ids[pair.second]] for pair in pairs]


def run(split: str, corpus: Path, copies: int = 320, negatives: int = 320, seed: int = 7) -> dict[str, object]:
    """Precision and recall of near-copies on the pairs of `split`, and recall by how much was changed and how."""
    pairs = build(halves(read_stories(corpus), split), copies, negatives, seed)
    said = said_copies(pairs)
    hits = [s for pair, s in zip(pairs, said, strict=True) if pair.copy]
    false = sum(s for pair, s in zip(pairs, said, strict=True) if not pair.copy)

    def share(**of: object) -> float:
        chosen = [s for p, s in zip(pairs, said, strict=True) if p.copy and all(getattr(p, k) == v for k, v in of.items())]
        return sum(chosen) / len(chosen)

    return {
        "split": split,
        "pairs": len(pairs),
        "copies": copies,
        "precision": sum(hits) / max(1, sum(hits) + false),
        "recall": sum(hits) / len(hits),
        "recall_by_change": {f"{change:.0%}": share(change=change) for change in CHANGES},
        "recall_by_kind": {kind: share(kind=kind) for kind in KINDS},
    }
