"""When each customer was last touched (`planner.touches`), kept with its latest journey for lists to be ordered by.

What it was stands in a timeline: that of the journey, or of an earlier one of the customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow, TimelineRow
from milepost.store.timeline import entry_of

_journeys = table_of(JourneyRow)
_COLUMNS = (_journeys.c.touched_at, _journeys.c.touched_in, _journeys.c.touched_seq)


def new_columns(journey: str, before: State, state: State) -> dict[str, Any]:
    """Returns the columns of a journey that change with its state: none, where nobody had to do with each other."""
    return {} if state.touched_entry == before.touched_entry else _columns(journey, state)


def _columns(journey: str, state: State) -> dict[str, Any]:
    return {"touched_at": state.touched_at, "touched_in": journey, "touched_seq": state.touched_entry}


def carry_over(session: Session, customer: str, journey: str) -> None:
    """Lets the latest journey of a customer know of the last touch in all of them."""
    query = select(*_COLUMNS).where(_journeys.c.customer_id == customer, _journeys.c.touched_at.is_not(None))
    last = session.execute(query.order_by(_journeys.c.touched_at.desc()).limit(1)).mappings().first()
    if last is not None:
        session.connection().execute(update(_journeys).where(_journeys.c.id == journey).values(dict(last)))


def roll_back(session: Session, journey: str, state: State) -> None:
    """Lets a journey whose timeline was cut off know of the last touch that is left; it had this state then."""
    known = session.execute(select(*_COLUMNS).where(_journeys.c.id == journey)).one()
    if known.touched_in != journey or known.touched_seq < state.entries:
        return
    nowhere = dict.fromkeys(each.name for each in _COLUMNS)
    values = nowhere if state.touched_entry is None else _columns(journey, state)
    session.connection().execute(update(_journeys).where(_journeys.c.id == journey).values(values))
    if state.touched_entry is None:
        carry_over(session, state.customer.id, journey)


async def entries(session: AsyncSession, journeys: Iterable[JourneyRow]) -> dict[str, Entry]:
    """Returns what the last touch was, by the id of each of these journeys that has one."""
    places = {each.id: (each.touched_in, each.touched_seq) for each in journeys if each.touched_at is not None}
    if not places:
        return {}
    rows = await session.scalars(
        select(TimelineRow).where(
            or_(*(and_(TimelineRow.journey_id == of, TimelineRow.seq == seq) for of, seq in places.values()))
        )
    )
    found = {(row.journey_id, row.seq): entry_of(row) for row in rows}
    return {journey: found[place] for journey, place in places.items() if place in found}
