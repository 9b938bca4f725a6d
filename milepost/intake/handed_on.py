"""New customers whom a file gives to colleagues that handed over: counted, and said in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from milepost.explain.people_names import colleague_name
from milepost.store.successors import HandedOn
from milepost.text import count_of


@dataclass(slots=True)
class HandedOnCounts:
    """How many new customers go to a successor, by who had them, who has them, and the role."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, moves: Iterable[HandedOn]) -> None:
        """Counts one customer."""
        self.counts.update((move.former, move.to, role) for move in moves for role in move.roles)

    def notes(self) -> Iterator[str]:
        """Yields a sentence for each colleague and role."""
        for (former, to, role), count in sorted(self.counts.items()):
            goes = "goes" if count == 1 else "go"
            new = f"{colleague_name(to)} ({to})"
            yield (
                f"{count_of(count, 'new customer')} {goes} to {new} as {role}: "
                f"the file names {colleague_name(former)} ({former}), who handed over."
            )

    def to_json(self) -> list[list[Any]]:
        return [[*key, count] for key, count in sorted(self.counts.items())]

    @staticmethod
    def from_json(data: Iterable[list[Any]]) -> HandedOnCounts:
        return HandedOnCounts(Counter({(former, to, role): count for former, to, role, count in data}))
