"""Writes a plan: the rows of one journey become equal to its state.

The rows are equal to the state that the plan began from, as both were written in one transaction under the journey's
lock. So only what the plan changes is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from milepost.calendar_data import calendar_data
from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.planner.commands import CompleteAnswer, RecordAnswer, RenameStep, RevokeAnswer, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import SystemTaskReason
from milepost.planner.plan import Plan
from milepost.planner.silence import silent_from
from milepost.planner.state import State
from milepost.planner.timeline import HandedOver, MapChanged, MessageSent
from milepost.store import customers, former_colleagues, last_touches
from milepost.store.advance_outcomes import CONSTANT, agreed_figures, desired_answers, desired_outcomes
from milepost.store.advance_tasks import desired_tasks
from milepost.store.agreement_tables import AgreementRow
from milepost.store.form_drafts import FormDraftRow
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.make_equal import Row, make_equal
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.retried_messages import retry_messages, send_returned_again
from milepost.store.table_types import table_of
from milepost.store.tables import JourneyRow, MessageRow, OpenPlayRow, OpenStageRow, TaskRow, TimelineRow


def write_plan(
    session: Session,
    journey: str,
    before: State,
    plan: Plan,
    compiled_map: CompiledMap,
    *,
    settled: Collection[str] = (),
) -> None:
    """Makes the rows of a locked journey equal to `plan`, made from its state `before` on `compiled_map`.

    Messages that are `settled` went out again already, as often as the plan says: they aren't queued once more.
    """
    _write_timeline(session, journey, plan)
    _rename_steps(session, journey, plan)
    state = plan.state
    make_equal(session, MessageRow, journey, desired_messages(before, plan), fixed=("status", "attempts", "retries"))
    retry_messages(session, journey, plan, compiled_map, settled)
    send_returned_again(session, journey, plan, settled)
    make_equal(session, HeldMessageRow, journey, desired_held(state), stored=desired_held(before))
    make_equal(session, TaskRow, journey, desired_tasks(before, plan, compiled_map), fixed=("opened_revision",))
    make_equal(session, OutcomeRow, journey, desired_outcomes(before, plan, compiled_map), fixed=CONSTANT)
    make_equal(session, OutcomeRow, journey, agreed_figures(before, plan, compiled_map))
    moved = before.version != state.version
    for kind, rows_of in ((OpenStageRow, desired_stages), (OpenPlayRow, desired_plays)):
        stored = stored_rows(session, kind, journey) if moved else rows_of(before, compiled_map)
        make_equal(session, kind, journey, rows_of(state, compiled_map), stored=stored)
    _write_answers(session, journey, plan)
    _write_customer(session, before.customer, plan)
    _write_journey(session, journey, before, plan)


def stored_rows(session: Session, kind: type[OpenStageRow | OpenPlayRow | AnswerRow], journey: str) -> list[Row]:
    """Returns the journey's rows of this kind, without its id."""
    table = table_of(kind)
    columns = [column for column in table.c if column.name != "journey_id"]
    return [dict(row) for row in session.execute(select(*columns).where(table.c.journey_id == journey)).mappings()]


def _rename_steps(session: Session, journey: str, plan: Plan) -> None:
    """Lets rows about a step go by the id that it has in the version that the journey moves to."""
    for command in plan.commands:
        if isinstance(command, RenameStep):
            rename_step(session, journey, command.step, command.to)


def rename_step(session: Session, journey: str, step: str, to: str) -> None:
    """Lets the rows of a journey about a step go by another id."""
    for kind, name in ((OutcomeRow, "outcome"), (AnswerRow, "outcome"), (FormDraftRow, "step"), (AgreementRow, "step")):
        table = table_of(kind)
        is_row = (table.c.journey_id == journey, table.c[name] == step)
        session.execute(update(table).where(*is_row).values({name: to}))
    table = table_of(TaskRow)
    is_row = (table.c.journey_id == journey, table.c.step == step)
    task = literal(to) + func.substr(table.c.task, len(step) + 1)
    session.execute(update(table).where(*is_row).values(step=to, task=task))


def _write_timeline(session: Session, journey: str, plan: Plan) -> None:
    first = plan.state.entries - len(plan.timeline)
    rows = [
        {"journey_id": journey, "seq": seq, "at": entry.at, "kind": entry.kind, "data": entry.data()}
        for seq, entry in enumerate(plan.timeline, first)
    ]
    if rows:
        session.connection().execute(insert(table_of(TimelineRow)), rows)


def _write_answers(session: Session, journey: str, plan: Plan) -> None:
    if any(isinstance(command, RecordAnswer | CompleteAnswer | RevokeAnswer) for command in plan.commands):
        stored = stored_rows(session, AnswerRow, journey)
        make_equal(session, AnswerRow, journey, desired_answers(stored, plan), stored=stored)


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
                "released": command.released,
                "hold": command.hold,
                "calendar": asdict(command.calendar) if command.calendar else None,
                "status": "queued",
                "attempts": 0,
                "retries": 0,
            }


def desired_held(state: State) -> Iterator[dict[str, Any]]:
    """Yields the rows of the messages that a journey holds back."""
    for queued in () if state.ended else state.queue:
        yield {
            "message": str(queued.message),
            "customer_id": state.customer.id,
            "step": queued.step,
            "template": queued.template,
            "reason": queued.reason,
            "why": queued.why or "",
            "since": state.clock if queued.since is None else queued.since,
            "until": queued.until,
            "released": queued.released,
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


def _write_customer(session: Session, before: Customer, plan: Plan) -> None:
    write_record(session, before, plan.state)
    for entry in plan.timeline:
        if isinstance(entry, HandedOver):
            customer = plan.state.customer.id
            former_colleagues.remember(session, customer, entry.roles, entry.former, entry.to, at=entry.at)


def write_record(session: Session, before: Customer, state: State) -> None:
    """Records what differs between two records of a customer, and nothing else: the rest of the record may be newer."""
    after = state.customer
    was, is_now = _attributes(before), _attributes(after)
    changed = {name: is_now.get(name) for name in sorted({*was, *is_now}) if was.get(name) != is_now.get(name)}
    if changed:
        customers.set_attributes(session, after.id, changed, state.clock)
    if before.contacts != after.contacts:
        customers.write_contacts(session, {after.id: after.contacts})
    if dict(before.team) != dict(after.team):
        customers.set_team(session, after.id, after.team, state.clock)


def _attributes(customer: Customer) -> dict[str, Any]:
    return {**customer.attributes, **{name: getattr(customer, name) for name in BUILT_IN_ATTRIBUTES}}


def _write_journey(session: Session, journey: str, before: State, plan: Plan) -> None:
    state, table = plan.state, table_of(JourneyRow)
    session.connection().execute(
        update(table)
        .where(table.c.id == journey)
        .values(
            map=state.map,
            version=state.version,
            status=state.status,
            reason=state.reason,
            ended_at=state.ended_at,
            wake_at=plan.wake_at,
            silent_from=silent_from(state),
            held_messages=0 if state.ended else len(state.queue),
            state=state.to_json(),
            revision=state.revision,
            clock=state.clock,
            updated_at=state.clock,
            blocked_since=None,
            blocked_why=None,
            planned_with=calendar_data(),
            **last_touches.new_columns(journey, before, state),
        )
    )
