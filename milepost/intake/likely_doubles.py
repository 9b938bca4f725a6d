"""New customers of an import who may be there already under another id: by their name, or by a contact's address.

So may one whose row comes shortly before; one that comes long before is stored by then, unless it is a dry run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Literal

from sqlalchemy.orm import Session

from milepost.customer import Customer
from milepost.store import namesakes
from milepost.store.customers import folded
from milepost.text import count_of

MOST = 20
"""Doubles that are listed; all are counted."""
_MOST_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class LikelyDouble:
    """A new customer, and one from before who may be the same, as they share a name or a contact's address."""

    customer: str
    name: str
    other: str
    other_name: str
    shared: Literal["name", "address"]

    def __str__(self) -> str:
        why = "they have one name" if self.shared == "name" else "they have a contact's address in common"
        return f"{self.customer!r} ({self.name}) may be the same as {self.other!r} ({self.other_name}): {why}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def likely_doubles(session: Session, customers: Collection[Customer]) -> Mapping[str, tuple[LikelyDouble, ...]]:
    """Returns the likely doubles of customers who aren't stored, by their ids: stored ones, and those before them."""
    if not customers:
        return {}
    by_name = _lists(namesakes.with_names(session, [each.name for each in customers if each.name != each.id]))
    addresses = {contact.address_key for each in customers for contact in each.contacts}
    by_address = _lists(namesakes.with_contacts(session, addresses))

    def of(customer: Customer) -> Iterator[LikelyDouble]:
        for other, name in by_name[folded(customer.name)]:
            yield LikelyDouble(customer.id, customer.name, other, name, "name")
        for contact in customer.contacts:
            for other, name in by_address[contact.address_key]:
                yield LikelyDouble(customer.id, customer.name, other, name, "address")

    doubles = {}
    for customer in customers:
        found = {double.other: double for double in reversed(list(of(customer)))}
        if found:
            doubles[customer.id] = tuple(islice(reversed(found.values()), _MOST_OF_ONE))
        if customer.name != customer.id:
            by_name[folded(customer.name)].append((customer.id, customer.name))
        for contact in customer.contacts:
            by_address[contact.address_key].append((customer.id, customer.name))
    return doubles


def _lists(found: Mapping[str, Sequence[namesakes.Found]]) -> dict[str, list[namesakes.Found]]:
    """Returns a copy that can be added to."""
    return defaultdict(list, {key: list(each) for key, each in found.items()})


@dataclass(slots=True)
class Doubles:
    """The likely doubles of an import: how many new customers have one, and the first of them."""

    count: int = 0
    first: list[LikelyDouble] = field(default_factory=list)

    def add(self, doubles: Collection[LikelyDouble]) -> None:
        """Adds those of one customer."""
        self.count += bool(doubles)
        self.first += islice(doubles, MOST - len(self.first))

    def sentences(self, *, are_stored: bool) -> Iterator[str]:
        """Yields what to say of them, and which command helps, before the import and when the customers are stored."""
        if not self.count:
            return
        yield f"{count_of(self.count, 'new customer')} may be there already, under another id."
        yield from (f"{double}." for double in self.first)
        yield _AFTER if are_stored else _BEFORE

    def to_json(self) -> dict[str, Any]:
        return {"count": self.count, "first": [each.to_json() for each in self.first]}

    @staticmethod
    def from_json(data: Mapping[str, Any] | None) -> Doubles:
        """Reads what `to_json` wrote; None is none."""
        return Doubles(data["count"], [LikelyDouble(**each) for each in data["first"]]) if data else Doubles()


_BEFORE = (
    "Where they are the same, write the stored id into the row, or `milepost rename STORED_ID ID` gives the stored "
    "customer the id of the row."
)
_AFTER = "Where they are the same, `milepost merge ID STORED_ID --dry-run` shows how two become one."
