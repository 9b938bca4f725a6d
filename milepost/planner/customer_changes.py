"""Changes of the customer's record: each is reported with what changed and who changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer
from milepost.planner.enums import CustomerPart
from milepost.planner.timeline import CustomerChanged
from milepost.planner.turn import Turn

BY_THE_MAP = "map"
"""Who changed the record where no person did: a branch of the map."""


def with_attributes(customer: Customer, values: Mapping[str, Any]) -> Customer:
    """The customer with other attributes; None forgets one."""
    attributes, built_in = dict(customer.attributes), {}
    for name, value in values.items():
        if name in BUILT_IN_ATTRIBUTES:
            built_in[name] = value
        elif value is None:
            attributes.pop(name, None)
        else:
            attributes[name] = value
    return customer.having(attributes=attributes, **built_in)


def change_customer(turn: Turn, customer: Customer, by: str | None, attributes: Iterable[str] = ()) -> None:
    """Put another record of the customer in place, and report what differs; `attributes` are those that may."""
    values = tuple(attributes)
    for part, changed in _differences(turn.state.customer, customer, values):
        report = CustomerChanged(turn.at, what=part, names=tuple(sorted(changed)), by=by)
        if part is CustomerPart.TEAM:
            left, came = _holders(turn.state.customer, report.names), _holders(customer, report.names)
            report = replace(report, left=left, came=came)
        turn.report(report)
    turn.edit_customer(customer, values)


def _holders(customer: Customer, roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(customer.team.get(role, "") for role in roles)


def _differences(
    before: Customer, after: Customer, attributes: Iterable[str]
) -> Iterator[tuple[CustomerPart, set[str]]]:
    """Every part of the record that differs, with the names of attributes, the addresses of contacts, or the roles."""
    changed = {name for name in attributes if _attribute(before, name) != _attribute(after, name)}
    if changed:
        yield CustomerPart.ATTRIBUTES, changed
    if before.contacts != after.contacts:
        yield CustomerPart.CONTACTS, _changed_contacts(before.contacts, after.contacts)
    if before.team != after.team:
        roles = {*before.team, *after.team}
        yield CustomerPart.TEAM, {role for role in roles if before.team.get(role) != after.team.get(role)}


def _changed_contacts(before: tuple[Contact, ...], after: tuple[Contact, ...]) -> set[str]:
    """The addresses of contacts that came, went or changed; of all where only their order did.

    One that is written in another case now is named once, as it is written now.
    """
    changed = set(before) ^ set(after)
    written_now = {contact.address_key: contact.email for contact in (*before, *after)}
    return {written_now[contact.address_key] for contact in changed or after}


def _attribute(customer: Customer, name: str) -> Any:
    return getattr(customer, name) if name in BUILT_IN_ATTRIBUTES else customer.attributes.get(name)
