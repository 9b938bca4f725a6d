"""The hours that the team has: as the behaviour says for a role, else by the people that the book names for it."""

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
        people: How many there are; 0 where nobody is named.
        each: Hours a week that a person with only this role has for customers.
        hours: Hours that all of them have in a full week. A person with several roles has an equal part for each.
        by_week: The same in each week of the forecast: less where days are holidays or lie outside.
        source: Where the people are named: `behaviour`, `book`, or `nowhere`.
    """

    people: float
    each: float
    hours: float
    by_week: tuple[float, ...]
    source: str

    @property
    def is_known(self) -> bool:
        """Returns whether anybody is named, or the behaviour says how many people there are."""
        return self.source != "nowhere"


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
    team = behaviour.team.get(role)
    each = behaviour.hours_per_week if team is None or team.hours_per_week is None else team.hours_per_week
    if team is not None:
        people, hours, source = team.people, team.people * each, "behaviour"
    else:
        people, source = float(len(named)), "book" if named else "nowhere"
        hours = math.fsum(each / len(roles_of[person]) for person in named)
    return Capacity(people, each, hours, tuple(hours * share for share in shares), source)


def _shares(calendar: Calendar, weeks: Weeks) -> Iterator[float]:
    """For each week, the share of its working days that are worked and lie in the forecast."""
    for week in range(len(weeks)):
        yield sum(calendar.is_working(day) for day in weeks.days(week)) / len(calendar.days)
