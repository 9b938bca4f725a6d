"""The figures on the start page: journeys, outcomes, tasks and messages of the whole book, by status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.enums import JourneyStatus, TaskStatus
from milepost.planner.instants import Instant
from milepost.store import customers, journeys, messages, outcomes
from milepost.store.tables import CustomerRow, JourneyRow, MapVersionRow, OpenPlayRow, OpenStageRow, TaskRow


@dataclass(frozen=True, slots=True)
class DashboardCounts:
    """The counts. `without_journey` customers never began one; `risks`, `stuck` and `blocked` count journeys.

    `overdue` are tasks; `stages` are the open stages by title, in the order of the maps.
    """

    customers: int
    maps: int
    status: Mapping[str, int]
    without_journey: int
    risks: int
    stuck: int
    blocked: int
    verdicts: Mapping[str, int]
    tasks: int
    overdue: int
    messages: Mapping[str, int]
    stages: Mapping[str, int]


async def dashboard_counts(session: AsyncSession, now: Instant) -> DashboardCounts:
    """Counts the whole book; tasks are overdue as of `now`, in journey time."""
    begun = exists().where(JourneyRow.customer_id == CustomerRow.id)
    return DashboardCounts(
        customers=await customers.count(session),
        maps=await session.scalar(select(func.count()).where(MapVersionRow.current.is_(True))) or 0,
        status=await journeys.count_by_status(session),
        without_journey=await session.scalar(select(func.count()).select_from(CustomerRow).where(~begun)) or 0,
        risks=await session.scalar(_risks) or 0,
        stuck=await session.scalar(_stuck) or 0,
        blocked=await session.scalar(_blocked) or 0,
        verdicts=await outcomes.count_by_verdict(session),
        tasks=await session.scalar(select(func.count()).where(TaskRow.status == TaskStatus.OPEN)) or 0,
        overdue=await _overdue(session, now),
        messages=await messages.count_by_status(session),
        stages=await _stages(session),
    )


_risks = select(func.count(func.distinct(OpenPlayRow.journey_id))).where(OpenPlayRow.kind == "risk")
_stuck = select(func.count(func.distinct(OpenStageRow.journey_id))).where(OpenStageRow.stuck.is_(True))

_blocked = select(func.count()).where(JourneyRow.blocked_since.is_not(None))


async def _overdue(session: AsyncSession, now: Instant) -> int:
    """Counts late tasks. Those of paused journeys aren't late: nothing falls due there."""
    late = (
        select(func.count())
        .select_from(TaskRow)
        .join(JourneyRow, JourneyRow.id == TaskRow.journey_id)
        .where(TaskRow.status == TaskStatus.OPEN, TaskRow.due_at < now, JourneyRow.status == JourneyStatus.OPEN)
    )
    return await session.scalar(late) or 0


async def _stages(session: AsyncSession) -> dict[str, int]:
    query = (
        select(OpenStageRow.title, func.count()).group_by(OpenStageRow.title).order_by(func.min(OpenStageRow.position))
    )
    return dict((await session.execute(query)).all())
