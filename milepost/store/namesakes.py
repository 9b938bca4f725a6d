"""Customers who have a name or a contact's address in common with others that come in: they may be the same ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from milepost.store.customers import folded
from milepost.store.tables import ContactRow, CustomerRow

_AT_ONCE = 100  # ranges of one query: SQLite takes no expression that is deeper than a thousand
Found = tuple[str, str]
"""The id and the name of a customer."""


def _some(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def with_names(session: Session, names: Collection[str]) -> Mapping[str, Sequence[Found]]:
    """Returns the customers who have one of these names but for case and accents, by `folded` name."""
    keys = sorted({folded(name) for name in names})
    found: dict[str, list[Found]] = defaultdict(list)
    for some in _some(keys):
        ranges = (and_(CustomerRow.sort_key >= f"{key} ", CustomerRow.sort_key < f"{key}!") for key in some)
        query = select(CustomerRow.id, CustomerRow.name).where(or_(*ranges)).order_by(CustomerRow.id)
        for customer, name in session.execute(query):
            found[folded(name)].append((customer, name))
    return found


def with_contacts(session: Session, addresses: Collection[str]) -> Mapping[str, Sequence[Found]]:
    """Returns the customers who have a contact with one of these addresses, by the address as it is compared."""
    found: dict[str, list[Found]] = defaultdict(list)
    for some in _some(sorted(addresses)):
        query = (
            select(ContactRow.address_key, CustomerRow.id, CustomerRow.name)
            .join(CustomerRow, CustomerRow.id == ContactRow.customer_id)
            .where(ContactRow.address_key.in_(some))
            .order_by(CustomerRow.id)
        )
        for address, customer, name in session.execute(query):
            found[address].append((customer, name))
    return found
