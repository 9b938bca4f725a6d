"""Enrolment: giving a customer the journey of the map that it is for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Customer
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.errors import EntryRefusedError, UnknownMapError
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import MayNotEnter, NoMatch, best_map, matches, may_enter
from milepost.planner.state import State
from milepost.store import customers, journeys
from milepost.store.errors import JourneyAlreadyOpenError
from milepost.store.tables import JourneyRow


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A customer has begun a journey. `started` is False while Temporal is away: it starts when that is back."""

    customer: str
    journey: str
    map: str
    started: bool


@dataclass(frozen=True, slots=True)
class NotEnrolled:
    """A customer has begun no journey; `why` is for people."""

    customer: str
    why: str


async def enrol(context: IntakeContext, customer: str, map_id: str | None = None) -> Enrolled | NotEnrolled:
    """Begin a customer's journey, on the map named or the one that the customer is for.

    Raises:
        UnknownCustomerError: there is no such customer.
        UnknownMapError: no map of this id is published.
        JourneyAlreadyOpenError: the customer has an open journey.
        EntryRefusedError: the map's `reenter` does not take the customer again, or not yet.
    """
    now = context.now()
    compiled_maps = await context.compiled_maps.current()
    async with context.store.transaction() as session:
        known = await customer_of(session, customer)
        past = await journeys.of_customer(session, customer)
        if past and past[0].ended_at is None:
            raise JourneyAlreadyOpenError(customer, past[0].id)
        compiled_map = _named(compiled_maps, map_id) if map_id else await _best(session, compiled_maps, known, now)
        if isinstance(compiled_map, NotEnrolled):
            return compiled_map
        allowed = may_enter(compiled_map, last_end(past, compiled_map), now)
        if isinstance(allowed, MayNotEnter):
            raise EntryRefusedError(customer, allowed)
        begun = await _begin(session, known, compiled_map, now)
    return await _start(context, begun)


async def enrol_if_it_turned(
    context: IntakeContext, customer: str, before: Customer | None
) -> Enrolled | NotEnrolled | None:
    """Begin a journey if the record first matches a map, or turned to match one since the last journey ended.

    `before` is the record as it was. None: the customer has a journey, or its record changed nothing here.
    """
    now = context.now()
    compiled_maps = await context.compiled_maps.current()
    async with context.store.transaction() as session:
        known = await customer_of(session, customer)
        past = await journeys.of_customer(session, customer)
        if past and past[0].ended_at is None:
            return None
        compiled_map = await _best(session, compiled_maps, known, now)
        if isinstance(compiled_map, NotEnrolled):
            return compiled_map
        if past and before is not None and matches(compiled_map, before, now):
            return None
        allowed = may_enter(compiled_map, last_end(past, compiled_map), now)
        if isinstance(allowed, MayNotEnter):
            return NotEnrolled(customer, str(allowed))
        begun = await _begin(session, known, compiled_map, now)
    return await _start(context, begun)


async def barred(
    session: AsyncSession, customer: Customer, compiled_maps: list[CompiledMap], now: Instant
) -> str | None:
    """Why enrolling the customer would begin no journey now, for people. None: it would begin one."""
    found = best_map(compiled_maps, customer, now)
    if isinstance(found, NoMatch):
        anyway = f"`milepost enroll {customer.id} --map MAP` begins one on the map that you name"
        return f"no map is for the customer as it is now; {anyway}"
    past = await journeys.of_customer(session, customer.id)
    allowed = may_enter(found.compiled_map, last_end(past, found.compiled_map), now)
    return str(allowed) if isinstance(allowed, MayNotEnter) else None


def _named(compiled_maps: list[CompiledMap], map_id: str) -> CompiledMap:
    named = {compiled_map.map.map: compiled_map for compiled_map in compiled_maps}
    if map_id not in named:
        raise UnknownMapError(map_id, named)
    return named[map_id]


async def _best(
    session: AsyncSession, compiled_maps: list[CompiledMap], customer: Customer, now: Instant
) -> CompiledMap | NotEnrolled:
    found = best_map(compiled_maps, customer, now)
    if isinstance(found, NoMatch):
        await customers.mark_unmatched(session, customer.id, str(found))
        return NotEnrolled(customer.id, str(found))
    return found.compiled_map


async def _begin(session: AsyncSession, customer: Customer, compiled_map: CompiledMap, now: Instant) -> JourneyRow:
    await customers.mark_unmatched(session, customer.id, None)
    return await journeys.begin(session, State.begin(customer, compiled_map.map.map, compiled_map.version, now))


async def _start(context: IntakeContext, begun: JourneyRow) -> Enrolled:
    started = await context.journey_client.start(begun, context.wall())
    return Enrolled(begun.customer_id, begun.id, begun.map, started)


def last_end(past: list[JourneyRow], compiled_map: CompiledMap) -> Instant | None:
    """When the customer's last journey on this map ended."""
    ends = [row.ended_at for row in past if row.map == compiled_map.map.map and row.ended_at is not None]
    return max(ends, default=None)
