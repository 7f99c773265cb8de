"""The live passages at one moment, in columns: what a search is filtered by, without asking a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.store.ledger import Ledger
from rag.types import Filters


@dataclass(frozen=True)
class Snapshot:
    """Columns over live passages, by rising number: `numbers`, `revisions`, `outlets` (an index into `outlet_names`) and `days`
    (proleptic ordinals, 0 when unknown); all int64, shape (passages,)."""

    numbers: np.ndarray
    revisions: np.ndarray
    outlets: np.ndarray
    days: np.ndarray
    outlet_names: Sequence[str]

    @classmethod
    def of(cls, ledger: Ledger) -> Snapshot:
        """About 0.2 s for 100,000 passages."""
        passages, revisions = ledger.columns()
        table = np.array(passages, dtype=np.int64).reshape(-1, 2)
        names = sorted({outlet for _, outlet, _ in revisions})
        code = {outlet: i for i, outlet in enumerate(names)}
        at = np.searchsorted(np.array([number for number, *_ in revisions], dtype=np.int64), table[:, 1])
        outlets = np.array([code[outlet] for _, outlet, _ in revisions], dtype=np.int64)
        days = np.array([dt.date.fromisoformat(day).toordinal() if day else 0 for *_, day in revisions], dtype=np.int64)
        return cls(table[:, 0], table[:, 1], outlets[at], days[at], names)

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def named_outlets(self) -> tuple[str, ...]:
        """Names of the outlets, sorted; one without a name is left out."""
        return tuple(name for name in self.outlet_names if name)

    def places(self, numbers: Collection[int]) -> np.ndarray:
        """Where `numbers` stand in the columns, in their order; -1 for one that is not live."""
        wanted = np.fromiter(numbers, dtype=np.int64, count=len(numbers))
        if not len(self):
            return np.full(len(wanted), -1)
        at = np.minimum(np.searchsorted(self.numbers, wanted), len(self) - 1)
        return np.where(self.numbers[at] == wanted, at, -1)

    def inside(self, filters: Filters, on_topic: Iterable[int]) -> np.ndarray:
        """Which passages are inside `filters`: bool, shape (passages,). `on_topic` are the revisions on its topics."""
        keep = np.ones(len(self), dtype=bool)
        if filters.outlets:
            wanted = {outlet.casefold() for outlet in filters.outlets}
            codes = [i for i, name in enumerate(self.outlet_names) if name.casefold() in wanted]
            keep &= np.isin(self.outlets, codes)
        if filters.since or filters.until:
            first = filters.since.toordinal() if filters.since else 1
            last = filters.until.toordinal() if filters.until else dt.date.max.toordinal()
            keep &= (self.days >= first) & (self.days <= last)
        if filters.topics:
            keep &= np.isin(self.revisions, list(on_topic))
        return keep
