"""Undoes what a person just did: their fact counts as never told, and the journey is planned anew without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from milepost.calendar_data import calendar_data
from milepost.intake import release_counts
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.customers import catch_up
from milepost.intake.merges import MERGED
from milepost.intake.undo_errors import (
    AlreadyUndoneError,
    CannotReplanError,
    FellDueError,
    GraceOverError,
    JourneyBeganSinceError,
    JourneyMergedError,
    MessageLeftError,
    NotUndoableError,
    NotYoursError,
    UndoRefusedError,
    UnknownFactError,
)
from milepost.planner.calendars import NeverOpensError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import ABOUT_THE_RECORD
from milepost.planner.facts import Ended, FactUndone, from_json, to_json
from milepost.planner.instants import Instant
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.state import State
from milepost.planner.stretch import Undoing, fell_due, is_same, plan_stretch, told_undone, without
from milepost.store import facts, inbox, journeys, undo, undo_points
from milepost.store.errors import UnknownVersionError
from milepost.store.inbox import InboxStatus, NewFact, Recipient
from milepost.store.journeys import LockedJourney
from milepost.store.tables import FactRow
from milepost.store.undo_points import UndoableFact

_SOURCE = "undo"
_FOR_GOOD = "what is told of this kind counts at once, for good"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was undone: the fact, its kind, the step or outcome that it was about, and the journey.

    `reached` is False while Temporal is away: the journey is planned anew all the same, and goes on later.
    """

    customer: str
    journey: str
    fact_id: str
    kind: str
    step: str | None
    reached: bool = True


@dataclass(frozen=True, slots=True)
class LatestRefused:
    """What a person told last, and why it can't be undone any more."""

    told: UndoableFact
    why: UndoRefusedError


async def undoable(context: IntakeContext, customer: str) -> list[UndoableFact]:
    """Returns what can be undone at a customer now, the latest first.

    What left or fell due meanwhile is found out when it is undone.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
    """
    async with context.store.reading() as session:
        present = (await customer_of(session, customer)).id
        return await session.run_sync(partial(undo_points.undoable, now=context.now(), customer=present))


async def undo_fact(
    context: IntakeContext, customer: str, fact_id: str, *, by: str | None, only_own: bool = False
) -> Undone:
    """Undoes one fact as of now; `by` is who does so. With `only_own` they can undo what they told on their plan alone.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        UnknownFactError: no fact of this id is stored.
        UndoRefusedError: it can't be undone; its type says why, its hint what to do instead. Nothing has changed.
    """
    async with context.store.reading() as session:
        present = (await customer_of(session, customer)).id
    undone = await context.store.write(_Undo(context, present, fact_id, by, only_own=only_own).run)
    reached = await context.journey_client.nudge(undone.journey)
    return Undone(present, undone.journey, undone.fact_id, undone.kind, undone.step, reached)


async def latest_refused(context: IntakeContext, customer: str) -> LatestRefused | None:
    """Returns the latest thing that a person told of a customer and why it can't be undone any more; None: nothing.

    It is for where nothing can be undone.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
    """
    async with context.store.reading() as session:
        present = (await customer_of(session, customer)).id
        fact = await session.run_sync(undo_points.latest_told, present)
        if fact is None:
            return None
        until = await session.run_sync(_undoable_until, fact, context.grace)
        return LatestRefused(UndoableFact(fact, until), await session.run_sync(_no_longer, fact, until, context.now()))


def _undoable_until(session: Session, fact: FactRow, grace: timedelta) -> Instant:
    """Returns when the time for undoing a fact was over: that of its advance, for as long as it is kept."""
    kept_until = undo_points.kept_until(session, fact.journey_id or "", fact.revision or 0)
    return fact.at + int(grace.total_seconds()) if kept_until is None else kept_until


def _no_longer(session: Session, fact: FactRow, until: Instant, now: Instant) -> UndoRefusedError:
    """Returns why a fact can't be undone whose journey keeps nothing from before it."""
    if facts.has_source(session, fact.journey_id or "", Ended.kind, MERGED):
        return JourneyMergedError(fact.kind, fact.journey_id or "")
    return GraceOverError(fact.kind, until if until <= now else None)


class _Undo:
    """One undoing, in one transaction."""

    def __init__(self, context: IntakeContext, customer: str, fact_id: str, by: str | None, *, only_own: bool) -> None:
        self._context = context
        self._customer = customer
        self._fact_id = fact_id
        self._by = by
        self._only_own = only_own
        self._now = context.now()

    def run(self, session: Session) -> Undone:
        row = facts.find(session, self._customer, self._fact_id)
        if row is None:
            ids = [each.fact.id for each in undo_points.undoable(session, self._now, customer=self._customer)]
            raise UnknownFactError(self._fact_id, ids)
        journey = journeys.lock(session, row.journey_id) if row.journey_id else None
        session.refresh(row)  # nobody else changes it from here on
        self._check_may_undo(session, row)
        if journey is None:
            raise NotUndoableError("no journey took it in; the record was changed at once", row.kind)
        undone = told_undone(from_json(row.data), self._by, max(self._now, journey.clock))
        if row.status == InboxStatus.PENDING:
            recipient = Recipient(self._customer, journey.id, None)
            inbox.record(session, [NewFact(recipient, to_json(undone), _SOURCE)], self._now)
            before = journey.state
        else:
            before = self._plan_anew(session, journey, row, undone)
        release_counts.count_undone(self._context, row, before, session)
        row.status = InboxStatus.UNDONE
        return Undone(self._customer, journey.id, row.id, row.kind, undone.step)

    def _check_may_undo(self, session: Session, row: FactRow) -> None:
        if self._only_own and not undo_points.is_own(row, self._by or ""):
            raise NotYoursError(row.kind)
        if row.status == InboxStatus.UNDONE:
            earlier = facts.find(session, self._customer, f"undo/{row.id}")
            raise AlreadyUndoneError(row.kind, earlier.told_by if earlier else None, earlier.at if earlier else row.at)
        if not undo_points.is_undoable(row):
            by_person = undo_points.is_by_person(row)
            raise NotUndoableError(_FOR_GOOD if by_person else "no person's click or command told it", row.kind)

    def _plan_anew(self, session: Session, journey: LockedJourney, row: FactRow, undone: FactUndone) -> dict[str, Any]:
        """Plans a journey without a fact; returns its state from before that fact."""
        state = undo_points.find(session, journey.id, row.revision or 0, self._now)
        if state is None:
            raise _no_longer(session, row, _undoable_until(session, row, self._context.grace), self._now)
        latest = journeys.history(session, self._customer)[0]
        if latest.id != journey.id:
            raise JourneyBeganSinceError(row.kind, latest.id)
        if journey.planned_with != calendar_data():
            raise CannotReplanError(
                f"the journey was planned with {journey.planned_with}, and this program has {calendar_data()}", row.kind
            )
        rows = undo.facts_since(session, journey.id, row.revision or 0)
        try:
            undoing = self._planned(session, journey, State.from_json(state), rows, undone)
        except (EndlessMapError, NeverOpensError) as error:
            raise CannotReplanError(f"without it the journey can't be planned: {error}", row.kind) from error
        self._check_nothing_left(session, journey, row, undoing)
        undo.write_anew(session, journey.id, undoing, rows)
        self._record_undone(session, journey, undone, undoing.becomes.state.revision)
        after = undoing.becomes.legs[-1]
        if undoing.was.state.ended and not after.plan.state.ended:
            catch_up(self._context, session, after.plan.state.customer, after.compiled_map, _SOURCE)
        return state

    def _planned(
        self, session: Session, journey: LockedJourney, before: State, rows: Sequence[FactRow], undone: FactUndone
    ) -> Undoing:
        """Plans the stretch since the fact was told, as it was planned and anew."""
        advances = [[from_json(row.data) for row in group] for _, group in groupby(rows, lambda row: row.revision)]
        begins_on, find = self._context.compiled_maps.load(session, before.version), partial(self._find, session)
        was = plan_stretch(begins_on, before, advances, journey.clock, find)
        if not is_same(was.state, journey.state):
            raise CannotReplanError("this program plans it otherwise than it was planned", undone.fact)
        anew = before.copy()
        anew.revision = journey.revision
        becomes = plan_stretch(begins_on, anew, without(advances, self._fact_id, undone), undone.at, find)
        return Undoing(begins_on, was, becomes)

    def _check_nothing_left(self, session: Session, journey: LockedJourney, row: FactRow, undoing: Undoing) -> None:
        was, becomes = undoing.was, undoing.becomes
        message = undo.message_that_left(session, journey.id, row.revision or 0, undoing)
        if message is not None:
            raise MessageLeftError(row.kind, message.message)
        entry = fell_due(was, becomes)
        if entry is not None:
            raise FellDueError(row.kind, entry.kind, entry.subject, entry.at)
        fact, ended_at = from_json(row.data), was.state.ended_at
        if isinstance(fact, ABOUT_THE_RECORD) and ended_at is not None and fact.at > ended_at:
            raise NotUndoableError("the journey had ended before; the record was changed at once", row.kind)

    def _record_undone(self, session: Session, journey: LockedJourney, undone: FactUndone, revision: int) -> None:
        recipient = Recipient(self._customer, journey.id, None)
        inbox.record(session, [NewFact(recipient, to_json(undone), _SOURCE)], undone.at)
        [waiting] = [each for each in inbox.waiting_for(session, journey.id) if each.data["id"] == undone.id]
        inbox.mark_taken(session, [waiting], {}, revision)

    def _find(self, session: Session, version: str) -> CompiledMap | None:
        try:
            return self._context.compiled_maps.load(session, version)
        except UnknownVersionError:
            return None
