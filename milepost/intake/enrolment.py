"""Enrolment: begins a customer's journey on the map whose segment the customer matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import Customer
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import EntryRefusedError, UnknownMapError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry
from milepost.planner.entry_point import PLAIN, EntryPoint, JourneyStart
from milepost.planner.instants import Instant
from milepost.planner.segment_match import MayNotEnter, NoMatch, best_map, entry_obstacle, map_on_change
from milepost.planner.state import State
from milepost.store import customers, earlier_ends, journeys
from milepost.store.errors import JourneyAlreadyOpenError, UnknownCustomerError
from milepost.store.tables import JourneyRow


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A journey that has begun. `started` is False while Temporal is away: its workflow starts once that is back."""

    customer: str
    journey: str
    map: str
    started: bool


@dataclass(frozen=True, slots=True)
class NoEnrolment:
    """No journey has begun; `why` is for people. `ended_before` is the reason of one that was over when it came in."""

    customer: str
    why: str
    ended_before: str | None = None


async def enrol(
    context: IntakeContext, customer: str, map_id: str | None = None, start: JourneyStart = PLAIN
) -> Enrolment | NoEnrolment:
    """Begins a customer's journey, on the given map or on the one whose segment it matches; `start` says how.

    With `start.again`, the reason, it begins whatever the map's `reenter` says.

    Raises:
        RefusedError: the customer can't enter where `start` says.
        UnknownCustomerError: there is no such customer.
        UnknownMapError: no published map has this id.
        JourneyAlreadyOpenError: the customer has an open journey.
        EntryRefusedError: the map's `reenter` doesn't let the customer in again, or not yet.
    """
    try:
        journey = await context.store.write(partial(_enrol, context, customer, map_id, start))
    except UnknownCustomerError:
        async with context.store.reading() as session:
            await customer_of(session, customer)  # says which id is near
        raise
    return journey if isinstance(journey, NoEnrolment) else await started(context, journey)


def _enrol(
    context: IntakeContext, customer: str, map_id: str | None, start: JourneyStart, session: Session
) -> JourneyRow | NoEnrolment:
    compiled_maps, now = context.compiled_maps.load_current(session), context.now()
    record = customers.load(session, customer)
    past = journeys.history(session, record.id)
    if past and past[0].ended_at is None:
        raise JourneyAlreadyOpenError(record.id, past[0].id)
    compiled_map = _named(compiled_maps, map_id) if map_id else _best(session, compiled_maps, record, now)
    if isinstance(compiled_map, NoEnrolment):
        return compiled_map
    ends = last_ends(past, compiled_maps, earlier_ends.known_since(session, record.id))
    obstacle = entry_obstacle(compiled_map, ends.get(compiled_map.map.map), now)
    if obstacle and start.again is None:
        raise EntryRefusedError(record.id, obstacle)
    return _begin(session, record, compiled_map, now, start)


async def enrol_on_match(
    context: IntakeContext, customer: str, before: Customer | None
) -> Enrolment | NoEnrolment | None:
    """Begins a journey if the record matches a map for the first time, or newly since the last journey ended.

    `before` is the previous record. Returns None if a journey is open, or the record matched before already.
    """
    journey = await context.store.write(partial(_enrol_on_match, context, customer, before))
    return await started(context, journey) if isinstance(journey, JourneyRow) else journey


def _enrol_on_match(
    context: IntakeContext, customer: str, before: Customer | None, session: Session
) -> JourneyRow | NoEnrolment | None:
    return begin_on_match(context, customers.load(session, customer), before, PLAIN, session)


def begin_on_match(
    context: IntakeContext, record: Customer, before: Customer | None, start: JourneyStart, session: Session
) -> JourneyRow | NoEnrolment | None:
    """Begins a journey as `enrol_on_match` does, within a transaction; `start` says how. `started` is to follow.

    Raises:
        RefusedError: the customer can't enter where `start` says.
    """
    compiled_maps, now = context.compiled_maps.load_current(session), context.now()
    past = journeys.history(session, record.id)
    if past and past[0].ended_at is None:
        return None
    ends = last_ends(past, compiled_maps, earlier_ends.known_since(session, record.id))
    match = map_on_change(compiled_maps, before, record, ends, now)
    if isinstance(match, NoMatch):
        customers.set_unmatched(session, record.id, str(match))
    if isinstance(match, NoMatch | MayNotEnter):
        return NoEnrolment(record.id, str(match))
    return None if match is None else _begin(session, record, match, now, start)


async def enrolment_obstacle(
    session: AsyncSession, customer: Customer, compiled_maps: list[CompiledMap], now: Instant
) -> str | None:
    """Returns, for people, why enrolling the customer now wouldn't begin a journey; None if it would."""
    match = best_map(compiled_maps, customer, now)
    if isinstance(match, NoMatch):
        anyway = f"`milepost enroll {customer.id} --map MAP` begins one on the map that you name"
        return f"no map is for the customer as it is now; {anyway}"
    past = await journeys.of_customer(session, customer.id)
    ended = await session.run_sync(earlier_ends.known_since, customer.id)
    obstacle = entry_obstacle(match, last_ends(past, compiled_maps, ended).get(match.map.map), now)
    return str(obstacle) if obstacle else None


def _named(compiled_maps: list[CompiledMap], map_id: str) -> CompiledMap:
    by_id = {compiled_map.map.map: compiled_map for compiled_map in compiled_maps}
    if map_id not in by_id:
        raise UnknownMapError(map_id, by_id)
    return by_id[map_id]


def _best(
    session: Session, compiled_maps: list[CompiledMap], customer: Customer, now: Instant
) -> CompiledMap | NoEnrolment:
    match = best_map(compiled_maps, customer, now)
    if isinstance(match, NoMatch):
        customers.set_unmatched(session, customer.id, str(match))
        return NoEnrolment(customer.id, str(match))
    return match


def _begin(
    session: Session, customer: Customer, compiled_map: CompiledMap, now: Instant, start: JourneyStart
) -> JourneyRow:
    if start.enters is not None:
        entry = start.enters.on(compiled_map.map.map)
        check_entry(compiled_map, entry, now)
        start = replace(start, enters=None if entry == EntryPoint("") else entry)
    customers.set_unmatched(session, customer.id, None)
    given = None if start == PLAIN else start
    return journeys.insert(session, State.begin(customer, compiled_map.map.map, compiled_map.version, now, given))


async def started(context: IntakeContext, journey: JourneyRow) -> Enrolment:
    """Starts the workflow of a journey that has begun."""
    is_reached = await context.journey_client.start(journey.id)
    return Enrolment(journey.customer_id, journey.id, journey.map, is_reached)


def last_ends(
    past: Iterable[JourneyRow], compiled_maps: Iterable[CompiledMap], ended_before: Instant | None
) -> dict[str, Instant]:
    """Returns when the customer's last journey on each map ended, by map.

    One that was over when the customer was imported, known since `ended_before`, was on whichever map.
    """
    ends = {} if ended_before is None else {each.map.map: ended_before for each in compiled_maps}
    for row in past:
        if row.ended_at is not None:
            ends[row.map] = max(row.ended_at, ends.get(row.map, row.ended_at))
    return ends
