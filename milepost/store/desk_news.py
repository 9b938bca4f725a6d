"""What is new for colleagues who want to be told: written with the plan that brought it about, gone once told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from milepost.customer import address_key
from milepost.planner.commands import CloseTask, OpenTask
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import StepStatus, TaskStatus
from milepost.planner.facts import Agreed, Fact
from milepost.planner.ids import TaskId
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.spoken_entries import RequestEscalated
from milepost.planner.state import State
from milepost.planner.timeline import Entry, OutcomeAnswered, StepEscalated, TaskAdded
from milepost.store import absences
from milepost.store.desk_message_tables import DeskMessagesRow, DeskNewsRow
from milepost.store.outcome_tables import OutcomeRow
from milepost.store.table_types import table_of
from milepost.store.tables import CustomerRow, JourneyRow, TaskRow

_news, _messages, _tasks = table_of(DeskNewsRow), table_of(DeskMessagesRow), table_of(TaskRow)
_journeys, _customers, _outcomes = table_of(JourneyRow), table_of(CustomerRow), table_of(OutcomeRow)
MOST = 200
"""News of one person that are told in one go; what is beyond waits for the next."""


class News(StrEnum):
    """What colleagues can be told of."""

    TASK = "task"
    ESCALATED = "escalated"
    DISPUTED = "disputed"


IN_MAIL = frozenset({News.ESCALATED, News.DISPUTED})
"""What a morning mail tells of besides the tasks that are due."""


@dataclass(frozen=True, slots=True)
class _Happened:
    """Something that happened: to whose task of which role, or, with `people`, to whose customer."""

    kind: News
    people: tuple[str, ...]
    role: str
    task: str | None
    step: str | None
    at: Instant


@dataclass(frozen=True, slots=True)
class NewsLine:
    """Something that is new, with what it is about. `is_over`: the task is closed, so nobody need be told."""

    serial: int
    kind: News
    journey: str
    customer: str
    customer_name: str
    task: str | None
    step: str | None
    title: str
    due_at: Instant | None
    is_over: bool


def write(
    session: Session,
    journey: str,
    before: State,
    plan: Plan,
    *,
    compiled_map: CompiledMap,
    facts: Iterable[Fact],
) -> None:
    """Keeps what a plan brought about, from the state `before` and with these facts, for those who want to be told."""
    happened = [*_happened(plan), *_handed(before, plan.state, compiled_map, facts)]
    if not happened:
        return
    wanted = _wanted(session)
    if not wanted:
        return
    stand_ins, rows = absences.load_in_force(session, plan.state.clock), []
    for each in happened:
        for person in dict.fromkeys(each.people):
            stand_in = stand_ins.for_task(person, each.role, plan.state.customer.id)
            address = address_key(stand_in.delegate if stand_in else person)
            for_mail, for_chat = wanted.get(address, (False, ()))
            tells = (for_mail and each.kind in IN_MAIL, each.kind in for_chat)
            if any(tells):
                about = {"journey_id": journey, "task": each.task, "step": each.step, "at": each.at}
                rows.append({"address": address, "kind": each.kind} | about | dict(zip(_TOLD, tells, strict=True)))
    if rows:
        session.connection().execute(_news.insert(), rows)


_TOLD = ("for_mail", "for_chat")


def _wanted(session: Session) -> dict[str, tuple[bool, Collection[str]]]:
    """Returns who wants a morning mail, and which kinds in a chat, by address."""
    columns = (_messages.c.address, _messages.c.next_at, _messages.c.chat, _messages.c.chat_stopped)
    rows = session.connection().execute(select(*columns, _messages.c.chat_about))
    return {
        row.address: (row.next_at is not None, row.chat_about if row.chat and not row.chat_stopped else ())
        for row in rows
    }


def _happened(plan: Plan) -> Iterator[_Happened]:
    closed = {command.task for command in plan.commands if isinstance(command, CloseTask)}
    own = {(entry.step, entry.by) for entry in plan.timeline if isinstance(entry, TaskAdded)}
    for command in plan.commands:
        if not isinstance(command, OpenTask) or not command.person or command.task in closed:
            continue
        if (command.step, command.person) not in own:  # who adds a task of their own knows it
            yield _Happened(News.TASK, (command.person,), command.role, command.task, command.step, command.at)
    for entry in plan.timeline:
        yield from _told_by(entry, plan.state)


def _handed(before: State, state: State, compiled_map: CompiledMap, facts: Iterable[Fact]) -> Iterator[_Happened]:
    """Yields the open tasks that somebody else agreed with a colleague to be theirs."""
    for fact in facts:
        for step, agreed in fact.steps.items() if isinstance(fact, Agreed) else ():
            person, record, compiled = agreed.get("person"), state.step(step), compiled_map.steps.get(step)
            if compiled is None or compiled.role is None or not isinstance(person, str):
                continue
            had = before.step(step).person or before.customer.team.get(compiled.role)
            is_theirs = record.is_open and before.step(step).is_open and record.person == person
            if is_theirs and person not in (had, fact.by):
                task = str(TaskId(step, record.occurrence))
                yield _Happened(News.TASK, (person,), compiled.role, task, step, state.clock)


def _told_by(entry: Entry, state: State) -> Iterator[_Happened]:
    team = state.customer.team
    match entry:
        case StepEscalated() if entry.role in team:
            task = str(TaskId(entry.step, entry.occurrence))
            yield _Happened(News.ESCALATED, (team[entry.role],), entry.role, task, entry.step, entry.at)
        case RequestEscalated() if entry.role in team:
            for task, record in state.tasks.items():
                if (record.about, record.escalated_to) == (entry.step, entry.role):
                    yield _Happened(News.ESCALATED, (team[entry.role],), entry.role, task, None, entry.at)
        case OutcomeAnswered() if entry.verdict == StepStatus.DISPUTED:
            yield _Happened(News.DISPUTED, tuple(team.values()), "", None, entry.step, entry.at)


def load(session: Session, address: str, told: str, limit: int = MOST) -> list[NewsLine]:
    """Returns what a person is to be told, by `for_mail` or by `for_chat`, the oldest first."""
    query = (
        select(_news, _journeys.c.customer_id, _customers.c.name, _tasks.c.title, _tasks.c.due_at, _tasks.c.status)
        .join(_journeys, _journeys.c.id == _news.c.journey_id)
        .join(_customers, _customers.c.id == _journeys.c.customer_id)
        .outerjoin(_tasks, and_(_tasks.c.journey_id == _news.c.journey_id, _tasks.c.task == _news.c.task))
        .where(_news.c.address == address, _news.c[told].is_(True))
        .order_by(_news.c.serial)
        .limit(limit)
    )
    rows = session.connection().execute(query).mappings().all()
    statements = _statements(session, [row for row in rows if row["task"] is None])
    return [_line(row, statements) for row in rows]


def _statements(session: Session, rows: Sequence[Mapping[Any, Any]]) -> dict[tuple[str, str], str]:
    journeys = sorted({row["journey_id"] for row in rows})
    columns = (_outcomes.c.journey_id, _outcomes.c.outcome, _outcomes.c.statement)
    found = session.connection().execute(
        select(*columns).where(_outcomes.c.journey_id.in_(journeys)).order_by(_outcomes.c.occurrence)
    )
    return {(row[0], row[1]): row[2] for row in found}


def _line(row: Mapping[Any, Any], statements: Mapping[tuple[str, str], str]) -> NewsLine:
    is_over = row["task"] is not None and row["status"] != TaskStatus.OPEN
    title = row["title"] if row["task"] is not None else statements.get((row["journey_id"], row["step"]))
    return NewsLine(
        serial=row["serial"],
        kind=News(row["kind"]),
        journey=row["journey_id"],
        customer=row["customer_id"],
        customer_name=row["name"],
        task=row["task"],
        step=row["step"],
        title=title or row["step"] or "",
        due_at=row["due_at"],
        is_over=is_over,
    )


def mark_told(session: Session, serials: Sequence[int], told: str) -> None:
    """Notes that this was told, by `for_mail` or by `for_chat`, or needn't be; what is told both ways goes."""
    for start in range(0, len(serials), MOST):
        these = _news.c.serial.in_(serials[start : start + MOST])
        session.connection().execute(update(_news).where(these).values({told: False}))
        over = (_news.c.for_mail.is_(False), _news.c.for_chat.is_(False))
        session.connection().execute(delete(_news).where(these, *over))


def drop(session: Session, address: str, told: str) -> None:
    """Drops what a person would have been told, by `for_mail` or by `for_chat`."""
    serials = session.scalars(select(_news.c.serial).where(_news.c.address == address, _news.c[told].is_(True))).all()
    mark_told(session, serials, told)
