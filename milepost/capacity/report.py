"""The figures of a forecast: work by role and week against the hours of the team, people, messages, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from milepost.capacity.capacity import Capacity, capacities
from milepost.capacity.journey_counter import ENGINE
from milepost.capacity.runs import BookCounts, ForecastSetup
from milepost.capacity.spread import Spread
from milepost.capacity.tally import Tally

ANSWERS = ("verified", "partial", "disputed", "silent")
ROUNDING = 1e-9
"""How far sums of the same numbers differ when they are added in another order."""


@dataclass(frozen=True, slots=True)
class RoleWork:
    """The work of one role, a number a week where it is by week; hours and tasks are those of an average run.

    Attributes:
        role: Its id.
        title: What people call it.
        capacity: The hours that there are.
        total: Hours of the whole forecast.
        hours: Hours by week, over the runs.
        by_map: Hours by week of an average run, by map.
        tasks: Tasks done, by week.
        counts: Over the whole forecast: tasks `opened`, `done`, `late`, `escalated`.
    """

    role: str
    title: str
    capacity: Capacity
    total: Spread
    hours: tuple[Spread, ...]
    by_map: Mapping[str, tuple[float, ...]]
    tasks: tuple[float, ...]
    counts: Mapping[str, float]

    @property
    def over(self) -> list[int]:
        """The weeks that need more hours than there are, where that is known."""
        if not self.capacity.is_known:
            return []
        pairs = enumerate(zip(self.hours, self.capacity.by_week, strict=True))
        return [week for week, (need, have) in pairs if need.mean > have + ROUNDING]

    @property
    def busiest(self) -> int:
        """The week that may need the most hours, as in one run of ten; among equals the one with the highest mean."""
        return max(range(len(self.hours)), key=lambda week: (self.hours[week].high, self.hours[week].mean, -week))

    def lacking(self, week: int) -> float:
        """Returns how many more hours a week needs, in the mean of all runs, than there are."""
        return self.hours[week].mean - self.capacity.by_week[week]


@dataclass(frozen=True, slots=True)
class Load:
    """The work that the customers of one map make for one role.

    Attributes:
        people: How many have the role: on all maps where the behaviour says it, else on this map, by the book.
        minutes: The mean work that a customer is in a week.
        allows: How many customers one person can look after, on average.
        busiest: The same in the week in which a customer is most work.
    """

    map: str
    role: str
    customers: int
    people: float
    minutes: float
    allows: float | None
    busiest: float | None


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of one map: `sent` in an average run, and how many a contact gets in a week.

    `shares` are shares of all weeks of all contacts, by the number of messages; `most` is the largest number.
    """

    map: str
    sent: float
    per_week: float
    shares: Mapping[int, float]
    most: int
    by_week: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """How one outcome is expected to be answered: askings and answers of an average run, and when.

    `half_by` is the Monday of the week by which half of all verified answers have come; None: there are none.
    """

    map: str
    outcome: str
    statement: str
    asked: float
    answers: Mapping[str, Spread]
    by_week: Mapping[str, tuple[float, ...]]
    half_by: date | None


@dataclass(frozen=True, slots=True)
class MapCourse:
    """How the journeys of one map go in an average run: how many begin, end (by reason) and start plays."""

    map: str
    title: str
    customers: int
    started: float
    ended: Mapping[str, float]
    plays: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """The work of one stage or play of a map, for all roles: hours of an average run, and their share of all hours.

    `kind` is `stage`, `play`, or `engine` for system tasks; `place` is the id of the stage or play.
    """

    map: str
    kind: str
    place: str
    title: str
    hours: float
    share: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a forecast says."""

    setup: ForecastSetup
    counts: BookCounts
    roles: tuple[RoleWork, ...]
    loads: tuple[Load, ...]
    messages: tuple[Messages, ...]
    outcomes: tuple[ExpectedOutcome, ...]
    courses: tuple[MapCourse, ...]
    places: tuple[Place, ...]

    @property
    def mondays(self) -> list[date]:
        """The Monday of each week of the forecast."""
        return self.setup.weeks.mondays()

    @property
    def titles(self) -> Mapping[str, str]:
        """The titles of the maps, by id."""
        return {course.map: course.title for course in self.courses}

    @property
    def customers(self) -> int:
        """How many customers were simulated, or have no map."""
        return sum(self.counts.customers.values()) + self.counts.unmatched


def build_report(setup: ForecastSetup, counts: BookCounts) -> Report:
    """The figures of what was counted."""
    by_role = capacities(setup.compiled_maps, counts.people, setup.behaviour, setup.weeks)
    titles = {name: role.title for each in reversed(setup.compiled_maps) for name, role in each.map.roles.items()}
    with_customers = [each.map.map for each in setup.compiled_maps if counts.customers[each.map.map]]
    return Report(
        setup,
        counts,
        tuple(
            _role(role, titles[role], capacity, setup, counts.tally)
            for role, capacity in by_role.items()
            if capacity.source == "behaviour" or counts.tally.total("opened", about=role)
        ),
        tuple(load for map_id in with_customers for load in _loads(map_id, by_role, counts)),
        tuple(_messages(map_id, setup.runs, counts.tally) for map_id in with_customers),
        tuple(_outcomes(setup, counts)),
        tuple(_courses(setup, counts)),
        tuple(sorted(_places(setup, counts.tally), key=lambda place: -place.hours)),
    )


def _role(role: str, title: str, capacity: Capacity, setup: ForecastSetup, tally: Tally) -> RoleWork:
    runs = [[number / 60 for number in row] for row in tally.by_run(setup.runs, "minutes", about=role)]
    maps = sorted({series.map for series in tally.find("minutes", about=role)})
    return RoleWork(
        role,
        title,
        capacity,
        Spread.of([sum(row) for row in runs]),
        tuple(Spread.of([row[week] for row in runs]) for week in range(len(setup.weeks))),
        {each: _mean(tally.by_week("minutes", each, role), 60 * setup.runs) for each in maps},
        _mean(tally.by_week("done", about=role), setup.runs),
        {name: tally.total(name, about=role) / setup.runs for name in ("opened", "done", "late", "escalated")},
    )


def _places(setup: ForecastSetup, tally: Tally) -> Iterator[Place]:
    whole = tally.total("minutes in")
    for compiled_map in setup.compiled_maps:
        stages = {f"stage:{stage.id}": stage.title for stage in compiled_map.map.stages}
        plays = {f"play:{each.id}": each.title for each in compiled_map.map.plays}
        titles = {**stages, **plays, ENGINE: "Tasks that Milepost gives"}
        for where, title in titles.items():
            if minutes := tally.total("minutes in", compiled_map.map.map, where):
                kind, _, place = where.partition(":")
                yield Place(compiled_map.map.map, kind, place, title, minutes / 60 / setup.runs, minutes / whole)


def _mean(numbers: list[int], runs: int) -> tuple[float, ...]:
    return tuple(number / runs for number in numbers)


def _loads(map_id: str, by_role: Mapping[str, Capacity], counts: BookCounts) -> Iterator[Load]:
    days = counts.tally.by_week("days", map_id)
    for role in sorted({series.about for series in counts.tally.find("minutes", map_id)}):
        minutes = counts.tally.by_week("minutes", map_id, role)
        each = by_role[role].each * 60
        people = by_role[role].people
        if by_role[role].source != "behaviour":
            people = len({person for on, as_, person in counts.people if (on, as_) == (map_id, role)})
        average = 7 * sum(minutes) / sum(days)
        busiest = max(7 * many / open_ for many, open_ in zip(minutes, days, strict=True) if open_)
        yield Load(
            map_id,
            role,
            counts.customers[map_id],
            people,
            average,
            each / average if average else None,
            each / busiest if busiest else None,
        )


def _messages(map_id: str, runs: int, tally: Tally) -> Messages:
    weeks_with = {int(series.about): 0 for series in tally.find("contacts", map_id)}
    for series in tally.find("contacts", map_id):
        weeks_with[int(series.about)] += sum(tally.series[series])
    all_weeks = sum(weeks_with.values())
    sent = tally.total("messages", map_id)
    return Messages(
        map_id,
        sent / runs,
        sent / all_weeks if all_weeks else 0.0,
        {many: weeks_with[many] / all_weeks for many in sorted(weeks_with)},
        max(weeks_with, default=0),
        _mean(tally.by_week("messages", map_id), runs),
    )


def _outcomes(setup: ForecastSetup, counts: BookCounts) -> Iterator[ExpectedOutcome]:
    tally, runs = counts.tally, setup.runs
    for compiled_map in setup.compiled_maps:
        map_id = compiled_map.map.map
        for step in compiled_map.steps.values() if counts.customers[map_id] else ():
            if step.track != "outcome":
                continue
            by_run = {name: tally.by_run(runs, name, map_id, step.id) for name in ANSWERS}
            by_week = {name: _mean(tally.by_week(name, map_id, step.id), runs) for name in ANSWERS}
            yield ExpectedOutcome(
                map_id,
                step.id,
                step.step.title,
                tally.total("asked", map_id, step.id) / runs,
                {name: Spread.of([sum(row) for row in rows]) for name, rows in by_run.items()},
                by_week,
                _half_by(by_week["verified"], setup.weeks.mondays()),
            )


def _half_by(by_week: tuple[float, ...], mondays: list[date]) -> date | None:
    half = sum(by_week) / 2 - ROUNDING
    weeks = zip(mondays, by_week, accumulate(by_week), strict=True)
    return next((monday for monday, number, so_far in weeks if number and so_far >= half), None)


def _courses(setup: ForecastSetup, counts: BookCounts) -> Iterator[MapCourse]:
    tally, runs = counts.tally, setup.runs
    for compiled_map in setup.compiled_maps:
        map_id = compiled_map.map.map
        yield MapCourse(
            map_id,
            compiled_map.map.title,
            counts.customers[map_id],
            tally.total("started", map_id) / runs,
            _by_about(tally, "ended", map_id, runs),
            _by_about(tally, "play", map_id, runs),
        )


def _by_about(tally: Tally, measure: str, map_id: str, runs: int) -> dict[str, float]:
    names = sorted({series.about for series in tally.find(measure, map_id)})
    return {name: tally.total(measure, map_id, name) / runs for name in names}
