"""Rollouts: which open journeys are to move to another version of their map, and how far that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.store.errors import RolloutOpenError, UnknownRolloutError
from milepost.store.tables import FactRow, JourneyRow, MapVersionRow, RolloutMoveRow, RolloutRow


class RolloutStatus(StrEnum):
    """The status of a rollout.

    `cancelling`: it takes back the moves that wait for a next stage. `done`: every journey was told, or is parked.
    """

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"


AT_WORK = (RolloutStatus.RUNNING, RolloutStatus.CANCELLING)
OPEN = (*AT_WORK, RolloutStatus.PAUSED)


class MoveStatus(StrEnum):
    """`told`: the move is in the journey's inbox. `kept`: the journey stays, as the rollout was cancelled."""

    WAITING = "waiting"
    TOLD = "told"
    PARKED = "parked"
    KEPT = "kept"


class MoveState(StrEnum):
    """The state of a journey in a rollout, as people count it."""

    WAITING = "waiting"
    TOLD = "told"
    AT_NEXT_STAGE = "at_next_stage"
    MOVED = "moved"
    ENDED = "ended"
    BLOCKED = "blocked"
    PARKED = "parked"
    KEPT = "kept"


STUCK = frozenset({MoveState.PARKED, MoveState.BLOCKED})
"""Where a journey can't move."""


class MovePolicy(StrEnum):
    """When a journey moves: at once, or when its next stage is about to open."""

    NOW = "now"
    NEXT_STAGE = "next_stage"


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """A journey that is to be told to move, with the state that it has now."""

    journey: str
    customer: str
    from_version: str
    to_version: str
    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StuckMove:
    """A journey that did not move, and why: it is parked, or can't be planned on the new version."""

    journey: str
    customer: str
    state: str
    why: str


def begin(session: Session, rollout: RolloutRow) -> RolloutRow:
    """Begins a rollout of every open journey of its map that is on another version than `rollout.version`.

    Raises:
        RolloutOpenError: another one of the same map isn't over.
    """
    _add(session, rollout)
    number, version, waiting = literal(rollout.number), literal(rollout.version), literal(MoveStatus.WAITING)
    journeys = select(number, JourneyRow.id, JourneyRow.version, version, waiting).where(
        JourneyRow.map == rollout.map, JourneyRow.ended_at.is_(None), JourneyRow.version != rollout.version
    )
    _insert_moves(session, journeys)
    return rollout


def begin_back(session: Session, rollout: RolloutRow) -> RolloutRow:
    """Begins a rollout that moves the journeys of `rollout.back_of` back, as far as they are where that one sent them.

    Raises:
        RolloutOpenError: another one of the same map isn't over.
    """
    _add(session, rollout)
    _move_back(session, rollout)
    return rollout


def follow_back(session: Session, number: int) -> RolloutRow | None:
    """Lets the rollout that takes another one back move those, too, who were told while it began.

    Returns it, if it goes on for them; None where nothing takes the other one back, or something else has begun since.
    """
    back = session.scalar(select(RolloutRow).where(RolloutRow.back_of == number).order_by(RolloutRow.number.desc()))
    if back is None or back.status == RolloutStatus.CANCELLED:
        return None
    is_open = select(RolloutRow.number).where(RolloutRow.map == back.map, RolloutRow.status.in_(OPEN))
    if back.status == RolloutStatus.DONE:
        if session.scalar(is_open) is not None:
            return None
        back.status, back.ended_at = RolloutStatus.RUNNING, None
    _move_back(session, back)
    return back


def _move_back(session: Session, rollout: RolloutRow) -> None:
    has_it = select(RolloutMoveRow.journey_id).where(RolloutMoveRow.rollout == rollout.number)
    moves = (
        select(
            literal(rollout.number),
            RolloutMoveRow.journey_id,
            RolloutMoveRow.to_version,
            RolloutMoveRow.from_version,
            literal(MoveStatus.WAITING),
        )
        .join(JourneyRow, JourneyRow.id == RolloutMoveRow.journey_id)
        .where(
            RolloutMoveRow.rollout == rollout.back_of,
            RolloutMoveRow.status == MoveStatus.TOLD,
            RolloutMoveRow.journey_id.not_in(has_it),
            JourneyRow.ended_at.is_(None),
            JourneyRow.version.in_((RolloutMoveRow.from_version, RolloutMoveRow.to_version)),
        )
    )
    _insert_moves(session, moves)


def _add(session: Session, rollout: RolloutRow) -> None:
    # The lock lets two that begin at once take turns, so that the second sees the first.
    session.execute(select(MapVersionRow.hash).where(MapVersionRow.map == rollout.map).with_for_update())
    other = session.scalar(select(RolloutRow.number).where(RolloutRow.map == rollout.map, RolloutRow.status.in_(OPEN)))
    if other is not None:
        raise RolloutOpenError(rollout.map, other)
    session.add(rollout)
    session.flush()


def _insert_moves(session: Session, moves: Select[*tuple[Any, ...]]) -> None:
    columns = ("rollout", "journey_id", "from_version", "to_version", "status")
    session.execute(insert(RolloutMoveRow).from_select(columns, moves))


def told_id(number: int) -> str:
    """Returns the id of the fact by which each journey of a rollout is told to move."""
    return f"rollout/{number}"


def stay_id(number: int) -> str:
    """Returns the id of the fact by which a journey of a rollout is told to stay after all."""
    return f"{told_id(number)}/stay"


def note_told(session: Session, number: int) -> int:
    """Marks the journeys as told that have the fact, and counts them: a worker may have ended before it marked them."""
    has = {
        id_: exists().where(
            JourneyRow.id == RolloutMoveRow.journey_id, FactRow.customer_id == JourneyRow.customer_id, FactRow.id == id_
        )
        for id_ in (told_id(number), stay_id(number))
    }
    unmarked = (RolloutMoveRow.rollout == number, RolloutMoveRow.status.in_((MoveStatus.WAITING, MoveStatus.KEPT)))
    is_told = (has[told_id(number)], not_(has[stay_id(number)]))
    told = update(RolloutMoveRow).where(*unmarked, *is_told).values(status=MoveStatus.TOLD)
    return session.connection().execute(told).rowcount


def keep_waiting(session: Session, number: int) -> None:
    """Lets the journeys that weren't told yet stay where they are."""
    note_told(session, number)
    session.execute(
        update(RolloutMoveRow)
        .where(RolloutMoveRow.rollout == number, RolloutMoveRow.status == MoveStatus.WAITING)
        .values(status=MoveStatus.KEPT)
        .execution_options(synchronize_session=False)
    )


def lock(session: Session, number: int) -> RolloutRow:
    """Returns a rollout that nobody else changes before the transaction ends.

    Raises:
        UnknownRolloutError: there is none of this number.
    """
    row = session.get(RolloutRow, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnknownRolloutError(number)
    return row


async def get(session: AsyncSession, number: int) -> RolloutRow:
    """Returns a rollout.

    Raises:
        UnknownRolloutError: there is none of this number.
    """
    row = await session.get(RolloutRow, number, populate_existing=True)
    if row is None:
        raise UnknownRolloutError(number)
    return row


async def latest(session: AsyncSession, *, limit: int) -> list[RolloutRow]:
    """Returns the latest rollouts, newest first."""
    return list(await session.scalars(select(RolloutRow).order_by(RolloutRow.number.desc()).limit(limit)))


async def of_map(session: AsyncSession, map_id: str, *, limit: int) -> list[RolloutRow]:
    """Returns the latest rollouts of a map, newest first."""
    query = select(RolloutRow).where(RolloutRow.map == map_id).order_by(RolloutRow.number.desc()).limit(limit)
    return list(await session.scalars(query))


async def open_of_map(session: AsyncSession, map_id: str) -> RolloutRow | None:
    """Returns the rollout of a map that isn't over, if there is one."""
    found: RolloutRow | None = await session.scalar(
        select(RolloutRow).where(RolloutRow.map == map_id, RolloutRow.status.in_(OPEN))
    )
    return found


async def at_work(session: AsyncSession) -> list[int]:
    """Returns the numbers of the rollouts whose workflow should run."""
    return list(await session.scalars(select(RolloutRow.number).where(RolloutRow.status.in_(AT_WORK))))


async def next_moves(session: AsyncSession, rollout: RolloutRow) -> list[PlannedMove]:
    """Returns the next batch, ordered by journey: those to tell or, while it is cancelled, those to take back."""
    is_next = RolloutMoveRow.status == MoveStatus.WAITING
    if rollout.status == RolloutStatus.CANCELLING:
        is_next = and_(RolloutMoveRow.status == MoveStatus.TOLD, JourneyRow.version == RolloutMoveRow.from_version)
    query = (
        select(
            RolloutMoveRow.journey_id,
            JourneyRow.customer_id,
            JourneyRow.version,
            RolloutMoveRow.to_version,
            JourneyRow.state,
        )
        .join(JourneyRow, JourneyRow.id == RolloutMoveRow.journey_id)
        .where(RolloutMoveRow.rollout == rollout.number, JourneyRow.ended_at.is_(None), is_next)
        .order_by(RolloutMoveRow.journey_id)
        .limit(rollout.batch)
    )
    return [PlannedMove(*row) for row in await session.execute(query)]


_MARK = (
    update(RolloutMoveRow)
    .where(RolloutMoveRow.rollout == bindparam("number"), RolloutMoveRow.journey_id == bindparam("journey"))
    .values(status=bindparam("becomes"), why=bindparam("reason"))
)


def mark(
    session: Session, rollout: int, journeys: Collection[str], status: MoveStatus, parked: Mapping[str, str]
) -> None:
    """Records how far journeys of a rollout are; `parked` are the reasons of those that can't move, by journey."""
    marks: Sequence[dict[str, Any]] = [
        {"number": rollout, "journey": each, "becomes": status, "reason": None} for each in journeys
    ] + [{"number": rollout, "journey": each, "becomes": MoveStatus.PARKED, "reason": parked[each]} for each in parked]
    if marks:
        session.connection().execute(_MARK, marks)


async def counts(session: AsyncSession, numbers: Collection[int]) -> dict[int, dict[str, int]]:
    """Counts the journeys of these rollouts by their state."""
    query = (
        select(RolloutMoveRow.rollout, _STATE, func.count())
        .join(JourneyRow, JourneyRow.id == RolloutMoveRow.journey_id)
        .join(RolloutRow, RolloutRow.number == RolloutMoveRow.rollout)
        .where(RolloutMoveRow.rollout.in_(list(numbers)))
        .group_by(RolloutMoveRow.rollout, _STATE)
    )
    out: dict[int, dict[str, int]] = {number: {} for number in numbers}
    for number, state, count in await session.execute(query):
        out[number][state] = count
    return out


async def stuck(session: AsyncSession, number: int, *, limit: int) -> list[StuckMove]:
    """Returns journeys that did not move, with the reasons, ordered by journey."""
    query = (
        select(
            RolloutMoveRow.journey_id,
            JourneyRow.customer_id,
            _STATE,
            func.coalesce(RolloutMoveRow.why, JourneyRow.blocked_why, ""),
        )
        .join(JourneyRow, JourneyRow.id == RolloutMoveRow.journey_id)
        .join(RolloutRow, RolloutRow.number == RolloutMoveRow.rollout)
        .where(RolloutMoveRow.rollout == number, _STATE.in_(sorted(STUCK)))
        .order_by(RolloutMoveRow.journey_id)
        .limit(limit)
    )
    return [StuckMove(*row) for row in await session.execute(query)]


def _state() -> ColumnElement[str]:
    was_told = RolloutMoveRow.status == MoveStatus.TOLD
    return case(
        (RolloutMoveRow.status == MoveStatus.PARKED, MoveState.PARKED),
        (RolloutMoveRow.status == MoveStatus.KEPT, MoveState.KEPT),
        (and_(was_told, JourneyRow.version == RolloutMoveRow.to_version), MoveState.MOVED),
        (JourneyRow.ended_at.is_not(None), MoveState.ENDED),
        (and_(was_told, JourneyRow.blocked_since.is_not(None)), MoveState.BLOCKED),
        (and_(was_told, RolloutRow.policy == MovePolicy.NEXT_STAGE), MoveState.AT_NEXT_STAGE),
        (was_told, MoveState.TOLD),
        else_=MoveState.WAITING,
    )


_STATE = _state()
