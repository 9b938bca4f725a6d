"""Who stands in for whom: the absences of one moment, followed from the person who is away to the last delegate.

A delegate who is away too leaves it to the own delegate. Of several absences of one person that are about the same
task, the one that says most counts: for some customers before all, for one role before all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from milepost.customer import address_key
from milepost.planner.instants import Instant, optional_text, text


@dataclass(frozen=True, slots=True)
class Absence:
    """A colleague who is away, and the delegate; addresses in lower case.

    `first_day` and `last_day` are local dates in `timezone` and part of it; `starts_at` and `ends_at` are the same as
    instants, the end not part of it. `role` None: all roles, `customers` None: all customers.
    """

    number: int
    person: str
    delegate: str
    role: str | None
    customers: frozenset[str] | None
    first_day: date
    last_day: date
    timezone: str
    starts_at: Instant
    ends_at: Instant
    told_at: Instant
    told_by: str | None = None
    ended_at: Instant | None = None
    ended_by: str | None = None

    def is_about(self, role: str, customer: str) -> bool:
        """Tells whether a task of this role of this customer goes to the delegate."""
        return self.role in (None, role) and (self.customers is None or customer in self.customers)

    def is_in_force(self, at: Instant) -> bool:
        """Tells whether somebody stands in at an instant."""
        return self.ended_at is None and self.starts_at <= at < self.ends_at

    def status(self, at: Instant) -> str:
        """Returns `ahead`, `running` or `over`."""
        if self.ended_at is not None or self.ends_at <= at:
            return "over"
        return "running" if self.starts_at <= at else "ahead"

    def to_json(self, at: Instant) -> dict[str, Any]:
        """The absence as commands and the API show it at an instant; `until` is the last day."""
        return {
            "absence": self.number,
            "person": self.person,
            "delegate": self.delegate,
            "role": self.role,
            "customers": None if self.customers is None else sorted(self.customers),
            "from": self.first_day.isoformat(),
            "until": self.last_day.isoformat(),
            "timezone": self.timezone,
            "status": self.status(at),
            "told_at": text(self.told_at),
            "told_by": self.told_by,
            "ended_at": optional_text(self.ended_at),
            "ended_by": self.ended_by,
        }

    @property
    def weight(self) -> tuple[bool, bool]:
        """What it says more than another one: customers first, then the role."""
        return (self.customers is not None, self.role is not None)

    def may_meet(self, other: Absence) -> bool:
        """Tells whether some task may be about both."""
        some = self.customers is not None and other.customers is not None
        apart = some and not (self.customers or frozenset()) & (other.customers or frozenset())
        return not apart and (None in (self.role, other.role) or self.role == other.role)


@dataclass(frozen=True, slots=True)
class StandIn:
    """The delegate who has a task now, and the first absence on the way: that of the person whose task it is."""

    delegate: str
    absence: Absence


@dataclass(frozen=True, slots=True)
class Grant:
    """What a delegate has of a person: the tasks that all of `takes` are about, and none of `leaves`."""

    person: str
    takes: tuple[Absence, ...]
    leaves: tuple[Absence, ...]


@dataclass(frozen=True, slots=True)
class StandIns:
    """The absences that are in force at one moment."""

    absences: tuple[Absence, ...] = ()
    _by_person: dict[str, list[Absence]] = field(init=False, repr=False, default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for each in sorted(self.absences, key=lambda each: (each.weight, -each.number), reverse=True):
            self._by_person[each.person].append(each)

    @staticmethod
    def at(absences: Iterable[Absence], at: Instant) -> StandIns:
        """Those of the absences that are in force at an instant."""
        return StandIns(tuple(each for each in absences if each.is_in_force(at)))

    def of_person(self, person: str) -> list[Absence]:
        """Returns the absences of a person, those that say most first."""
        return self._by_person.get(address_key(person), [])

    def for_task(self, person: str | None, role: str, customer: str) -> StandIn | None:
        """Returns who has a task of this role of the customer instead of the person; None: nobody stands in."""
        chain: list[Absence] = []
        seen, current = {address_key(person or "")}, address_key(person or "")
        while (found := self._next(current, role, customer, seen)) is not None:
            chain.append(found)
            current = found.delegate
            seen.add(current)
        return StandIn(chain[-1].delegate, chain[0]) if chain else None

    def runs_in_a_circle(self, absence: Absence) -> bool:
        """Tells whether following the delegates of an absence leads back to the person who is away."""
        roles = {each.role for each in self.absences if each.role is not None} or {""}
        customers = {name for each in self.absences for name in each.customers or ()} | {""}
        return any(
            self._leads_back(absence, role, customer)
            for role in {*roles, ""}
            for customer in customers
            if absence.is_about(role, customer)
        )

    def _next(self, person: str, role: str, customer: str, seen: Collection[str] = ()) -> Absence | None:
        """Returns the absence of a person that counts for a task; one that leads to somebody `seen` doesn't."""
        return next(
            (each for each in self.of_person(person) if each.delegate not in seen and each.is_about(role, customer)),
            None,
        )

    def _leads_back(self, absence: Absence, role: str, customer: str) -> bool:
        current, seen = absence.person, set[str]()
        while (found := self._next(current, role, customer)) is not None and current not in seen:
            seen.add(current)
            current = found.delegate
        return current == absence.person and bool(seen)

    def granted_to(self, delegate: str) -> Iterator[Grant]:
        """Yields what a delegate has of others."""
        key = address_key(delegate)
        for person in list(self._by_person):
            if person != key:
                for grant, last in self._ways(Grant(person, (), ()), person, frozenset({person})):
                    if last == key and grant.takes:
                        yield grant

    def _ways(self, grant: Grant, person: str, seen: frozenset[str]) -> Iterator[tuple[Grant, str]]:
        """Yields each way from a person to whoever has the tasks in the end."""
        leaves = grant.leaves
        for each in self.of_person(person):
            if each.delegate in seen:  # an end has closed a circle: it stays with the last one
                continue
            taken = Grant(grant.person, (*grant.takes, each), leaves)
            yield from self._ways(taken, each.delegate, seen | {each.delegate})
            leaves = (*leaves, each)
        yield Grant(grant.person, grant.takes, leaves), person


NOBODY_AWAY = StandIns()
