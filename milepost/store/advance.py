"""Writes a plan: the rows of one journey become equal to its state, by content and never by increment.

After a crash between this transaction and the end of the workflow task the advance runs again, from the same state and
perhaps with more facts. So nothing is added up here: rows that an earlier attempt at the same revision wrote, and that
this plan doesn't have, are taken back; all others are set to what the plan says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import SystemTaskReason
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import MapChanged, MessageSent
from milepost.store import customers
from milepost.store.advance_outcomes import CONSTANT, desired_answers, desired_outcomes
from milepost.store.advance_tasks import desired_tasks
from milepost.store.errors import StaleRevisionError, UnknownJourneyError
from milepost.store.make_equal import JourneyPart, make_equal
from milepost.store.messages import MessageStatus
from milepost.store.tables import (
    AnswerRow,
    JourneyRow,
    MessageRow,
    OpenPlayRow,
    OpenStageRow,
    OutcomeRow,
    TaskRow,
    TimelineRow,
)

Desired = tuple[type[JourneyPart], Iterator[dict[str, Any]], ColumnElement[bool], Collection[str]]


async def write_plan(
    session: AsyncSession, journey_id: str, before: State, plan: Plan, compiled_map: CompiledMap
) -> JourneyRow:
    """Makes the rows of the journey equal to `plan`, made from `before` on `compiled_map`, in a `Store.transaction`.

    Raises:
        UnknownJourneyError: no journey has this id; its customer may have been forgotten meanwhile.
        StaleRevisionError: a later plan, or a later attempt at this one, has been written; nothing is changed.
    """
    journey = await session.get(JourneyRow, journey_id, populate_existing=True, with_for_update=True)
    if journey is None:
        raise UnknownJourneyError(journey_id)
    state = plan.state
    stored, late = (journey.revision, journey.clock), (state.revision, state.clock)
    if stored > late:
        raise StaleRevisionError(journey_id, stored, late)
    written = State.from_json(journey.state).customer if journey.revision == state.revision else before.customer
    await _write_timeline(session, journey_id, plan)
    for kind, desired, stale, fixed in _desired(before, plan, compiled_map):
        await make_equal(session, kind, journey_id, desired, stale=stale, fixed=fixed)
    await _write_answers(session, journey_id, plan)
    await _write_customer(session, (before.customer, written), state)
    _write_mirror(journey, plan)
    await session.flush()
    return journey


def _desired(before: State, plan: Plan, compiled_map: CompiledMap) -> Iterator[Desired]:
    """Yields the rows by kind; which others an earlier attempt at this plan left behind; and columns that stay."""
    state = plan.state
    # Nothing was sent of what is taken back: a delivery begins when the attempt that ordered it has ended well.
    queued = (MessageRow.revision >= state.revision) & (MessageRow.status == MessageStatus.QUEUED)
    yield MessageRow, desired_messages(before, plan), queued, ("status", "attempts")
    opened = TaskRow.opened_revision >= state.revision
    yield TaskRow, desired_tasks(before, plan, compiled_map), opened, ("opened_revision",)
    begun = OutcomeRow.revision >= state.revision
    yield OutcomeRow, desired_outcomes(before, plan, compiled_map), begun, CONSTANT
    yield OpenStageRow, desired_stages(state, compiled_map), true(), ()
    yield OpenPlayRow, desired_plays(state, compiled_map), true(), ()


async def _write_timeline(session: AsyncSession, journey: str, plan: Plan) -> None:
    first = plan.state.entries - len(plan.timeline)
    await session.execute(delete(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.seq >= first))
    rows = [
        {"journey_id": journey, "seq": seq, "at": entry.at, "kind": entry.kind, "data": entry.data()}
        for seq, entry in enumerate(plan.timeline, first)
    ]
    if rows:
        await session.execute(insert(TimelineRow), rows)


async def _write_answers(session: AsyncSession, journey: str, plan: Plan) -> None:
    query = select(AnswerRow).where(AnswerRow.journey_id == journey).execution_options(populate_existing=True)
    stored = [
        {column.name: getattr(row, column.name) for column in AnswerRow.__table__.c if column.name != "journey_id"}
        for row in await session.scalars(query)
    ]
    await make_equal(session, AnswerRow, journey, desired_answers(stored, plan), stale=true())


def desired_messages(before: State, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yields the rows of all messages that a plan sends: queued, each on the version of the map that ordered it."""
    version, sent = before.version, {}
    for entry in plan.timeline:
        if isinstance(entry, MapChanged):
            version = entry.to
        elif isinstance(entry, MessageSent):
            sent[entry.message] = (entry.at, version)
    for command in plan.commands:
        if isinstance(command, SendMessage):
            at, of_version = sent.get(command.message, (plan.state.clock, plan.state.version))
            yield {
                "message": command.message,
                "customer_id": plan.state.customer.id,
                "version": of_version,
                "revision": plan.state.revision,
                "at": at,
                "reason": command.reason,
                "template": command.template,
                "persona": command.persona,
                "contact": command.contact,
                "steps": list(command.steps),
                "templates": list(command.templates),
                "status": "queued",
                "attempts": 0,
            }


def desired_stages(state: State, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """Yields the rows of the stages that a journey is in."""
    stuck = {task.about for task in state.tasks.values() if task.why == SystemTaskReason.STUCK}
    for stage_id, compiled in compiled_map.stages.items():
        stage = state.stage(stage_id)
        if stage.is_open and not state.ended:
            yield {
                "stage": stage_id,
                "position": compiled.position,
                "title": compiled.stage.title,
                "opened_at": stage.opened_at,
                "target_at": stage.target_at,
                "stuck": stage_id in stuck,
            }


def desired_plays(state: State, compiled_map: CompiledMap) -> Iterator[dict[str, Any]]:
    """Yields the rows of the plays that run in a journey."""
    for play_id, compiled in compiled_map.plays.items():
        play = state.play(play_id)
        if play.is_open and not state.ended:
            yield {
                "play": play_id,
                "position": compiled.position,
                "kind": compiled.play.kind,
                "title": compiled.play.title,
                "started_at": play.started_at,
            }


async def _write_customer(session: AsyncSession, earlier: tuple[Customer, Customer], state: State) -> None:
    """Records what the journey changed about the customer, and nothing else: the rest of the record may be newer.

    `earlier` are the customer before this plan, and as an earlier attempt at this plan wrote it.
    """
    now, after = state.customer, _attributes(state.customer)
    before = [_attributes(customer) for customer in earlier]
    names = set(after).union(*before)
    changed = {
        name: after.get(name)
        for name in sorted(names)
        if any(attributes.get(name) != after.get(name) for attributes in before)
    }
    if changed:
        await customers.set_attributes(session, now.id, changed, state.clock)
    if any(customer.contacts != now.contacts for customer in earlier):
        await customers.write_contacts(session, {now.id: now.contacts})
    if any(dict(customer.team) != dict(now.team) for customer in earlier):
        (await customers.get_row(session, now.id)).team = dict(now.team)


def _attributes(customer: Customer) -> dict[str, Any]:
    return {**customer.attributes, **{name: getattr(customer, name) for name in BUILT_IN_ATTRIBUTES}}


def _write_mirror(journey: JourneyRow, plan: Plan) -> None:
    state = plan.state
    journey.map = state.map
    journey.version = state.version
    journey.status = state.status
    journey.reason = state.reason
    journey.ended_at = state.ended_at
    journey.wake_at = plan.wake_at
    journey.state = state.to_json()
    journey.revision = state.revision
    journey.clock = state.clock
    journey.updated_at = state.clock
    journey.blocked_since = journey.blocked_why = None
