"""The figures on the start page: journeys, outcomes, tasks and messages of the whole book, by status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.language.field_types import Verdict
from milepost.planner.enums import JourneyStatus, StepStatus
from milepost.planner.instants import Instant
from milepost.store import messages, tasks
from milepost.store.keyset import Query
from milepost.store.outcome_tables import AnswerRow
from milepost.store.rows import count_up_to
from milepost.store.tables import CustomerRow, JourneyRow, MapVersionRow, OpenPlayRow, OpenStageRow
from milepost.store.tasks import TaskFilter

MOST_COUNTED = 100_000
"""Things that a figure counts; then there are more than that."""


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
    """Counts the whole book, of each figure up to `MOST_COUNTED`; tasks are overdue as of `now`, in journey time."""

    async def count(query: Query) -> int:
        return await count_up_to(session, query, MOST_COUNTED)

    verdicts = {verdict: await count(_answers(verdict)) for verdict in (*Verdict, StepStatus.SILENT)}
    return DashboardCounts(
        customers=await count(select(CustomerRow.id)),
        maps=await session.scalar(select(func.count()).where(MapVersionRow.current.is_(True))) or 0,
        status={each: await count(select(JourneyRow.id).where(JourneyRow.status == each)) for each in JourneyStatus},
        without_journey=await count(select(CustomerRow.id).where(CustomerRow.latest_journey.is_(None))),
        risks=await count(select(OpenPlayRow.journey_id).where(OpenPlayRow.kind == "risk").distinct()),
        stuck=await count(select(OpenStageRow.journey_id).where(OpenStageRow.stuck.is_(True)).distinct()),
        blocked=await count(select(JourneyRow.id).where(JourneyRow.blocked_since.is_not(None))),
        verdicts=verdicts,
        tasks=await tasks.count_open(session, TaskFilter(), MOST_COUNTED),
        overdue=await tasks.count_open(session, TaskFilter(before=now), MOST_COUNTED),
        messages=await messages.count_by_status(session, MOST_COUNTED),
        stages=await _stages(session),
    )


def _answers(verdict: str) -> Query:
    return select(AnswerRow.answer).where(AnswerRow.verdict == verdict, AnswerRow.revoked_at.is_(None))


async def _stages(session: AsyncSession) -> dict[str, int]:
    query = (
        select(OpenStageRow.title, func.count()).group_by(OpenStageRow.title).order_by(func.min(OpenStageRow.position))
    )
    return dict((await session.execute(query)).all())
