"""All that can be told of one customer, gathered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.cli.support.database import now_of
from milepost.customer import Customer
from milepost.explain.future_sentences import with_outlook_sentence
from milepost.explain.sentences import Wording, version_said
from milepost.explain.waits import WaitingStep, waiting_for
from milepost.intake.context import customer_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant, text
from milepost.planner.open_tasks import Task, open_tasks
from milepost.planner.outlook import Forecast, forecast
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.store import customers, facts, journeys, maps, outcomes, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.outcomes import OutcomeLine
from milepost.store.tables import FactRow, JourneyRow


@dataclass(frozen=True, slots=True)
class Running:
    """A journey, with the planner's view of it. `zone` is whose clock its sentences tell.

    `versions` are the numbers of its map's versions by their hash; `underway` was told to it and is not with it yet.
    """

    row: JourneyRow
    compiled_map: CompiledMap
    state: State
    zone: str
    tasks: tuple[Task, ...]
    standing: tuple[WaitingStep, ...]
    outcomes: list[OutcomeLine]
    happened: list[Entry]
    ahead: Forecast
    versions: Mapping[str, int]
    underway: list[FactRow]

    @property
    def version(self) -> str:
        """Which version of its map the journey is on, as people read of it."""
        return version_said(self.number, self.row.version)

    @property
    def number(self) -> int:
        """The number of the version that the journey is on."""
        return self.versions[self.row.version]

    @property
    def say(self) -> Wording:
        """How the journey is spoken of."""
        return Wording(self.compiled_map, self.zone, self.versions)

    @property
    def stages(self) -> list[str]:
        """The ids of the open stages, in the order of the map."""
        return [stage for stage in self.compiled_map.stages if self.state.stage(stage).status == "open"]

    @property
    def plays(self) -> list[str]:
        """The ids of the open plays, in the order of the map."""
        return [play for play in self.compiled_map.plays if self.state.play(play).status == "open"]

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "journey": row.id,
            "blocked": None
            if row.blocked_since is None
            else {"since": text(row.blocked_since), "why": row.blocked_why},
            "map": row.map,
            "version": row.version,
            "version_number": self.number,
            "status": row.status,
            "reason": row.reason,
            "started_at": text(row.started_at),
            "ended_at": _written(row.ended_at),
            "stages": self.stages,
            "plays": self.plays,
            "steps": [_waits(each) for each in self.standing],
            "tasks": [_task(each) for each in self.tasks],
            "outcomes": [_outcome(each) for each in self.outcomes],
            "timeline": [{**entry.to_json(), "text": self.say.sentence(entry)} for entry in self.happened],
            "next": [with_outlook_sentence(self.say, entry) for entry in self.ahead.entries],
            "not_yet_taken_in": [row.data for row in self.underway],
        }


@dataclass(frozen=True, slots=True)
class Picture:
    """A customer, and the journey it is on or was on last."""

    customer: Customer
    unmatched_why: str | None
    now: Instant
    journey: Running | None

    def to_json(self) -> dict[str, Any]:
        return {
            "customer": self.customer.to_json(),
            "unmatched_why": self.unmatched_why,
            "now": text(self.now),
            "journey": self.journey.to_json() if self.journey else None,
        }


async def look(store: Store, customer: str, last: int, timezone: str | None) -> Picture:
    """Gather it; `last` is how many happenings, `timezone` whose clock (None: the customer's).

    Raises:
        UnknownCustomerError: there is none of this id; the nearest is suggested.
    """
    async with store.reading() as session:
        known = await customer_of(session, customer)
        record = await customers.get_row(session, customer)
        now = await now_of(session)
        row = await journeys.latest_of(session, customer)
        running = None
        if row is not None:
            compiled_map = await CompiledMaps(store).of(row.version)
            running = await _running(session, row, compiled_map, now, last, timezone or known.timezone)
    return Picture(known, record.unmatched_why, now, running)


async def _running(  # noqa: PLR0917 - gathered in one place
    session: AsyncSession, row: JourneyRow, compiled_map: CompiledMap, now: Instant, last: int, zone: str
) -> Running:
    state = State.from_json(row.state)
    happened = [timeline.entry_of(each) for each in await timeline.of_journey(session, row.id)]
    begun = state.begun  # before its first plan there is nothing to see
    return Running(
        row=row,
        compiled_map=compiled_map,
        state=state,
        zone=zone,
        tasks=open_tasks(compiled_map, state) if begun else (),
        standing=waiting_for(compiled_map, state, now, zone) if begun else (),
        outcomes=await outcomes.of_journey(session, row.id),
        happened=happened[len(happened) - last :] if last < len(happened) else happened,
        ahead=forecast(compiled_map, state, now),
        versions={each.hash: each.number for each in await maps.versions(session, row.map)},
        underway=[fact for fact in await facts.pending_of(session, [row.customer_id]) if fact.journey_id == row.id],
    )


def _written(at: Instant | None) -> str | None:
    return None if at is None else text(at)


def _waits(each: WaitingStep) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "in": each.container,
        "status": each.status,
        "waits_for": each.waits_for,
        "due_at": _written(each.due_at),
        "overdue": each.overdue,
    }


def _task(each: Task) -> dict[str, Any]:
    return {
        "task": each.task,
        "title": each.title,
        "role": each.role,
        "person": each.person,
        "due_at": _written(each.due_at),
        "results": list(each.results),
    }


def _outcome(each: OutcomeLine) -> dict[str, Any]:
    last = each.last
    return {
        "outcome": each.outcome.outcome,
        "occurrence": each.outcome.occurrence,
        "statement": each.outcome.statement,
        "status": each.outcome.status,
        "verdict": last.verdict if last else None,
        "value": last.value if last else None,
        "by": last.said_by if last else None,
        "at": text(last.at) if last else None,
    }
