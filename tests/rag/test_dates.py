from __future__ import annotations

import datetime as dt

import pytest

from rag.dates import PartialDate, find_dates, find_periods, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 24 March 2026.", [(2026, 3, 24)]),
        ("on March 24, 2026,", [(2026, 3, 24)]),
        ("published 2026-03-24", [(2026, 3, 24)]),
        ("in 2026-03", [(2026, 3, None)]),
        ("since Sept. 3rd", [(None, 9, 3)]),
        ("from 26-31 July 2023", [(2023, 7, 26), (2023, 7, 31)]),
        ("late July 2023", [(2023, 7, None)]),
        ("in May they may march", [(None, 5, None)]),
        ("May the judge rule?", []),
        ("the year 2024 and $2024", [(2024, None, None)]),
        ("pages 1999-2003", []),
        ("version 3.2024", []),
    ],
)
def test_dates_are_read_as_far_as_they_are_given(text: str, expected: list[tuple[int | None, ...]]) -> None:
    assert [(d.year, d.month, d.day) for d in find_dates(text)] == expected


def test_a_date_without_its_year_agrees_with_any_year_but_not_with_another_day() -> None:
    day = PartialDate(None, 3, 24)
    assert day.agrees(PartialDate(2026, 3, 24))
    assert not day.agrees(PartialDate(2026, 3, 25))


def test_a_month_spans_its_first_to_its_last_day() -> None:
    assert PartialDate(2024, 2, None).span() == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))


def test_dates_are_written_one_way() -> None:
    assert written(dt.date(2026, 3, 4)) == "4 March 2026"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("so far this year", "2026-01-01", "2026-12-31"),
        ("in the last three months", "2026-05-12", "2026-08-10"),
        ("two weeks ago", "2026-07-24", "2026-07-30"),
        ("yesterday", "2026-08-09", "2026-08-09"),
        ("in the summer of 2023", "2023-06-01", "2023-08-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("late 2023", "2023-09-01", "2023-12-31"),
        ("Q3 2025", "2025-07-01", "2025-09-30"),
        ("last month", "2026-07-01", "2026-07-31"),
        ("in March", "2026-03-01", "2026-03-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("on 24 March 2026", "2026-03-24", "2026-03-24"),
    ],
)
def test_periods_are_told_from_today(text: str, since: str, until: str) -> None:
    [period] = find_periods(text, dt.date(2026, 8, 10))
    assert (period.since.isoformat(), period.until.isoformat()) == (since, until)


def test_what_no_calendar_holds_is_no_period() -> None:
    assert not list(find_periods("999 years ago, three winters on", dt.date(900, 1, 1)))
