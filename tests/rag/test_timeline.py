"""Dated events of a topic, in order, each in the words of the passage it cites."""

from __future__ import annotations

import datetime as dt

from rag.engine import Engine
from rag.timeline import EVENTS, timeline
from rag.types import Filters


def test_events_come_in_order_dated_and_word_for_word(bundled: Engine) -> None:
    told = timeline(bundled, "Sora")
    dates = [event.date for event in told.events]
    assert 5 <= len(dates) <= EVENTS
    assert dates == sorted(dates)
    assert dt.date(2026, 3, 24) in dates, "the day on which its end was announced"
    for n, event in enumerate(told.events, 1):
        (citation,) = event.citations
        assert citation.n == n
        assert event.sentence.text in citation.hit.passage.text
        assert str(event.date.year) in event.sentence.when


def test_no_event_is_told_twice(bundled: Engine) -> None:
    texts = [event.sentence.text for event in timeline(bundled, "the writers strike of 2023").events]
    assert len(texts) == len(set(texts))


def test_filters_limit_the_articles(bundled: Engine) -> None:
    told = timeline(bundled, "Sora", Filters(until=dt.date(2024, 12, 31)))
    assert told.events
    assert all(event.citations[0].hit.article.published <= dt.date(2024, 12, 31) for event in told.events)  # type: ignore[operator]


def test_a_topic_without_events_says_so(bundled: Engine) -> None:
    told = timeline(bundled, "sheep farming in Wales", Filters(outlets=("Nobody",)))
    assert not told.events
    assert "nothing dated on sheep farming in Wales" in told.notice
