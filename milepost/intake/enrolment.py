"""Enrolment: giving a customer the journey of the map that it is for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Customer
from milepost.intake.context import House, customer_of
from milepost.intake.errors import AlreadyOpen, EntryRefused, UnknownMap
from milepost.planner.compiled_map import Chart
from milepost.planner.instants import Instant
from milepost.planner.segment_match import MayNotEnter, NoMatch, best_map, matches, may_enter
from milepost.planner.state import State
from milepost.store import customers, journeys
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


async def enrol(house: House, customer: str, map_id: str | None = None) -> Enrolled | NotEnrolled:
    """Begin a customer's journey, on the map named or the one that the customer is for.

    Raises:
        UnknownCustomer: there is no such customer.
        UnknownMap: no map of this id is published.
        AlreadyOpen: the customer has an open journey.
        EntryRefused: the map's `reenter` does not take the customer again, or not yet.
    """
    now = house.now()
    charts = await house.charts.current()
    async with house.store.transaction() as session:
        known = await customer_of(session, customer)
        past = await journeys.of_customer(session, customer)
        if past and past[0].ended_at is None:
            raise AlreadyOpen(customer, past[0].id)
        chart = _named(charts, map_id) if map_id else await _best(session, charts, known, now)
        if isinstance(chart, NotEnrolled):
            return chart
        allowed = may_enter(chart, last_end(past, chart), now)
        if isinstance(allowed, MayNotEnter):
            raise EntryRefused(customer, allowed)
        begun = await _begin(session, known, chart, now)
    return await _start(house, begun)


async def enrol_if_it_turned(house: House, customer: str, before: Customer | None) -> Enrolled | NotEnrolled | None:
    """Begin a journey if the record first matches a map, or turned to match one since the last journey ended.

    `before` is the record as it was. None: the customer has a journey, or its record changed nothing here.
    """
    now = house.now()
    charts = await house.charts.current()
    async with house.store.transaction() as session:
        known = await customer_of(session, customer)
        past = await journeys.of_customer(session, customer)
        if past and past[0].ended_at is None:
            return None
        chart = await _best(session, charts, known, now)
        if isinstance(chart, NotEnrolled):
            return chart
        if past and before is not None and matches(chart, before, now):
            return None
        allowed = may_enter(chart, last_end(past, chart), now)
        if isinstance(allowed, MayNotEnter):
            return NotEnrolled(customer, str(allowed))
        begun = await _begin(session, known, chart, now)
    return await _start(house, begun)


async def barred(session: AsyncSession, customer: Customer, charts: list[Chart], now: Instant) -> str | None:
    """Why enrolling the customer would begin no journey now, for people. None: it would begin one."""
    found = best_map(charts, customer, now)
    if isinstance(found, NoMatch):
        anyway = f"`milepost enroll {customer.id} --map MAP` begins one on the map that you name"
        return f"no map is for the customer as it is now; {anyway}"
    past = await journeys.of_customer(session, customer.id)
    allowed = may_enter(found.chart, last_end(past, found.chart), now)
    return str(allowed) if isinstance(allowed, MayNotEnter) else None


def _named(charts: list[Chart], map_id: str) -> Chart:
    named = {chart.map.map: chart for chart in charts}
    if map_id not in named:
        raise UnknownMap(map_id, named)
    return named[map_id]


async def _best(session: AsyncSession, charts: list[Chart], customer: Customer, now: Instant) -> Chart | NotEnrolled:
    found = best_map(charts, customer, now)
    if isinstance(found, NoMatch):
        await customers.mark_unmatched(session, customer.id, str(found))
        return NotEnrolled(customer.id, str(found))
    return found.chart


async def _begin(session: AsyncSession, customer: Customer, chart: Chart, now: Instant) -> JourneyRow:
    await customers.mark_unmatched(session, customer.id, None)
    return await journeys.begin(session, State.begin(customer, chart.map.map, chart.version, now))


async def _start(house: House, begun: JourneyRow) -> Enrolled:
    started = await house.reach.start(begun, house.wall())
    return Enrolled(begun.customer_id, begun.id, begun.map, started)


def last_end(past: list[JourneyRow], chart: Chart) -> Instant | None:
    """When the customer's last journey on this map ended."""
    ends = [row.ended_at for row in past if row.map == chart.map.map and row.ended_at is not None]
    return max(ends, default=None)
