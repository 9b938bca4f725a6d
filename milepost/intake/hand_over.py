"""What is handed over to another colleague for good, and what would move. `hand_over_runs` does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.intake.colleagues import check_colleague, check_customers
from milepost.intake.context import IntakeContext
from milepost.planner.colleague_checks import check_hand_over
from milepost.planner.facts import HandedOver
from milepost.planner.hand_over import agreed_steps, roles_of
from milepost.planner.instants import Instant, optional_text
from milepost.planner.state import State
from milepost.store import absences, customers, hand_overs, journeys, tasks
from milepost.store.stand_ins import Absence
from milepost.store.tasks import TaskLine


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is to be handed over: all that `former` has, or only these roles, or only of these customers, to `to`.

    `introduce` lets the maps introduce the new colleague to the customers.
    """

    former: str
    to: str
    roles: tuple[str, ...] | None = None
    customers: tuple[str, ...] | None = None
    introduce: bool = False

    def fact(self, fact_id: str, at: Instant, by: str | None) -> HandedOver:
        """The fact that tells one customer's journey."""
        introduce = True if self.introduce else None
        return HandedOver(
            id=fact_id, at=at, by=by, former=self.former, to=self.to, roles=self.roles, introduce=introduce
        )


@dataclass(frozen=True, slots=True)
class Meeting:
    """A task with guests whose date was agreed on: they should hear that somebody else comes."""

    customer: str
    task: str
    title: str
    due_at: Instant | None


@dataclass(frozen=True, slots=True)
class Moving:
    """What moves of one customer: roles, open tasks, and agreements about tasks (`agreed`, their steps).

    `introduces` tells whether the customer's map has an introduction; None: there is no open journey.
    """

    customer: str
    name: str
    roles: tuple[str, ...]
    tasks: tuple[TaskLine, ...]
    agreed: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    introduces: bool | None


@dataclass(frozen=True, slots=True)
class Load:
    """What a colleague has now: customers, open tasks, and the minutes that those take, as far as maps say."""

    customers: int
    tasks: int
    minutes: int


@dataclass(frozen=True, slots=True)
class HandOverPreview:
    """What would move, by customer; `maps` are those that the former colleague owns, which don't.

    `load` is what the new colleague has already, `away` an absence of theirs that runs now.
    """

    hand_over: HandOver
    customers: tuple[Moving, ...]
    maps: tuple[str, ...]
    load: Load
    away: Absence | None

    def to_json(self) -> dict[str, Any]:
        """What would move, as commands and the API show it."""
        return {
            "former": self.hand_over.former,
            "to": self.hand_over.to,
            "customers": [
                {
                    "customer": each.customer,
                    "name": each.name,
                    "roles": list(each.roles),
                    "tasks": [line.task.task for line in each.tasks],
                    "agreed": list(each.agreed),
                }
                for each in self.customers
            ],
            "roles": self.roles,
            "tasks": len(self.tasks),
            "minutes": self.minutes,
            "meetings": [
                {
                    "customer": meeting.customer,
                    "task": meeting.task,
                    "title": meeting.title,
                    "due_at": optional_text(meeting.due_at),
                }
                for meeting in self.meetings
            ],
            "maps": list(self.maps),
            "without_introduction": self.without_introduction if self.hand_over.introduce else None,
        }

    @property
    def tasks(self) -> tuple[TaskLine, ...]:
        return tuple(line for each in self.customers for line in each.tasks)

    @property
    def meetings(self) -> tuple[Meeting, ...]:
        return tuple(meeting for each in self.customers for meeting in each.meetings)

    @property
    def minutes(self) -> int:
        """The minutes that the open tasks take, as far as maps say."""
        return minutes_of(self.tasks)

    @property
    def roles(self) -> dict[str, int]:
        """How many customers each role moves of."""
        names = [role for each in self.customers for role in each.roles]
        return {name: names.count(name) for name in dict.fromkeys(names)}

    @property
    def without_introduction(self) -> int:
        """How many customers have a journey on a map that introduces nobody."""
        return sum(each.introduces is False for each in self.customers)


def minutes_of(lines: Sequence[TaskLine]) -> int:
    """Returns the minutes that tasks take, as far as maps say."""
    return sum(line.task.effort_minutes or 0 for line in lines)


async def preview(context: IntakeContext, hand_over: HandOver) -> HandOverPreview:
    """Returns what a hand-over would move.

    Raises:
        InvalidFactError: an address can't be one, or both are the same.
        UnknownColleagueError: nobody knows the former colleague.
        UnknownCustomerError: there is no such customer.
        NotTheirCustomersError: a customer isn't the former colleague's.
    """
    check_hand_over(None, hand_over.fact("preview", 0, None))
    await check_colleague(context, hand_over.former)
    if hand_over.customers is not None:
        await check_customers(context, hand_over.former, hand_over.customers)
    async with context.store.reading() as session:
        moving = await session.run_sync(partial(_moving, context, hand_over))
        in_force = await absences.in_force(session, context.now())
        load = await session.run_sync(partial(_load, hand_over.to))
    current = await context.compiled_maps.readable()
    owned = (each.map.map for each in current if each.map.owner.strip().lower() == hand_over.former.strip().lower())
    away = next(iter(in_force.of_person(hand_over.to)), None)
    return HandOverPreview(hand_over, tuple(moving), tuple(sorted(owned)), load, away)


def still_theirs(context: IntakeContext, hand_over: HandOver, session: Session) -> list[str]:
    """Returns which of the customers of a hand-over have anything of the former colleague now."""
    return [each.customer for each in _moving(context, hand_over, session)]


def _moving(context: IntakeContext, hand_over: HandOver, session: Session) -> list[Moving]:
    named = hand_over.customers
    ids = hand_overs.customers_of(session, hand_over.former) if named is None else sorted(named)
    running = {row.customer_id: row for row in journeys.load_open(session, ids)}
    lines = tasks.load_of_person(session, hand_over.former)
    found: list[Moving] = []
    for record in customers.load_all(session, ids):
        row = running.get(record.id)
        roles = roles_of(record.team, hand_over.former, hand_over.roles)
        compiled_map = None if row is None else context.compiled_maps.load(session, row.version)
        state = None if row is None else State.from_json(row.state)
        agreed: tuple[str, ...] = ()
        introduces = None
        if compiled_map is not None and state is not None:
            agreed = tuple(agreed_steps(compiled_map, state, hand_over.former, hand_over.roles))
            introduces = compiled_map.map.introduction is not None
        own = tuple(
            each for each in lines.get(record.id, ()) if not hand_over.roles or each.task.role in hand_over.roles
        )
        if roles or agreed:
            meetings = tuple(_meetings(state, own)) if state is not None else ()
            found.append(Moving(record.id, record.name, roles, own, agreed, meetings, introduces))
    return found


def _meetings(state: State, lines: Sequence[TaskLine]) -> Iterator[Meeting]:
    for line in lines:
        task = line.task
        if task.invite and task.step is not None and state.step(task.step).due_agreed:
            yield Meeting(task.customer_id, task.task, task.title, task.due_at)


def _load(person: str, session: Session) -> Load:
    lines = [line for own in tasks.load_of_person(session, person).values() for line in own]
    return Load(len(hand_overs.on_teams(session, person)), len(lines), minutes_of(lines))
