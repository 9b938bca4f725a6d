"""The colleagues that the store knows: on teams, with tasks, from an absence or a hand-over."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from milepost.store import hand_overs
from milepost.store.absence_tables import AbsenceRow, FormerColleagueRow
from milepost.store.tables import TaskRow, TeamMemberRow


def is_known(session: Session, address: str) -> bool:
    """Returns whether an address, in lower case, is a colleague's."""
    if hand_overs.on_teams(session, address):
        return True
    others = (
        select(TaskRow.task).where(TaskRow.person == address),
        select(AbsenceRow.number).where((AbsenceRow.person == address) | (AbsenceRow.delegate == address)),
        select(FormerColleagueRow.address).where(FormerColleagueRow.address == address),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in others)


def on_teams(session: Session) -> set[str]:
    """Returns the addresses of all who are on a team."""
    return set(session.scalars(select(TeamMemberRow.address).distinct()))
