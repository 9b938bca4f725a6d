"""Undoing: the rows of a journey go back to an earlier advance, and are written anew from there.

All of it happens in one transaction, under the journey's lock, as an advance does.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from milepost.planner.commands import RenameStep
from milepost.planner.facts import MailSwitched
from milepost.planner.instants import Instant
from milepost.planner.stretch import Stretch, Undoing
from milepost.store import customers, last_touches, undo_points
from milepost.store.advance import (
    desired_held,
    desired_plays,
    desired_stages,
    rename_step,
    stored_rows,
    write_plan,
    write_record,
)
from milepost.store.advance_outcomes import UNREVOKED, rows_of_latest
from milepost.store.advance_tasks import rows_of_open
from milepost.store.inbox import InboxStatus
from milepost.store.mail_tables import HeldMessageRow
from milepost.store.make_equal import make_equal
from milepost.store.messages import MessageStatus
from milepost.store.outcome_tables import AnswerRow, OutcomeRow
from milepost.store.table_types import table_of
from milepost.store.tables import FactRow, JourneyRow, MessageRow, OpenPlayRow, OpenStageRow, TaskRow, TimelineRow

_NOT_LEFT = (MessageStatus.QUEUED, MessageStatus.RETURNED)
"""What no channel has, as long as the message also waits for the grace."""
_journeys, _messages, _tasks = table_of(JourneyRow), table_of(MessageRow), table_of(TaskRow)
_answers, _outcomes, _timeline = table_of(AnswerRow), table_of(OutcomeRow), table_of(TimelineRow)


def facts_since(session: Session, journey: str, revision: int) -> list[FactRow]:
    """Returns the facts that a journey took in since the advance `revision`, in the order in which it did."""
    query = select(FactRow).where(FactRow.journey_id == journey, FactRow.revision >= revision)
    query = query.where(FactRow.status == InboxStatus.DELIVERED).order_by(FactRow.revision, FactRow.serial)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return sorted(rows, key=lambda row: (row.revision, row.kind != MailSwitched.kind))  # as an advance takes them in


def message_that_left(session: Session, journey: str, revision: int, undoing: Undoing) -> MessageRow | None:
    """Returns a message since the advance `revision` that is on its way and that wouldn't be, or not so, or as often.

    Those that wait for the grace are kept from leaving until the transaction ends.
    """
    was, becomes = undoing.was, undoing.becomes
    is_since = or_(MessageRow.revision >= revision, MessageRow.message.in_(was.retries))
    rows = session.scalars(
        select(MessageRow)
        .where(MessageRow.journey_id == journey, is_since)
        .order_by(MessageRow.at, MessageRow.message)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows:
        waits_for_grace = row.not_before is not None and row.status in _NOT_LEFT
        if not waits_for_grace and not _goes_all_the_same(row, revision, was, becomes):
            return row
    return None


def _goes_all_the_same(row: MessageRow, revision: int, was: Stretch, becomes: Stretch) -> bool:
    if becomes.times[row.message] < was.times[row.message]:
        return False
    if row.message in was.retries:
        return becomes.retries.get(row.message) == was.retries[row.message]
    new = becomes.messages.get(row.message)
    wanted = None if new is None else (new.contact, list(new.steps), list(new.templates))
    return (row.revision or 0) < revision or wanted == (row.contact, row.steps, row.templates)


def write_anew(session: Session, journey: str, undoing: Undoing, rows: Iterable[FactRow]) -> None:
    """Makes the rows of a locked journey equal to a stretch that is planned anew; its advances get new numbers.

    `rows` are its facts as they are stored.
    """
    was, becomes = undoing.was, undoing.becomes
    first = was.legs[0].plan.state.revision
    _roll_back(session, journey, undoing, first)
    until = undo_points.take_out(session, journey, since=first)
    existing = set(session.scalars(select(_messages.c.message).where(_messages.c.journey_id == journey)))
    settled = {message for message in existing if becomes.times[message] <= was.times[message]}
    by_id = {row.id: row for row in rows}
    for leg in becomes.legs:
        write_plan(session, journey, leg.before, leg.plan, leg.compiled_map, settled=settled)
        customers.keep_what_came_too_late(session, leg.plan.state, leg.facts)
        told = [by_id[fact.id] for fact in leg.facts if fact.id in by_id]
        undoable = [row for row in told if undo_points.is_undoable(row) and row.revision in until]
        if undoable:
            undo_points.keep(
                session,
                journey,
                leg.before.to_json(),
                leg.plan,
                told_at={row.at for row in undoable},
                until=max(until[row.revision] for row in undoable),
                left_out=existing,
            )
        for row in told:
            row.revision = leg.plan.state.revision
    session.flush()
    is_old = (_messages.c.revision >= first, _messages.c.revision < becomes.legs[0].plan.state.revision)
    session.connection().execute(delete(_messages).where(_messages.c.journey_id == journey, *is_old))
    if not becomes.state.ended and not becomes.times.keys() <= settled:
        _wake_up(session, journey, becomes.state.clock)


def _wake_up(session: Session, journey: str, now: Instant) -> None:
    """Lets the journey be late at once: its workflow learns of messages to deliver, even if no nudge reaches it."""
    session.connection().execute(update(_journeys).where(_journeys.c.id == journey).values(wake_at=now))


def _roll_back(session: Session, journey: str, undoing: Undoing, first: int) -> None:
    """Lets the rows say what they said before the advance `first`; messages stay, as some may have left."""
    was, begins_on = undoing.was, undoing.begins_on
    before, connection = was.legs[0].before, session.connection()
    connection.execute(delete(_timeline).where(_timeline.c.journey_id == journey, _timeline.c.seq >= before.entries))
    last_touches.roll_back(session, journey, before)
    for table, column in ((_tasks, "opened_revision"), (_outcomes, "revision"), (_answers, "revision")):
        connection.execute(delete(table).where(table.c.journey_id == journey, table.c[column] >= first))
    for leg in reversed(was.legs):
        for command in reversed(leg.plan.commands):
            if isinstance(command, RenameStep):
                rename_step(session, journey, command.to, command.step)
    for table, column, values in (
        (_tasks, "closed_revision", {"status": "open", "closed_at": None, "closed_revision": None}),
        (_answers, "revoked_revision", UNREVOKED),
    ):
        connection.execute(update(table).where(table.c.journey_id == journey, table.c[column] >= first).values(values))
    make_equal(session, TaskRow, journey, rows_of_open(before, begins_on))
    stored = connection.execute(
        select(_outcomes.c.outcome, _outcomes.c.occurrence).where(_outcomes.c.journey_id == journey)
    )
    make_equal(session, OutcomeRow, journey, rows_of_latest(before, begins_on, [(row[0], row[1]) for row in stored]))
    make_equal(session, HeldMessageRow, journey, desired_held(before), stored=desired_held(was.state))
    for kind, desired in ((OpenStageRow, desired_stages), (OpenPlayRow, desired_plays)):
        make_equal(session, kind, journey, desired(before, begins_on), stored=stored_rows(session, kind, journey))
    write_record(session, was.state.customer, before)
