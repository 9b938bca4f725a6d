"""Two records of one customer, joined into one: what differs, and what stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer, merged_contact, strictest


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of a record that two have otherwise, such as `attributes.tier`; None: one has nothing there."""

    part: str
    other: Any
    into: Any
    kept: Any


def joined(into: Customer, other: Customer) -> Customer:
    """Returns a customer's record with what another record of it adds; where both say something, it stays as it is.

    People who are in both are one contact, with the personas of both and the stricter of their wishes about mail.
    """
    contacts: dict[str, Contact] = {}
    for contact in (*into.contacts, *other.contacts):
        key = contact.address_key
        contacts[key] = _one(contacts[key], contact) if key in contacts else contact
    return replace(
        into,
        country=into.country or other.country,
        language=into.language or other.language,
        attributes={**other.attributes, **into.attributes},
        team={**other.team, **into.team},
        contacts=tuple(contacts.values()),
    )


def _one(contact: Contact, again: Contact) -> Contact:
    """Returns one contact for an address that two records have."""
    one = merged_contact((again,), contact).having_personas(again.personas)
    return replace(one, mail=strictest((contact.mail, again.mail)), refused=contact.refused or again.refused)


def differences(into: Customer, other: Customer) -> Iterator[Difference]:
    """Yields what two records of a customer have otherwise, with what `joined` keeps; people are left out."""
    record = joined(into, other)
    for name in BUILT_IN_ATTRIBUTES:
        yield from _difference(name, getattr(other, name), getattr(into, name), getattr(record, name))
    for part in ("attributes", "team"):
        of_other, of_into, kept = (getattr(each, part) for each in (other, into, record))
        for name in sorted(kept):
            yield from _difference(f"{part}.{name}", of_other.get(name), of_into.get(name), kept[name])


def _difference(part: str, other: Any, into: Any, kept: Any) -> Iterator[Difference]:
    if other != into:
        yield Difference(part, other, into, kept)
