from __future__ import annotations

import datetime as dt

import pytest

from rag.dates import PartialDate, find_dates, written


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
