"""Simulates the journeys of a part of a book and counts them; what is kept does not grow with the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from milepost.capacity.journey_counter import JourneyCounter
from milepost.capacity.tally import Tally, Weeks
from milepost.customer import Customer
from milepost.language.attribute_values import parse_date
from milepost.language.durations import Duration, Unit
from milepost.people.behaviour import Behaviour
from milepost.people.draws import Chance
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.planner.calendars import NeverOpensError, shift_date
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_checks import check_entry
from milepost.planner.entry_point import EntryPoint
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import instant
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.segment_match import NoMatch, best_map

LONGEST_BEFORE = Duration(3, Unit.YEAR)
"""How long before the forecast a simulated journey begins at most; what came earlier says little about the future."""

MOST_NAMED = 20
"""How many customers without a map, and how many impossible journeys, are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class ForecastSetup:
    """The setup of a forecast: maps, weeks, behaviour, number of runs, and chance."""

    compiled_maps: tuple[CompiledMap, ...]
    weeks: Weeks
    behaviour: Behaviour
    runs: int
    chance: Chance


@dataclass(slots=True)
class BookCounts:
    """The counts of a part of the book.

    Attributes:
        tally: What was counted of all journeys.
        customers: How many customers there were, by the map they are for.
        unmatched: How many no map is for; `why` says why for the first of them.
        later: How many begin their journey after the last day.
        people: The people that the book names for a role of a map: `(map, role, address)`.
        broken: Journeys that the map itself made impossible, the first of them by customer, and why.
        broke: How many there were.
    """

    tally: Tally
    customers: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    why: dict[str, str] = field(default_factory=dict)
    later: int = 0
    people: set[tuple[str, str, str]] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    broke: int = 0

    def merge(self, other: BookCounts) -> None:
        """Add the counts of the next part of the book."""
        self.tally.merge(other.tally)
        self.customers.update(other.customers)
        self.unmatched += other.unmatched
        self.later += other.later
        self.broke += other.broke
        self.people |= other.people
        _add_named(self.why, other.why)
        _add_named(self.broken, other.broken)


def _add_named(names: dict[str, str], others: Mapping[str, str]) -> None:
    for name, why in others.items():
        if len(names) >= MOST_NAMED:
            return
        names[name] = why


Entrant = tuple[Customer, EntryPoint | None]
"""A customer, and where its journey begins; None: at the first stage."""


def count_journeys(setup: ForecastSetup, entrants: Iterable[Entrant]) -> BookCounts:
    """Simulate the journeys of some customers; a customer's chances are the same whoever else is in the book."""
    counts = BookCounts(Tally(len(setup.weeks)))
    for customer, entry in entrants:
        day = _start_day(setup, customer)
        match = best_map(setup.compiled_maps, customer, instant(datetime.combine(day, time(12), UTC)))
        if isinstance(match, NoMatch):
            counts.unmatched += 1
            _add_named(counts.why, {customer.id: str(match)})
            continue
        map_ = match.map
        counts.customers[map_.map] += 1
        counts.people |= {(map_.map, role, person) for role, person in customer.team.items() if role in map_.roles}
        if day > setup.weeks.last:
            counts.later += 1
        else:
            _count_journey(setup, match, (customer, entry), day, counts)
    return counts


def _count_journey(
    setup: ForecastSetup, compiled_map: CompiledMap, entrant: Entrant, day: date, counts: BookCounts
) -> None:
    customer, entry = entrant
    try:
        start = compiled_map.ours.next_open(compiled_map.ours.on(day, time(0)))
        until = compiled_map.ours.on(setup.weeks.last + timedelta(days=1), time(0)) - 1
        if entry is not None:
            check_entry(compiled_map, entry, start)
        for run in range(setup.runs):
            chance = partial(setup.chance, run, customer.id)
            counter = JourneyCounter(compiled_map, setup.behaviour, setup.weeks, counts.tally, run)
            if start <= until:
                journey = SimulatedJourney(compiled_map, customer, start, until, setup.behaviour, chance, entry)
                counter.count((plan for plan, _ in simulate(journey)), start)
    except (NeverOpensError, EndlessMapError, RefusedError) as error:
        counts.broke += 1
        _add_named(counts.broken, {customer.id: str(error)})


def _start_day(setup: ForecastSetup, customer: Customer) -> date:
    """The local day on which a customer's journey begins."""
    first, starts = setup.weeks.first, setup.behaviour.starts
    if starts.attribute is not None and (day := parse_date(customer.attributes.get(starts.attribute))):
        return max(day, shift_date(first, LONGEST_BEFORE, -1))
    span = days_in(starts.over, first)
    return first + timedelta(days=int(span * setup.chance("start", customer.id).random()))


def days_in(span: Duration, first: date) -> int:
    """Counts the days of a duration that begins on a day; working days count with their weekends."""
    if span.exact:
        return span.count // (24 if span.unit is Unit.HOUR else 1440)
    if span.unit is Unit.BUSINESS_DAY:
        return span.count * 7 // 5
    return (shift_date(first, span, 1) - first).days
