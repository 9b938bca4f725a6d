"""The hours that the team has: what the behaviour says of a role, else the people whom the book names for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from milepost.capacity.tally import Weeks
from milepost.people.behaviour import Behaviour
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap


@dataclass(frozen=True, slots=True)
class Capacity:
    """The hours of one role.

    Attributes:
        people: How many there are; 0 where nobody knows of any.
        each: Hours for customers that a person with only this role has a week.
        hours: Hours that all of them have in a full week. Who has several roles has an equal part for each.
        by_week: The same in each week of the forecast: less where days are holidays or lie outside.
        source: Where the people are known from: `behaviour`, `book`, or `nowhere`.
    """

    people: float
    each: float
    hours: float
    by_week: tuple[float, ...]
    source: str


def capacities(
    compiled_maps: Iterable[CompiledMap], people: Iterable[tuple[str, str, str]], behaviour: Behaviour, weeks: Weeks
) -> dict[str, Capacity]:
    """The capacity of every role of the maps; `people` are `(map, role, address)` as the book names them."""
    named: dict[str, set[str]] = {}
    roles_of: dict[str, set[str]] = {}
    for _, role, person in people:
        named.setdefault(role, set()).add(person)
        roles_of.setdefault(person, set()).add(role)
    calendars: dict[str, Calendar] = {}
    for compiled_map in sorted(compiled_maps, key=lambda compiled_map: compiled_map.map.map):
        for role in compiled_map.map.roles:
            calendars.setdefault(role, compiled_map.ours)
    return {
        role: _capacity(role, named.get(role, set()), roles_of, behaviour, _shares(calendar, weeks))
        for role, calendar in calendars.items()
    }


def _capacity(
    role: str, named: set[str], roles_of: Mapping[str, set[str]], behaviour: Behaviour, shares: Iterable[float]
) -> Capacity:
    said = behaviour.team.get(role)
    each = behaviour.hours_per_week if said is None or said.hours_per_week is None else said.hours_per_week
    if said is not None:
        people, hours, source = said.people, said.people * each, "behaviour"
    else:
        people, source = float(len(named)), "book" if named else "nowhere"
        hours = math.fsum(each / len(roles_of[person]) for person in named)
    return Capacity(people, each, hours, tuple(hours * share for share in shares), source)


def _shares(calendar: Calendar, weeks: Weeks) -> Iterator[float]:
    """For each week, the part of its working days that is worked in the forecast."""
    for week in range(len(weeks)):
        yield sum(calendar.is_working(day) for day in weeks.days(week)) / len(calendar.days)
