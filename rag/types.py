"""The nouns: what every room passes to the next. Frozen, and without logic beyond themselves."""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True)
class Source:
    """Where a brief has its facts from. `date` is as the brief wrote it, perhaps only a month."""

    outlet: str
    title: str = ""
    date: str = ""
    url: str = ""


@dataclass(frozen=True)
class Article:
    """One article as it was read. `origin` is the file or address it came from.

    `revision` counts the texts the library has had of it, from 1; `updated` is the day on which it took this one, None for the
    first. Only the library sets these two.
    `published` is the day where it was published, `published_at` the moment as ISO 8601 with its offset, when that is known.
    `language` is an ISO 639-1 code. `pages` are the offsets in `text` where each page of a paged document begins. Articles
    that tell the same story nearly word for word (wire copy) share `story`: the id of the first of them that came in.
    """

    id: str
    title: str
    outlet: str
    text: str
    published: dt.date | None = None
    author: str = ""
    url: str = ""
    topics: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    origin: str = ""
    revision: int = 1
    updated: dt.date | None = None
    published_at: str = ""
    language: str = ""
    pages: tuple[int, ...] = ()
    story: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.text.strip():
            raise ValueError(f"an article needs an id and a text (id {self.id!r}, origin {self.origin!r})")

    def page_at(self, offset: int) -> int | None:
        """Number of the page, from 1, on which the character at `offset` of `text` stands; None when it has no pages."""
        return bisect.bisect_right(self.pages, offset) or None


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of an article's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """A stretch of one article. `start` and `end` are character offsets into `Article.text`."""

    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.start}:{self.end} of {self.article_id} holds {len(self.text)} characters")


@dataclass(frozen=True)
class Hit:
    """A passage found for a question, with the article it stands in. `score` is the fused one, higher is better;
    `words` and `dense` are the two legs: BM25 as a share of the best one found (0 to 1), and the cosine (-1 to 1). `also` are other
    outlets found that carried the same story."""

    passage: Passage
    article: Article
    score: float
    words: float = 0.0
    dense: float = 0.0
    also: tuple[str, ...] = ()


class Support(str, Enum):
    """How well the cited passages say a sentence."""

    FULL = "supported"
    WEAK = "weak"
    NONE = "unsupported"


@dataclass(frozen=True)
class Citation:
    """The passage behind the mark `[n]`. `quote` stands in it word for word."""

    n: int
    hit: Hit
    quote: str


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer, the numbers of the citations behind it, and what checking it against them found.

    `outlets` are the independent outlets that carry what it says: copies of one story count once, a brief counts those it names.
    `date` is the day that a timeline or a list of the latest puts in front of it, the first day where only a month or a year is known;
    `when` is that date as far as it is known ('February 2024').
    """

    text: str
    citations: tuple[int, ...]
    support: Support = Support.FULL
    probability: float = 1.0
    outlets: tuple[str, ...] = ()
    date: dt.date | None = None
    when: str = ""


class Form(str, Enum):
    """How an answer is laid out: running sentences, an ordered list, a list with dates, or the accounts of outlets that differ."""

    PROSE = "prose"
    LIST = "list"
    TIMELINE = "timeline"
    DIFFER = "differ"


@dataclass(frozen=True)
class Side:
    """A clause of a question that asks for something of its own: where it stands, and the outlets and periods (first and last day)
    that it names."""

    span: Span
    text: str
    outlets: tuple[str, ...] = ()
    periods: tuple[tuple[dt.date, dt.date], ...] = ()


@dataclass(frozen=True)
class Dated:
    """An event that a question names as a limit ('before the strike ended'), with the `day` that the coverage gives it, and the
    article that does. `how` is 'before' or 'after'."""

    words: str
    how: str
    day: dt.date
    article_id: str

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day meant."""
        return (dt.date(1900, 1, 1), self.day) if self.how == "before" else (self.day, dt.date.max)


@dataclass(frozen=True)
class Understood:
    """What a question asks for, as far as its words tell. `since` and `until` are both included.

    `text` is the question that was searched for: of a follow-up ("and the union?") the one it was resolved to.

    `mentions` are the different names of outlets in it, each as the outlets it may mean ('Fox News' has several); `sides` are its
    clauses, one when it asks one thing; `names` are people, organisations and works as it writes them;
    `corrected` are bywords and words that the library does not know, each with the name or known word that was searched for instead;
    `events` are those that the library dates.
    """

    text: str
    outlets: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    latest: bool = False
    mentions: tuple[tuple[str, ...], ...] = ()
    sides: tuple[Side, ...] = ()
    names: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    events: tuple[Dated, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Hard limits the user set: nothing outside them is ever found. Empty means no limit."""

    outlets: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Answer:
    """What came of a question, `question` as it was typed. An abstention has one plain `notice`, no sentences, and the nearest
    passages in `nearest`; an answer may have a notice too, such as that the language model could not be reached.

    `model` is the language model that wrote it, empty when its sentences were taken from the passages; `tokens` are those it read
    and wrote ('prompt', 'completion').
    """

    question: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    notice: str = ""
    nearest: tuple[Hit, ...] = ()
    understood: Understood | None = None
    as_of: dt.date | None = None
    confidence: float = 0.0
    form: Form = Form.PROSE
    model: str = ""
    tokens: dict[str, int] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer as plain prose, citation marks left out."""
        return " ".join(sentence.text for sentence in self.sentences) or self.notice
