"""Playing a part of the book: each customer's journey in each run, counted; what is kept does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from milepost.capacity.journey_counter import Watch
from milepost.capacity.tally import Tally, Weeks
from milepost.customer import Customer
from milepost.language.attribute_values import parse_date
from milepost.language.durations import Duration, Unit
from milepost.people.behaviour import Behaviour
from milepost.people.draws import Chance, Draws
from milepost.people.journey_simulation import SimulatedJourney, simulate
from milepost.planner.calendars import NeverOpensError, shift_date
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant, instant
from milepost.planner.loop_guard import EndlessMapError
from milepost.planner.segment_match import NoMatch, best_map

LONGEST_BEFORE = Duration(3, Unit.YEAR)
"""How long before the forecast a journey is played from at most; what came earlier says little of what comes."""

MOST_NAMED = 20
"""Customers without a map, and journeys that came to nothing, that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Play:
    """What is played: which maps, which days, how people behave, how many times, with whose chance."""

    compiled_maps: tuple[CompiledMap, ...]
    weeks: Weeks
    behaviour: Behaviour
    runs: int
    chance: Callable[..., Draws]


@dataclass(slots=True)
class Played:
    """What came of a part of the book.

    Attributes:
        tally: What was counted of all journeys.
        customers: How many customers there were, by the map they are for.
        unmatched: How many no map is for; `why` says it of the first of them.
        later: How many begin their journey after the last day.
        people: Whom the book names for a role of a map: `(map, role, address)`.
        broken: Journeys that the map itself made impossible, the first of them by customer, and why.
    """

    tally: Tally
    customers: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    why: dict[str, str] = field(default_factory=dict)
    later: int = 0
    people: set[tuple[str, str, str]] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)
    broke: int = 0

    def take_in(self, other: Played) -> None:
        """Add the next part of the book."""
        self.tally.take_in(other.tally)
        self.customers.update(other.customers)
        self.unmatched += other.unmatched
        self.later += other.later
        self.broke += other.broke
        self.people |= other.people
        _fill(self.why, other.why)
        _fill(self.broken, other.broken)


def _fill(mine: dict[str, str], others: Mapping[str, str]) -> None:
    for name, why in others.items():
        if len(mine) >= MOST_NAMED:
            return
        mine[name] = why


def play_part(play: Play, customers: Iterable[Customer]) -> Played:
    """Play the journeys of some customers; one customer's chances are the same whoever else is in the book."""
    played = Played(Tally(len(play.weeks)))
    for customer in customers:
        day = _start_day(play, customer)
        found = best_map(play.compiled_maps, customer, instant(datetime.combine(day, time(12), UTC)))
        if isinstance(found, NoMatch):
            played.unmatched += 1
            _fill(played.why, {customer.id: str(found)})
            continue
        played.customers[found.compiled_map.map.map] += 1
        played.people |= {
            (found.compiled_map.map.map, role, person)
            for role, person in customer.team.items()
            if role in found.compiled_map.map.roles
        }
        if day > play.weeks.last:
            played.later += 1
        else:
            _play_one(play, found.compiled_map, customer, day, played)
    return played


def _play_one(play: Play, compiled_map: CompiledMap, customer: Customer, day: date, played: Played) -> None:
    try:
        start = compiled_map.ours.next_open(compiled_map.ours.on(day, time(0)))
        until: Instant = compiled_map.ours.on(play.weeks.last + timedelta(days=1), time(0)) - 1
        for run in range(play.runs):
            chance: Chance = partial(play.chance, run, customer.id)
            watch = Watch(compiled_map, play.behaviour, play.weeks, played.tally, run)
            if start <= until:
                journey = SimulatedJourney(compiled_map, customer, start, until, play.behaviour, chance)
                watch.watch((plan for plan, _ in simulate(journey)), start)
    except (NeverOpensError, EndlessMapError) as error:
        played.broke += 1
        _fill(played.broken, {customer.id: str(error)})


def _start_day(play: Play, customer: Customer) -> date:
    """The local day on which a customer's journey begins."""
    first, starts = play.weeks.first, play.behaviour.starts
    if starts.attribute is not None and (given := parse_date(customer.attributes.get(starts.attribute))):
        return max(given, shift_date(first, LONGEST_BEFORE, -1))
    span = span_of(first, starts.over)
    return first + timedelta(days=int(span * play.chance("start", customer.id).random()))


def span_of(first: date, over: Duration) -> int:
    """How many days a duration is from a day on; working days count as days with their weekends."""
    if over.exact:
        return over.count // (24 if over.unit is Unit.HOUR else 1440)
    if over.unit is Unit.BUSINESS_DAY:
        return over.count * 7 // 5
    return (shift_date(first, over, 1) - first).days
