"""Roles that stay with whoever has them, although a file still names a colleague who handed over: counted, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from milepost.explain.people_names import colleague_name
from milepost.text import count_of


class KeptRole(NamedTuple):
    """A role that stays with an address; `named` is the one that the file has."""

    role: str
    stays: str
    named: str

    def __str__(self) -> str:
        return f"{self.role} stays {self.stays} (the file still names {self.named}, who handed over)"


@dataclass(slots=True)
class KeptRoles:
    """At how many customers a role stays with somebody."""

    counts: Counter[KeptRole] = field(default_factory=Counter)

    def add(self, kept: Iterable[KeptRole]) -> None:
        """Counts one customer."""
        self.counts.update(kept)

    def notes(self) -> Iterator[str]:
        """Yields a sentence for each role and the two colleagues."""
        for (role, stays, named), count in sorted(self.counts.items()):
            yield (
                f"At {count_of(count, 'customer')} {colleague_name(stays)} ({stays}) stays {role}: "
                f"the file still names {colleague_name(named)} ({named}), who handed over."
            )

    def to_json(self) -> list[list[Any]]:
        return [[*key, count] for key, count in sorted(self.counts.items())]

    @staticmethod
    def from_json(data: Iterable[list[Any]]) -> KeptRoles:
        return KeptRoles(Counter({KeptRole(role, stays, named): count for role, stays, named, count in data}))
