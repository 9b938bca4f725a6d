"""Writing a plan: the store's rows of one journey become equal to its state, by content and not by increment.

A crash between this transaction and the end of the workflow task runs the advance again, from the same earlier
state and perhaps with more facts. So nothing is added up here: what an earlier attempt at the same revision wrote and
this one does not contain is taken back, all else is set to what the plan says.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.timeline import Kind
from milepost.store import customers
from milepost.store.advance_outcomes import write_outcomes
from milepost.store.advance_tasks import write_tasks
from milepost.store.errors import StaleRevisionError, UnknownJourneyError
from milepost.store.tables import JourneyRow, MessageRow, OpenPlayRow, OpenStageRow, TimelineRow
from milepost.store.upsert import upsert

_DELIVERY = (
    "subject",
    "text",
    "html",
    "status",
    "attempts",
    "last_error",
    "tried_at",
    "sent_at",
    "channel",
    "channel_id",
)


async def write_plan(
    session: AsyncSession, journey_id: str, before: State, plan: Plan, compiled_map: CompiledMap
) -> JourneyRow:
    """Make the rows of the journey equal to `plan`, made from `before` on `compiled_map`, in a `Store.transaction`.

    Raises:
        UnknownJourneyError: there is none of this id; its customer may have been forgotten meanwhile.
        StaleRevisionError: a later plan, or a later attempt at this one, has been written; nothing may be done.
    """
    journey = await session.get(JourneyRow, journey_id, populate_existing=True, with_for_update=True)
    if journey is None:
        raise UnknownJourneyError(journey_id)
    state = plan.state
    stored, given = (journey.revision, journey.clock), (state.revision, state.clock)
    if stored > given:
        raise StaleRevisionError(journey_id, stored, given)
    written = State.from_json(journey.state).customer if journey.revision == state.revision else before.customer
    await _write_timeline(session, journey_id, plan)
    await _write_messages(session, journey, before, plan)
    await write_tasks(session, journey, before, plan, compiled_map)
    await write_outcomes(session, journey, before, plan, compiled_map)
    await _write_stages_and_plays(session, journey_id, state, compiled_map)
    await _write_customer(session, (before.customer, written), state)
    _write_mirror(journey, plan)
    await session.flush()
    return journey


async def _write_timeline(session: AsyncSession, journey: str, plan: Plan) -> None:
    first = plan.state.entries - len(plan.timeline)
    await session.execute(delete(TimelineRow).where(TimelineRow.journey_id == journey, TimelineRow.seq >= first))
    rows = [
        {"journey_id": journey, "seq": seq, "at": entry.at, "kind": entry.kind.value, "data": dict(entry.more)}
        for seq, entry in enumerate(plan.timeline, first)
    ]
    if rows:
        await session.execute(insert(TimelineRow), rows)


async def _write_messages(session: AsyncSession, journey: JourneyRow, before: State, plan: Plan) -> None:
    ordered = _ordered(before, plan)
    rows = [
        _message(journey, plan, command, *ordered.get(command.message, (plan.state.clock, plan.state.version)))
        for command in plan.commands
        if isinstance(command, SendMessage)
    ]
    # Nothing was sent of what is taken back here: a delivery begins when the attempt that ordered it has ended well.
    await session.execute(
        delete(MessageRow).where(
            MessageRow.journey_id == journey.id,
            MessageRow.revision >= plan.state.revision,
            MessageRow.status == "queued",
            MessageRow.message.not_in([row["message"] for row in rows]),
        ),
    )
    await upsert(session, MessageRow, rows, keep=_DELIVERY)


def _ordered(before: State, plan: Plan) -> dict[str, tuple[Instant, str]]:
    """When each message went out, and on which version of the map: a plan may move to another one on its way."""
    version, found = before.version, {}
    for entry in plan.timeline:
        if entry.kind is Kind.MAP_CHANGED:
            version = entry.more["to"]
        elif entry.kind is Kind.MESSAGE_SENT:
            found[entry.more["message"]] = (entry.at, version)
    return found


def _message(journey: JourneyRow, plan: Plan, command: SendMessage, at: Instant, version: str) -> dict[str, Any]:
    return {
        "journey_id": journey.id,
        "message": command.message,
        "customer_id": journey.customer_id,
        "version": version,
        "revision": plan.state.revision,
        "at": at,
        "reason": command.reason,
        "template": command.template,
        "persona": command.persona,
        "contact": command.contact,
        "steps": list(command.steps),
        "templates": list(command.templates),
        **dict.fromkeys(_DELIVERY),
        "status": "queued",
        "attempts": 0,
    }


async def _write_stages_and_plays(session: AsyncSession, journey: str, state: State, compiled_map: CompiledMap) -> None:
    await session.execute(delete(OpenStageRow).where(OpenStageRow.journey_id == journey))
    await session.execute(delete(OpenPlayRow).where(OpenPlayRow.journey_id == journey))
    if state.status == "ended":
        return
    stuck = {task.about for task in state.tasks.values() if task.why == "stuck"}
    for stage_id, known in compiled_map.stages.items():
        stage = state.stage(stage_id)
        if stage.status == "open":
            session.add(
                OpenStageRow(
                    journey_id=journey,
                    stage=stage_id,
                    position=known.position,
                    title=known.stage.title,
                    opened_at=stage.opened_at,
                    target_at=stage.target_at,
                    stuck=stage_id in stuck,
                ),
            )
    for play_id, side in compiled_map.plays.items():
        play = state.play(play_id)
        if play.status == "open":
            session.add(
                OpenPlayRow(
                    journey_id=journey,
                    play=play_id,
                    position=side.position,
                    kind=side.play.kind,
                    title=side.play.title,
                    started_at=play.started_at,
                ),
            )


async def _write_customer(session: AsyncSession, earlier: tuple[Customer, Customer], state: State) -> None:
    """Put into the record what the journey changed about the customer, and no more: the record may know newer things.

    `earlier` are the customer before this plan, and as an earlier attempt at this plan wrote it.
    """
    now, known = state.customer, _attributes(state.customer)
    before = [_attributes(customer) for customer in earlier]
    names = set(known).union(*before)
    changed = {
        name: known.get(name)
        for name in sorted(names)
        if any(attributes.get(name) != known.get(name) for attributes in before)
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
