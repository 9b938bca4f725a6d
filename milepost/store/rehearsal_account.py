"""A rehearsal's store: when it began, what happened to its book of customers, and where it would need somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.clock import REAL_TIME
from milepost.planner.enums import HoldReason, JourneyStatus, StepStatus
from milepost.planner.instants import Instant, moment
from milepost.store import clock, customers, maps
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.messages import MessageStatus
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.tables import CustomerRow, JourneyRow, MessageRow, OpenStageRow, TaskRow

REHEARSED = "rehearsed"
"""Why the maps of a rehearsal were published: the mark by which its store is known."""
COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody should look at before it is real: `what` it is, whom it is about, and why."""

    what: str
    customer_id: str
    customer: str
    why: str


@dataclass(frozen=True, slots=True)
class RehearsalAccount:
    """What came of everybody.

    `customers` counts them, `journeys` those in each state: open, paused, completed or lost.
    `mails` are by map and message, `tasks` by role and week (the Monday): how many, and the minutes that they take.
    `outcomes` are by their id and status.
    """

    customers: int
    journeys: Counter[str]
    mails: Counter[tuple[str, str]]
    tasks: dict[tuple[str, str], tuple[int, int]]
    outcomes: Counter[tuple[str, str]]
    concerns: tuple[Concern, ...]

    @property
    def task_rows(self) -> list[tuple[str, str, int, str]]:
        """Week, role, number of tasks and hours, in order."""
        return [
            (week, role, number, f"{minutes / 60:.1f}")
            for (week, role), (number, minutes) in sorted(self.tasks.items())
        ]

    @property
    def outcome_rows(self) -> list[tuple[str, str, int]]:
        """Outcome, status and count, in order."""
        return [(outcome, status, number) for (outcome, status), number in sorted(self.outcomes.items())]

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> RehearsalAccount:
        """Reads what `to_json` wrote."""
        return RehearsalAccount(
            data["customers"],
            Counter(data["journeys"]),
            Counter({(each["map"], each["message"]): each["sent"] for each in data["mails"]}),
            {(each["week"], each["role"]): (each["tasks"], each["minutes"]) for each in data["tasks"]},
            Counter({(each["outcome"], each["status"]): each["count"] for each in data["outcomes"]}),
            tuple(Concern(**each) for each in data["concerns"]),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "customers": self.customers,
            "journeys": dict(self.journeys),
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


async def began_at(session: AsyncSession) -> Instant | None:
    """Returns the journey time at which the rehearsal began; None in a store that isn't one's."""
    if await clock.read(session) == REAL_TIME:
        return None
    published = [row.published_at for row in await maps.current(session) if row.why == REHEARSED]
    return min(published, default=None)


async def read_rehearsal(session: AsyncSession) -> RehearsalAccount:
    """Reads the whole store."""
    return RehearsalAccount(
        await customers.count(session),
        await _journeys(session),
        await _mails(session),
        await _tasks(session),
        await _outcomes(session),
        await _concerns(session),
    )


async def _journeys(session: AsyncSession) -> Counter[str]:
    states: Counter[str] = Counter()
    query = select(JourneyRow.status, JourneyRow.reason, func.count()).group_by(JourneyRow.status, JourneyRow.reason)
    for status, reason, number in await session.execute(query):
        ended = COMPLETED if reason == COMPLETED else "lost"
        states[ended if status == JourneyStatus.ENDED else status] += number
    return states


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
        "blocked": select(CustomerRow.id, CustomerRow.name, JourneyRow.blocked_why).join(JourneyRow, of_journey).where(
            JourneyRow.blocked_since.is_not(None)
        ),
        "no map": select(CustomerRow.id, CustomerRow.name, CustomerRow.unmatched_why).where(
            CustomerRow.unmatched_why.is_not(None)
        ),
        "message failed": select(CustomerRow.id, CustomerRow.name, MessageRow.last_error)
        .join(MessageRow, MessageRow.customer_id == CustomerRow.id)
        .where(MessageRow.status == MessageStatus.FAILED),
        "value missing": select(CustomerRow.id, CustomerRow.name, HeldMessageRow.template)
        .join(HeldMessageRow, HeldMessageRow.customer_id == CustomerRow.id)
        .where(HeldMessageRow.why == HoldReason.VALUE),
        "nobody to write to": select(CustomerRow.id, CustomerRow.name, HeldMessageRow.template)
        .join(HeldMessageRow, HeldMessageRow.customer_id == CustomerRow.id)
        .where(HeldMessageRow.why == HoldReason.CONTACT),
        "stuck": select(CustomerRow.id, CustomerRow.name, OpenStageRow.title)
        .join(JourneyRow, of_journey)
        .join(OpenStageRow, OpenStageRow.journey_id == JourneyRow.id)
        .where(OpenStageRow.stuck.is_(True)),
        "silent": select(CustomerRow.id, CustomerRow.name, OutcomeRow.outcome)
        .join(OutcomeRow, OutcomeRow.customer_id == CustomerRow.id)
        .where(OutcomeRow.status == StepStatus.SILENT),
    }  # fmt: skip
    concerns = []
    for what, query in queries.items():
        found = [Concern(what, id_, name, why or "") for id_, name, why in await session.execute(query.distinct())]
        concerns += sorted(found, key=lambda each: (each.customer, each.why))
    return tuple(concerns)


def _monday(at: Instant) -> str:
    year, week, _ = moment(at).date().isocalendar()
    return moment(at).date().fromisocalendar(year, week, 1).isoformat()
