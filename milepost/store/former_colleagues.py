"""Who handed which role of a customer over, so that an older file doesn't give it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from milepost.customer import Customer, address_key
from milepost.planner.instants import Instant
from milepost.store.absence_tables import FormerColleagueRow
from milepost.store.upsert import upsert

Formers = Mapping[str, Collection[str]]
"""The addresses, in lower case, of those who handed a role over, by role."""


def remember(session: Session, customer: str, roles: Iterable[str], former: str, to: str, *, at: Instant) -> None:
    """Keeps who handed roles over; whoever has them now didn't."""
    roles = list(roles)
    _forget(session, customer, roles, FormerColleagueRow.address == to.strip().lower())
    row = {"customer_id": customer, "address": former.strip().lower(), "handed_over_at": at}
    upsert(session, FormerColleagueRow, [{**row, "role": role} for role in roles])


def load(session: Session, customers: Collection[str]) -> dict[str, Formers]:
    """Returns who handed roles of these customers over; customers of whom nobody did are left out."""
    found: dict[str, dict[str, set[str]]] = {}
    for row in session.scalars(select(FormerColleagueRow).where(FormerColleagueRow.customer_id.in_(customers))):
        found.setdefault(row.customer_id, {}).setdefault(row.role, set()).add(row.address)
    return dict(found)


def forget(session: Session, customer: str, roles: Collection[str]) -> None:
    """Forgets who handed roles over: a file has named the colleague who has them now, so it isn't older."""
    _forget(session, customer, roles)


def _forget(session: Session, customer: str, roles: Collection[str], *conditions: ColumnElement[bool]) -> None:
    statement = delete(FormerColleagueRow).where(
        FormerColleagueRow.customer_id == customer, FormerColleagueRow.role.in_(list(roles))
    )
    session.execute(statement.where(*conditions))


def outdated_roles(before: Customer, after: Customer, formers: Formers) -> tuple[str, ...]:
    """Returns the roles that `after`, from a file, would give back to somebody who handed them over."""
    return tuple(
        role
        for role, address in after.team.items()
        if role in before.team
        and address_key(address) != address_key(before.team[role])
        and address.strip().lower() in formers.get(role, ())
    )


def without_outdated(before: Customer, after: Customer, formers: Formers) -> Customer:
    """Returns the record of a file with the colleagues of today in the roles that it would give back."""
    outdated = outdated_roles(before, after, formers)
    return after.having(team={**after.team, **{role: before.team[role] for role in outdated}}) if outdated else after
