"""The customers of a colleague: by their teams, by tasks, and by what was agreed on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from milepost.planner.enums import TaskStatus
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow, TeamMemberRow


def on_teams(session: Session, person: str, role: str | None = None) -> list[str]:
    """Returns the ids of the customers on whose team a person is, perhaps in one role, sorted."""
    query = select(TeamMemberRow.customer_id).where(TeamMemberRow.address == person.strip().lower())
    if role is not None:
        query = query.where(TeamMemberRow.role == role)
    return sorted(set(session.scalars(query)))


def customers_of(session: Session, person: str) -> list[str]:
    """Returns the ids of the customers that may have anything of a person, sorted."""
    address = person.strip().lower()
    mentioned = cast(JourneyRow.state, Text).icontains(address, autoescape=True)
    told = select(JourneyRow.customer_id).where(JourneyRow.ended_at.is_(None), mentioned)
    given = select(TaskRow.customer_id).where(TaskRow.status == TaskStatus.OPEN, TaskRow.person == address)
    return sorted({*on_teams(session, address), *session.scalars(told), *session.scalars(given)})


def lock(session: Session, ids: Sequence[str]) -> None:
    """Keeps others from changing these customers' journeys and records before the transaction ends."""
    running = select(JourneyRow.id).where(JourneyRow.customer_id.in_(ids), JourneyRow.ended_at.is_(None))
    session.execute(running.order_by(JourneyRow.id).with_for_update())
    records = select(CustomerRow.id).where(CustomerRow.id.in_(ids)).order_by(CustomerRow.id)
    session.execute(records.with_for_update(key_share=True))


def known_roles(session: Session) -> Collection[str]:
    """Returns the roles that anybody has on a team."""
    return set(session.scalars(select(TeamMemberRow.role).distinct()))
