"""An article as plain JSON values, and back: how the ledger and a backup keep it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from rag.types import Article, Source

_DATES = ("published", "updated")
_KNOWN = frozenset(field.name for field in fields(Article))


def to_record(article: Article) -> dict[str, Any]:
    """Every field by its name; dates in ISO form, tuples as lists."""
    record = asdict(article)
    for name, value in record.items():
        if isinstance(value, dt.date):
            record[name] = value.isoformat()
        elif isinstance(value, tuple):
            record[name] = list(value)
    return record


def from_record(record: Mapping[str, Any]) -> Article:
    """The article of a record; what this version of Slugline has no field for is left out."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in record.items() if name in _KNOWN
    }
    for name in _DATES:
        values[name] = dt.date.fromisoformat(values[name]) if values.get(name) else None
    values["sources"] = tuple(Source(**source) for source in values.get("sources", ()))
    return Article(**values)
