"""The composer with a language model: passages → messages, and its stream → sentences with the passages that they cite."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag import tokens
from rag.compose.prompts import ANSWER, NOT_TOLD, QUESTION
from rag.config import LLMSettings
from rag.dates import written
from rag.types import Hit

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

# Another model's tokens are not cl100k_base's: a tenth of the window is kept free for the difference.
SPARE = 0.1
_LEAST_TOKENS = 40  # of a passage that is cut to fit: less is not worth its place

_MARKS = re.compile(r"\s*[\[【]\s*(\d+(?:\s*[,;–-]\s*\d+)*)\s*[\]】](?!\()")  # noqa: RUF001
_TARGET = r"\((?:[^()\n]|\([^()\n]*\))*\)"
_IMAGE = re.compile(rf"!\[[^\]\n]*\]{_TARGET}")
_LINK = re.compile(rf"\[([^\]\n]*)\]{_TARGET}|<[^<>\n]{{0,300}}>|https?://\S+")
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|[-*•]\s+|\d{1,2}[.)]\s+)|\*\*|__|`")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# A full stop after one of these ends no sentence, nor does one after a single capital.
_SHORT = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Jr|Sr|St|vs|No|Inc|Ltd|Rep|Sen|Gov|Bros|Corp|Prof|Co|Jan|Feb|Aug|Sept|Oct|Nov|Dec))\.$"
)
_MARK_RUN = r"(?:\s*[\[【][\d\s,;–-]*[\]】])*"  # noqa: RUF001
# A sentence is over when what follows its end and its marks has begun: a mark may still be on its way.
_END = re.compile(rf"[.!?…][\"'”’)]*{_MARK_RUN}\s+(?=[^\s\[【])|{_MARK_RUN}[ \t]*\n+")  # noqa: RUF001


@dataclass(frozen=True)
class Written:
    """A sentence as the model wrote it, freed of marks and markup, and the numbers (from 1) that it cites, whether they exist or not."""

    text: str
    cites: tuple[int, ...]


def messages_for(question: str, hits: Sequence[Hit], settings: LLMSettings) -> tuple[list[ChatMessage], list[Hit]]:
    """What to send, and those of `hits` that fit the window: passage n of it is number n. The first is cut rather than left out."""
    from llama_index.core.llms import ChatMessage, MessageRole

    boundary = secrets.token_hex(8)
    system = ANSWER.format(boundary=boundary)
    free = int(settings.window * (1 - SPARE)) - settings.max_tokens
    free -= tokens.count(system) + tokens.count(QUESTION.format(passages="", question=question))
    fitting: list[Hit] = []
    texts: list[str] = []
    for hit in hits:
        text = _passage(len(texts) + 1, hit, hit.passage.text, boundary)
        cost = tokens.count(text)
        if cost > free:
            if texts:
                break
            room = max(_LEAST_TOKENS, free - tokens.count(_passage(1, hit, "", boundary)))
            text = _passage(1, hit, tokens.cut(hit.passage.text, room), boundary)
        free -= cost
        texts.append(text)
        fitting.append(hit)
    content = QUESTION.format(passages="\n\n".join(texts), question=question)
    said = ((MessageRole.SYSTEM, system), (MessageRole.USER, content))
    return [ChatMessage(role=role, content=text) for role, text in said], fitting


def _passage(n: int, hit: Hit, text: str, boundary: str) -> str:
    article = hit.article
    published = written(article.published) if article.published else "undated"
    head = f"{article.title}. {article.outlet or 'unknown outlet'}, {published}"
    # Marks of its own would pass for ours.
    return f"<passage-{boundary}>\n[{n}] {_without_marks(head)}\n{_without_marks(text)}\n</passage-{boundary}>"


def _without_marks(text: str) -> str:
    return re.sub(r"[\[【](\d[\d\s,;–-]*)[\]】]", r"(\1)", text)  # noqa: RUF001


def sentences(pieces: Iterable[str | None]) -> Iterator[Written | None]:
    """Each sentence as soon as it is whole, however the stream was cut; nothing for a reply that says that the passages do not tell.

    None, where the reply begins anew, is passed on.
    """
    waiting = ""
    for piece in pieces:
        if piece is None:
            waiting = ""
            yield None
            continue
        waiting += piece
        while end := _end(waiting):
            yield from _written(waiting[:end])
            waiting = waiting[end:]
    yield from _written(waiting)


def _end(text: str) -> int:
    """Where the first whole sentence of `text` ends; 0 when none is whole yet."""
    for match in _END.finditer(text):
        if "\n" in match.group() or not _SHORT.search(text[: match.start() + 1]):
            return match.end()
    return 0


def _written(raw: str) -> Iterator[Written]:
    cites: list[int] = []
    for run in _MARKS.findall(raw):
        for part in re.split(r"\s*[,;]\s*", run):
            ends = [int(number) for number in re.findall(r"\d{1,4}", part)]
            cites += range(ends[0], min(ends[-1], ends[0] + 20) + 1) if len(ends) == 2 else ends[:1]
    text = _MARKUP.sub("", _LINK.sub(r"\1", _IMAGE.sub("", _MARKS.sub("", _CONTROL.sub("", raw)))))
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))
    if re.search(r"\w", text) and NOT_TOLD.casefold() not in text.casefold():
        yield Written(text, tuple(dict.fromkeys(cites)))
