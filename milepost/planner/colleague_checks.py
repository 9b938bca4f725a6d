"""Validates what is told of colleagues: who hands over to whom, and who is away."""

from __future__ import annotations

from milepost.customer import address_key
from milepost.language.attribute_values import parse_date
from milepost.planner import facts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import IgnoreReason
from milepost.planner.fact_errors import InvalidFactError, UnknownRoleError


def check_hand_over(compiled_map: CompiledMap | None, fact: facts.HandedOver) -> None:
    """Check who hands over to whom, and the roles; without a map any role will do: a team may have more than it.

    Raises:
        InvalidFactError: an address is none, or both are the same.
        UnknownRoleError: the map has no such role.
    """
    _check_two_people(fact.former, fact.to, "hand over to")
    for role in fact.roles or ():
        _check_role(compiled_map, role)


def check_away(compiled_map: CompiledMap | None, fact: facts.Away) -> None:
    """Check who is away, the delegate, and that the days can be read and are in order.

    Raises:
        InvalidFactError: an address is none, both are the same, or a day can't be.
        UnknownRoleError: the map has no such role.
    """
    _check_two_people(fact.person, fact.delegate, "stand in for")
    if fact.role is not None:
        _check_role(compiled_map, fact.role)
    first, last = parse_date(fact.first_day), parse_date(fact.last_day)
    if first is None or last is None:
        message = f"{fact.first_day!r} to {fact.last_day!r} aren't two days."
        raise InvalidFactError(message, "Write them as 2026-12-21.", IgnoreReason.UNTIL)
    if last < first:
        message = f"The last day, {fact.last_day}, is before the first, {fact.first_day}."
        raise InvalidFactError(message, "Write the first day first.", IgnoreReason.UNTIL)


def check_address(address: str) -> None:
    """Check that a text can be a mail address.

    Raises:
        InvalidFactError: it can't.
    """
    name, at, domain = address.partition("@")
    if not (name and at and domain) or "@" in domain or any(char.isspace() for char in address):
        hint = "Write one, such as bo@vendor.example."
        raise InvalidFactError(f"{address!r} isn't a mail address.", hint, IgnoreReason.UNKNOWN)


def _check_two_people(one: str, other: str, what: str) -> None:
    for address in (one, other):
        check_address(address)
    if address_key(one) == address_key(other):
        raise InvalidFactError(f"{one} can't {what} themselves.", "Name two people.", IgnoreReason.NOT_THEIRS)


def _check_role(compiled_map: CompiledMap | None, role: str) -> None:
    roles = {*compiled_map.map.roles, compiled_map.map.csm} if compiled_map else {role}
    if compiled_map is not None and role not in roles:
        raise UnknownRoleError(role, roles, f" in map {compiled_map.map.map!r}")
