"""The account of a rehearsal: what happened to a book of customers, and where it would need somebody."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.demo.account import Account, read_account
from milepost.planner.enums import HoldReason, StepStatus
from milepost.planner.instants import Instant, moment
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.messages import MessageStatus
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow, OpenStageRow, OutcomeRow, TaskRow


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody should look at before it is real: `what` it is, whom it is about, and why."""

    what: str
    customer: str
    why: str


@dataclass(frozen=True, slots=True)
class RehearsalAccount:
    """What came of everybody.

    `mails` are by map and message, `tasks` by role and week (the Monday): how many, and the minutes that they take.
    `outcomes` are by their id and status.
    """

    customers: Account
    mails: Counter[tuple[str, str]]
    tasks: dict[tuple[str, str], tuple[int, int]]
    outcomes: Counter[tuple[str, str]]
    concerns: tuple[Concern, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "customers": len(self.customers.customers),
            "journeys": dict(self.customers.states),
            "mails": [{"map": map_id, "message": name, "sent": n} for (map_id, name), n in sorted(self.mails.items())],
            "tasks": [
                {"week": week, "role": role, "tasks": tasks, "minutes": minutes}
                for (week, role), (tasks, minutes) in sorted(self.tasks.items())
            ],
            "outcomes": [
                {"outcome": outcome, "status": status, "count": n}
                for (outcome, status), n in sorted(self.outcomes.items())
            ],
            "concerns": [asdict(each) for each in self.concerns],
        }


async def read_rehearsal(store: Store, compiled_maps: CompiledMaps) -> RehearsalAccount:
    """Reads the whole store."""
    account = await read_account(store, compiled_maps)
    async with store.reading() as session:
        return RehearsalAccount(
            account, await _mails(session), await _tasks(session), await _outcomes(session), await _concerns(session)
        )


async def _mails(session: AsyncSession) -> Counter[tuple[str, str]]:
    query = select(JourneyRow.map, MessageRow.template).join(JourneyRow, JourneyRow.id == MessageRow.journey_id)
    return Counter((map_id, template) for map_id, template in await session.execute(query))


async def _tasks(session: AsyncSession) -> dict[tuple[str, str], tuple[int, int]]:
    weeks: dict[tuple[str, str], tuple[int, int]] = {}
    for role, opened_at, minutes in await session.execute(
        select(TaskRow.role, TaskRow.opened_at, TaskRow.effort_minutes)
    ):
        key = (_monday(opened_at), role)
        count, sum_ = weeks.get(key, (0, 0))
        weeks[key] = (count + 1, sum_ + (minutes or 0))
    return weeks


async def _outcomes(session: AsyncSession) -> Counter[tuple[str, str]]:
    query = select(OutcomeRow.outcome, OutcomeRow.status)
    return Counter((outcome, status) for outcome, status in await session.execute(query))


async def _concerns(session: AsyncSession) -> tuple[Concern, ...]:
    """Returns what somebody should look at, the gravest kinds first."""
    of_journey = JourneyRow.customer_id == CustomerRow.id
    queries = {
        "blocked": select(CustomerRow.name, JourneyRow.blocked_why).join(JourneyRow, of_journey).where(
            JourneyRow.blocked_since.is_not(None)
        ),
        "no map": select(CustomerRow.name, CustomerRow.unmatched_why).where(CustomerRow.unmatched_why.is_not(None)),
        "message failed": select(CustomerRow.name, MessageRow.last_error)
        .join(MessageRow, MessageRow.customer_id == CustomerRow.id)
        .where(MessageRow.status == MessageStatus.FAILED),
        "value missing": select(CustomerRow.name, HeldMessageRow.template)
        .join(HeldMessageRow, HeldMessageRow.customer_id == CustomerRow.id)
        .where(HeldMessageRow.why == HoldReason.VALUE),
        "nobody to write to": select(CustomerRow.name, HeldMessageRow.template)
        .join(HeldMessageRow, HeldMessageRow.customer_id == CustomerRow.id)
        .where(HeldMessageRow.why == HoldReason.CONTACT),
        "stuck": select(CustomerRow.name, OpenStageRow.title)
        .join(JourneyRow, of_journey)
        .join(OpenStageRow, OpenStageRow.journey_id == JourneyRow.id)
        .where(OpenStageRow.stuck.is_(True)),
        "silent": select(CustomerRow.name, OutcomeRow.outcome)
        .join(OutcomeRow, OutcomeRow.customer_id == CustomerRow.id)
        .where(OutcomeRow.status == StepStatus.SILENT),
    }  # fmt: skip
    concerns = []
    for what, query in queries.items():
        rows = sorted((name, why or "") for name, why in await session.execute(query.distinct()))
        concerns += [Concern(what, name, why) for name, why in rows]
    return tuple(concerns)


def _monday(at: Instant) -> str:
    year, week, _ = moment(at).date().isocalendar()
    return moment(at).date().fromisocalendar(year, week, 1).isoformat()
