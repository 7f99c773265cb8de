"""A timeline as HTML: its events on a line, and as a list. Escaped here, once, as in `page`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rag.dates import written
from rag.show.page import button, escaped, links
from rag.show.words import MARKS, carried, cited, dated

if TYPE_CHECKING:
    from rag.timeline import Event, Timeline

_WIDTH, _HEIGHT, _MARGIN = 1000, 120, 30
_STEP = 16  # height between dots that would cover each other


def timeline_html(told: Timeline) -> str:
    """The events as dots on a line of time, each leading to its entry in the list below it; the notice when there are none."""
    if not told.events:
        return f'<p class="empty">{escaped(told.notice)}</p>'
    entries = "".join(_entry(event, number) for number, event in enumerate(told.events, 1))
    return f'{_plot(told.events)}<ol class="events">{entries}</ol>'


def _entry(event: Event, number: int) -> str:
    sign, word = MARKS[event.sentence.support]
    sources = "".join(
        f'<p class="byline">{escaped(citation.hit.article.title)}. {escaped(cited(citation))}</p>'
        f"{links(citation.hit.article, citation.quote)}"
        f'<p class="card-acts">{button("Whole article", "article", "quiet", id=citation.hit.article.id, quote=citation.quote)}</p>'
        for citation in event.citations
    )
    outlets = carried(event.sentence.outlets)
    return (
        f'<li id="event-{number}" tabindex="-1"><time datetime="{event.date.isoformat()}">'
        f"{escaped(dated(event.sentence) or written(event.date))}</time>"
        f'<p>{escaped(event.sentence.text)} <span class="state {event.sentence.support.value}" title="{word}">{sign}</span>'
        f"{f' <small>{escaped(outlets)}</small>' if outlets else ''}</p>{sources}</li>"
    )


def _plot(events: tuple[Event, ...]) -> str:
    """A line of time with a dot for each event, those near each other stacked, and the years under it."""
    first, last = events[0].date, events[-1].date
    span = max(1, (last - first).days)

    def x(day: dt.date) -> float:
        return _MARGIN + (day - first).days / span * (_WIDTH - 2 * _MARGIN)

    dots, ends = [], list[float]()  # right end of the last dot on each level
    for number, event in enumerate(events, 1):
        at = x(event.date)
        level = next((level for level, end in enumerate(ends) if end < at - _STEP), len(ends))
        ends[level : level + 1] = [at]
        y = _HEIGHT - 34 - min(level, 5) * _STEP
        said = escaped(f"{dated(event.sentence) or written(event.date)}: {event.sentence.text}")
        dots.append(
            f'<a href="#event-{number}" aria-label="{said}"><title>{said}</title><circle cx="{at:.1f}" cy="{y}" r="7"></circle></a>'
        )
    years = [day for year in range(first.year, last.year + 2) if first <= (day := dt.date(year, 1, 1)) <= last]
    ticks = "".join(
        f'<line x1="{x(day):.1f}" x2="{x(day):.1f}" y1="{_HEIGHT - 26}" y2="{_HEIGHT - 20}"></line>'
        f'<text x="{x(day):.1f}" y="{_HEIGHT - 4}">{day.year}</text>'
        for day in years or [first]
    )
    line = f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT - 26}" y2="{_HEIGHT - 26}"></line>'
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" aria-label="{len(events)} events from {written(first)} '
        f'to {written(last)}">{line}{ticks}{"".join(dots)}</svg>'
    )
