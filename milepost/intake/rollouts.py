"""Rollouts: open journeys move to another version of their map, in batches, at a rate, and back if that was wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.intake.context import IntakeContext
from milepost.intake.errors import RolloutRefusedError
from milepost.intake.fact_admission import IncomingFact
from milepost.intake.facts import record_facts
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_errors import RefusedError
from milepost.planner.facts import MapChanged
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.store import audit, rollouts
from milepost.store.audit import Entry
from milepost.store.errors import UnreadableVersionError
from milepost.store.rollouts import MovePolicy, MoveStatus, PlannedMove, RolloutStatus
from milepost.store.tables import MapVersionRow, RolloutRow
from milepost.versions.moves import obstacle
from milepost.wire.rollout import BatchDone

BATCH = 50
PER_MINUTE = 300


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast journeys are told: `batch` at once, at the most `per_minute` of them in a minute of the wall clock."""

    batch: int = BATCH
    per_minute: int = PER_MINUTE


@dataclass(frozen=True, slots=True)
class Reason:
    """Who starts a rollout, and why."""

    by: str | None = None
    why: str | None = None


async def start(
    context: IntakeContext, version: MapVersionRow, policy: MovePolicy, pace: Pace, reason: Reason
) -> RolloutRow:
    """Starts to move every open journey of a map that is on another version to this one.

    Raises:
        RolloutOpenError: another rollout of the same map isn't over.
    """
    row = _row(context, version.map, policy, pace, reason)
    row.version = version.hash
    said = _started(context, version.map, reason, policy=policy)

    def begin(session: Session) -> RolloutRow:
        audit.record(session, said)
        return rollouts.begin(session, row)

    return await _begun(context, await context.store.write(begin))


async def back(context: IntakeContext, number: int, reason: Reason) -> RolloutRow:
    """Moves the journeys of a rollout back to the versions that it found them on; what is left of it is cancelled.

    Raises:
        UnknownRolloutError: there is none of this number.
        RolloutOpenError: another one of the same map isn't over.
    """
    by = reason.by or actor()

    def begin(session: Session) -> RolloutRow:
        earlier = rollouts.lock(session, number)
        audit.record(session, _started(context, earlier.map, Reason(by, reason.why), back_of=number))
        if earlier.status in rollouts.OPEN:
            earlier.status, earlier.ended_at = RolloutStatus.CANCELLED, context.now()
            session.flush()
            rollouts.keep_waiting(session, number)
        row = _row(context, earlier.map, MovePolicy.NOW, Pace(earlier.batch, earlier.per_minute), reason)
        row.back_of = number
        return rollouts.begin_back(session, row)

    return await _begun(context, await context.store.write(begin))


def _started(context: IntakeContext, map_id: str, reason: Reason, **details: object) -> Entry:
    by = reason.by or actor()
    return Entry(int(context.wall()), by, Kind.ROLLOUT_STARTED, map_id, reason.why, details)


def _row(context: IntakeContext, map_id: str, policy: MovePolicy, pace: Pace, reason: Reason) -> RolloutRow:
    return RolloutRow(
        map=map_id,
        policy=policy,
        batch=pace.batch,
        per_minute=pace.per_minute,
        status=RolloutStatus.RUNNING,
        started_at=context.now(),
        started_by=reason.by,
        why=reason.why,
    )


async def _begun(context: IntakeContext, row: RolloutRow) -> RolloutRow:
    await context.journey_client.start_rollout(row.number)
    return row


async def pause(context: IntakeContext, number: int) -> RolloutRow:
    """Stops a rollout before its next batch. Journeys that were told to move do so.

    Raises:
        UnknownRolloutError: there is none of this number.
        RolloutRefusedError: it doesn't run.
    """
    return await _change(context, number, {RolloutStatus.RUNNING: RolloutStatus.PAUSED}, "paused")


async def resume(context: IntakeContext, number: int) -> RolloutRow:
    """Goes on with a rollout that was paused.

    Raises:
        UnknownRolloutError: there is none of this number.
        RolloutRefusedError: it isn't paused.
    """
    return await _begun(
        context, await _change(context, number, {RolloutStatus.PAUSED: RolloutStatus.RUNNING}, "resumed")
    )


async def cancel(context: IntakeContext, number: int) -> RolloutRow:
    """Ends a rollout: no other journey is told, and those that wait for their next stage stay where they are.

    Raises:
        UnknownRolloutError: there is none of this number.
        RolloutRefusedError: it is over.
    """
    async with context.store.reading() as session:
        policy = (await rollouts.get(session, number)).policy
    if policy == MovePolicy.NEXT_STAGE:
        becomes = dict.fromkeys((*rollouts.OPEN, RolloutStatus.DONE), RolloutStatus.CANCELLING)
        return await _begun(context, await _change(context, number, becomes, "cancelled"))
    return await _change(context, number, dict.fromkeys(rollouts.OPEN, RolloutStatus.CANCELLED), "cancelled")


async def _change(
    context: IntakeContext, number: int, becomes: Mapping[RolloutStatus, RolloutStatus], wish: str
) -> RolloutRow:
    by = actor()

    def change(session: Session) -> RolloutRow:
        row = rollouts.lock(session, number)
        status = becomes.get(RolloutStatus(row.status))
        if status is None:
            raise RolloutRefusedError(number, row.status, wish)
        row.status = status
        row.ended_at = None if status in rollouts.OPEN else context.now()
        if status in (RolloutStatus.CANCELLING, RolloutStatus.CANCELLED):
            rollouts.keep_waiting(session, number)
        details = {"number": number, "wish": wish}
        audit.record(session, Entry(int(context.wall()), by, Kind.ROLLOUT_CHANGED, row.map, details=details))
        return row

    return await context.store.write(change)


async def take_batch(context: IntakeContext, number: int) -> BatchDone:
    """Tells the next batch of a rollout to move or, while it is being cancelled, to stay.

    It may be repeated at any time: facts have ids of the rollout, and count once.
    """
    await _recover(context, number)
    async with context.store.reading() as session:
        row = await rollouts.get(session, number)
        batch = await rollouts.next_moves(session, row) if row.status in rollouts.AT_WORK else []
    if row.status not in rollouts.AT_WORK:
        return BatchDone(0, None)
    parked = {} if row.status == RolloutStatus.CANCELLING else await _obstacles(context, row, batch)
    to_tell = [each for each in batch if each.journey not in parked]
    facts = [_fact(row, each, context.now()) for each in to_tell]
    results = await record_facts(context, facts, source="rollout")
    parked |= {
        each.journey: str(result)
        for each, result in zip(to_tell, results, strict=True)
        if isinstance(result, RefusedError)
    }
    taken = [each.journey for each in to_tell if each.journey not in parked]
    is_last = len(batch) < row.batch
    over, back = await context.store.write(partial(_keep, row, taken, parked, is_last=is_last, now=context.now()))
    if back is not None:
        await _begun(context, back)
    return BatchDone(len(batch), None if over else 60 * row.batch / row.per_minute)


async def _recover(context: IntakeContext, number: int) -> None:
    """Of a rollout that was cancelled, notes whom a worker told that ended before it noted so.

    Whatever takes the rollout back goes on for them.
    """
    async with context.store.reading() as session:
        status = (await rollouts.get(session, number)).status
    if status not in (RolloutStatus.CANCELLING, RolloutStatus.CANCELLED):
        return

    def recover(session: Session) -> RolloutRow | None:
        row = rollouts.lock(session, number)
        told = rollouts.note_told(session, number)
        return rollouts.follow_back(session, number) if told and row.status == RolloutStatus.CANCELLED else None

    back_row = await context.store.write(recover)
    if back_row is not None:
        await _begun(context, back_row)


async def _obstacles(context: IntakeContext, row: RolloutRow, batch: Sequence[PlannedMove]) -> dict[str, str]:
    """Returns the journeys that can't be planned on the version that they are to move to, and why not.

    One that moves at its next stage is looked at when it does: nobody knows in which state it will be.
    """
    if row.policy == MovePolicy.NEXT_STAGE:
        return {}
    compiled: dict[str, CompiledMap | str] = {}
    for version in {each.to_version for each in batch}:
        try:
            compiled[version] = await context.compiled_maps.of(version)
        except UnreadableVersionError as error:
            compiled[version] = str(error)
    return await asyncio.to_thread(_look, compiled, batch, context.now())


def _look(compiled: Mapping[str, CompiledMap | str], batch: Sequence[PlannedMove], now: Instant) -> dict[str, str]:
    out = {}
    for each in batch:
        new = compiled[each.to_version]
        why = new if isinstance(new, str) else obstacle(new, State.from_json(dict(each.state)), now)
        if why is not None:
            out[each.journey] = why
    return out


def _fact(row: RolloutRow, move: PlannedMove, now: Instant) -> IncomingFact:
    if row.status == RolloutStatus.CANCELLING:
        stays = MapChanged(id=rollouts.stay_id(row.number), at=now, version=move.from_version, by=row.started_by)
        return IncomingFact(move.customer, stays)
    moves = MapChanged(
        id=rollouts.told_id(row.number),
        at=now,
        version=move.to_version,
        at_next_stage=True if row.policy == MovePolicy.NEXT_STAGE else None,
        by=row.started_by,
    )
    return IncomingFact(move.customer, moves)


def _keep(
    row: RolloutRow, taken: Sequence[str], parked: Mapping[str, str], session: Session, *, is_last: bool, now: Instant
) -> tuple[bool, RolloutRow | None]:
    """Marks the batch, and ends the rollout if it was the last; returns whether it goes on no further.

    Beside it the rollout that takes this one back, if it was begun while the batch was told, and goes on for it.
    """
    cancelling = row.status == RolloutStatus.CANCELLING
    rollouts.mark(session, row.number, taken, MoveStatus.KEPT if cancelling else MoveStatus.TOLD, parked)
    locked = rollouts.lock(session, row.number)
    if is_last and locked.status == row.status:
        locked.status = RolloutStatus.CANCELLED if cancelling else RolloutStatus.DONE
        locked.ended_at = now
    is_ended_meanwhile = not cancelling and locked.status == RolloutStatus.CANCELLED
    back_row = rollouts.follow_back(session, row.number) if is_ended_meanwhile and taken else None
    return locked.status not in rollouts.AT_WORK, back_row
