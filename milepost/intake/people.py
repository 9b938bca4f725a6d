"""Colleagues: what they are called, their role and team, and that they have left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy.orm import Session

from milepost import limits
from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.customer import ADDRESS_PATTERN
from milepost.intake.context import IntakeContext
from milepost.intake.errors import LastAdminError, UnnamedPersonError
from milepost.planner.instants import Instant
from milepost.roles import Role
from milepost.store import audit, desk_messages, people, sessions
from milepost.store.audit import Entry
from milepost.store.people import PersonRow
from milepost.text import listing, shortened, storable

HOURS_OF_A_WEEK = 168
_BOOKING_LINK = re.compile(r"https://[^\s/?#\\@]+\.[^\s/?#\\@]+([/?#][^\s\\]*)?")


class PersonChange(TypedDict):
    """What is told of a colleague; what is left out stays as it is, None takes away what was told."""

    name: NotRequired[str]
    role: NotRequired[str | None]
    team: NotRequired[str | None]
    hours_per_week: NotRequired[float | None]
    booking_link: NotRequired[str | None]
    left: NotRequired[bool]


async def change(context: IntakeContext, address: str, **told: Unpack[PersonChange]) -> PersonRow:
    """Stores what is told of a colleague, from now on; another role counts at once. Whoever has left is signed out.

    Raises:
        UnnamedPersonError: it is no mail address, or one of the values can't be taken.
        LastAdminError: nobody would be an admin any more.
    """
    return await context.store.write(checked(context, address, told))


def checked(context: IntakeContext, address: str, told: PersonChange) -> Callable[[Session], PersonRow]:
    """Checks what is told of a colleague; returns what stores it in a transaction, which raises LastAdminError.

    Raises:
        UnnamedPersonError: as `change` does.
    """
    values = {name: _CHECKS[name](value) for name, value in told.items() if name != "left"}
    if "left" in told:
        values["left_at"] = int(context.wall()) if told["left"] else None
    said = Entry(int(context.wall()), actor(), _kind(told), _address(address))
    return partial(_store, values=values, now=context.now(), said=said)


async def add_names(context: IntakeContext, names: Mapping[str, str]) -> int:
    """Stores the names of a mapping, by address, of colleagues who have none yet; returns how many these are.

    What somebody told by hand stays.
    """
    storable_names = {address: storable(name)[: limits.NAME] for address, name in names.items()}
    add = partial(people.add_new, names=storable_names, now=context.now())
    return await context.store.write(add) if names else 0


async def listed(context: IntakeContext) -> list[PersonRow]:
    """Returns all colleagues of whom something was told, by name."""
    async with context.store.reading() as session:
        return await people.listed(session)


def _store(session: Session, *, values: Mapping[str, Any], now: Instant, said: Entry) -> PersonRow:
    address = said.about or ""
    before = _told(people.find(session, address), values)
    admins = people.lock_admins(session) if {"role", "left_at"} & values.keys() else []
    row = people.put(session, address, now, **values)
    if admins == [row.address] and (row.role != Role.ADMIN or row.left_at is not None):
        raise LastAdminError(address)
    if row.left_at is not None:
        sessions.end_all_of(session, address)
        desk_messages.end(session, address)
    after = _told(row, values)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed or said.kind is not Kind.PERSON_CHANGED:
        audit.record(session, replace(said, about=row.address, details=changed))
    return row


def _kind(told: PersonChange) -> Kind:
    if "left" in told:
        return Kind.PERSON_LEFT if told["left"] else Kind.PERSON_RETURNED
    return Kind.PERSON_CHANGED


def _told(row: PersonRow | None, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name, None) or None for name in names if name != "left_at"}


def _address(written: str) -> str:
    address = written.strip()
    if not re.fullmatch(ADDRESS_PATTERN, address) or len(address) > limits.ADDRESS:
        raise UnnamedPersonError(
            "address", f"{address!r} isn't a mail address.", "Write one such as ana@vendor.example."
        )
    return address


def _name(written: str) -> str:
    name = " ".join(storable(written).split())
    if not name or len(name) > limits.NAME or "@" in name:
        message = f"{name!r} isn't a name." if name else "The name is missing."
        raise UnnamedPersonError("name", message, f"Write one such as Ana Díaz, of at most {limits.NAME} letters.")
    return name


def _role(written: str | None) -> Role | None:
    try:
        return Role(written) if written else None
    except ValueError:
        message = f"There is no role {written!r}."
        raise UnnamedPersonError("role", message, f"The roles are {listing(tuple(Role))}.") from None


def _team(written: str | None) -> str | None:
    team = " ".join(storable(written or "").split())
    if len(team) > limits.NAME:
        raise UnnamedPersonError("team", "The team's name is too long.", f"Write at most {limits.NAME} letters.")
    return team or None


def _hours(written: float | None) -> float | None:
    if written is not None and not 0 <= written <= HOURS_OF_A_WEEK:
        message = f"{written:g} hours aren't hours of a week."
        raise UnnamedPersonError("hours_per_week", message, f"Write a number from 0 to {HOURS_OF_A_WEEK}.")
    return written


def _booking_link(written: str | None) -> str | None:
    link = (written or "").strip()
    if link and (not _BOOKING_LINK.fullmatch(link) or len(link) > limits.VALUE):
        hint = "Write the https address of the page on which customers book a time, or nothing."
        raise UnnamedPersonError("booking_link", f"{shortened(link, 60)!r} can't be linked to.", hint)
    return link or None


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": _name,
    "role": _role,
    "team": _team,
    "hours_per_week": _hours,
    "booking_link": _booking_link,
}
