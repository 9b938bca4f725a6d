"""Whom the demo's first page leads to: somebody with something to do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.enums import StepStatus, TaskStatus
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow


@dataclass(frozen=True, slots=True)
class DemoExample:
    """A customer with an open journey on a map, and a colleague with tasks, by address."""

    customer: str
    name: str
    map: str
    colleague: str | None


async def find(session: AsyncSession) -> DemoExample | None:
    """Returns a customer who is asked for a result, reads English and moved last, and who has the most tasks."""
    asked = select(OutcomeRow.customer_id).where(OutcomeRow.status == StepStatus.ASKED)
    query = select(CustomerRow.id, CustomerRow.name, JourneyRow.map)
    query = query.join(JourneyRow, JourneyRow.customer_id == CustomerRow.id).where(JourneyRow.ended_at.is_(None))
    newest = query.order_by(
        CustomerRow.id.in_(asked).desc(),
        (CustomerRow.language == "en").desc(),
        JourneyRow.updated_at.desc(),
        CustomerRow.id,
    ).limit(1)
    customer = (await session.execute(newest)).one_or_none()
    if customer is None:
        return None
    tasks = select(TaskRow.person).where(TaskRow.status == TaskStatus.OPEN, TaskRow.person.is_not(None))
    busiest = tasks.group_by(TaskRow.person).order_by(func.count().desc(), TaskRow.person).limit(1)
    return DemoExample(*customer, await session.scalar(busiest))


async def asked_of(session: AsyncSession, customer: str) -> str | None:
    """Returns the address of who is asked for a result of a customer now; None: nobody is."""
    asked = select(OutcomeRow.asked_of).where(OutcomeRow.customer_id == customer, OutcomeRow.status == StepStatus.ASKED)
    return await session.scalar(asked.order_by(OutcomeRow.asked_at).limit(1))
