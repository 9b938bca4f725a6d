"""What a forecast says: work by role and week against the hours of the team, people, messages, outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from milepost.capacity.capacity import Capacity, capacities
from milepost.capacity.journey_counter import ENGINE
from milepost.capacity.runs import Play, Played
from milepost.capacity.spread import Spread
from milepost.capacity.tally import Tally

ANSWERS = ("verified", "partial", "disputed", "silent")


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
        """The weeks that need more hours than there are, where it is known how many there are."""
        if self.capacity.source == "nowhere":
            return []
        pairs = enumerate(zip(self.hours, self.capacity.by_week, strict=True))
        return [week for week, (need, have) in pairs if need.mean > have + _NOTHING]

    @property
    def busiest(self) -> int:
        """The week that may need the most hours, as one run of ten has it; of several the fullest on average."""
        return max(range(len(self.hours)), key=lambda week: (self.hours[week].high, self.hours[week].mean, -week))


@dataclass(frozen=True, slots=True)
class Load:
    """What the customers of one map ask of one role.

    Attributes:
        people: How many the behaviour says there are for the role, on all maps, else the book for it on this map.
        minutes: Minutes that a customer takes in a week on average.
        allows: How many customers one person can look after, on average.
        busiest: The same in the week in which a customer takes most.
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
    """Messages of one map: `sent` in an average run, and how many contacts had how many in a week.

    `shares` are parts of all contacts' weeks, by the number of messages; `most` is the largest number seen.
    """

    map: str
    sent: float
    per_week: float
    shares: Mapping[int, float]
    most: int
    by_week: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of one outcome: askings and answers of an average run, and when.

    `half_by` is the Monday of the week by which half of what will be verified is; None: nothing will.
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
    """How the journeys of one map go in an average run: how many begin, end (by reason), start which plays."""

    map: str
    title: str
    customers: int
    started: float
    ended: Mapping[str, float]
    plays: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Place:
    """The work of one stage or play of a map, of all roles.

    Attributes:
        kind: `stage`, `play`, or `engine`: tasks that Milepost itself gives.
        place: The id of the stage or play.
        hours: Hours of an average run in the whole forecast.
        share: Their part of all hours.
    """

    map: str
    kind: str
    place: str
    title: str
    hours: float
    share: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that a forecast says."""

    play: Play
    played: Played
    roles: tuple[RoleWork, ...]
    loads: tuple[Load, ...]
    messages: tuple[Messages, ...]
    outcomes: tuple[Expected, ...]
    courses: tuple[MapCourse, ...]
    places: tuple[Place, ...]

    @property
    def mondays(self) -> list[date]:
        """The Monday of each week of the forecast."""
        return self.play.weeks.mondays()

    @property
    def customers(self) -> int:
        """How many customers were looked at."""
        return sum(self.played.customers.values()) + self.played.unmatched


def report(play: Play, played: Played) -> Report:
    """Put together what was counted."""
    known = capacities(play.compiled_maps, played.people, play.behaviour, play.weeks)
    titles = {
        role: known.title
        for compiled_map in reversed(play.compiled_maps)
        for role, known in compiled_map.map.roles.items()
    }
    with_customers = [
        compiled_map.map.map for compiled_map in play.compiled_maps if played.customers[compiled_map.map.map]
    ]
    return Report(
        play,
        played,
        tuple(
            _role(role, titles[role], capacity, play, played.tally)
            for role, capacity in known.items()
            if capacity.source == "behaviour" or played.tally.total("opened", about=role)
        ),
        tuple(load for map_id in with_customers for load in _loads(map_id, known, played)),
        tuple(_messages(map_id, play.runs, played.tally) for map_id in with_customers),
        tuple(_outcomes(play, played)),
        tuple(_courses(play, played)),
        tuple(sorted(_places(play, played.tally), key=lambda place: -place.hours)),
    )


def _role(role: str, title: str, capacity: Capacity, play: Play, tally: Tally) -> RoleWork:
    runs = [[number / 60 for number in row] for row in tally.by_run(play.runs, "minutes", about=role)]
    maps = sorted({series.map for series in tally.find("minutes", about=role)})
    return RoleWork(
        role,
        title,
        capacity,
        Spread.of([sum(row) for row in runs]),
        tuple(Spread.of([row[week] for row in runs]) for week in range(len(play.weeks))),
        {each: _mean(tally.by_week("minutes", each, role), 60 * play.runs) for each in maps},
        _mean(tally.by_week("done", about=role), play.runs),
        {name: tally.total(name, about=role) / play.runs for name in ("opened", "done", "late", "escalated")},
    )


def _places(play: Play, tally: Tally) -> Iterator[Place]:
    whole = tally.total("minutes in")
    for compiled_map in play.compiled_maps:
        stages = {f"stage:{stage.id}": stage.title for stage in compiled_map.map.stages}
        plays = {f"play:{each.id}": each.title for each in compiled_map.map.plays}
        titles = {**stages, **plays, ENGINE: "Tasks that Milepost gives"}
        for where, title in titles.items():
            if counted := tally.total("minutes in", compiled_map.map.map, where):
                kind, _, place = where.partition(":")
                yield Place(compiled_map.map.map, kind, place, title, counted / 60 / play.runs, counted / whole)


def _mean(numbers: list[int], of: int) -> tuple[float, ...]:
    return tuple(number / of for number in numbers)


def _loads(map_id: str, known: Mapping[str, Capacity], played: Played) -> Iterator[Load]:
    days = played.tally.by_week("days", map_id)
    for role in sorted({series.about for series in played.tally.find("minutes", map_id)}):
        minutes = played.tally.by_week("minutes", map_id, role)
        each = known[role].each * 60
        average = 7 * sum(minutes) / sum(days)
        busiest = max(7 * many / open_ for many, open_ in zip(minutes, days, strict=True) if open_)
        yield Load(
            map_id,
            role,
            played.customers[map_id],
            known[role].people if known[role].source == "behaviour" else _named(map_id, role, played),
            average,
            each / average if average else None,
            each / busiest if busiest else None,
        )


def _named(map_id: str, role: str, played: Played) -> int:
    """How many people the book names for a role on a map."""
    return len({person for on, as_, person in played.people if (on, as_) == (map_id, role)})


def _messages(map_id: str, runs: int, tally: Tally) -> Messages:
    counted = {int(series.about): 0 for series in tally.find("contacts", map_id)}
    for series in tally.find("contacts", map_id):
        counted[int(series.about)] += sum(tally.series[series])
    all_weeks = sum(counted.values())
    sent = tally.total("messages", map_id)
    return Messages(
        map_id,
        sent / runs,
        sent / all_weeks if all_weeks else 0.0,
        {many: counted[many] / all_weeks for many in sorted(counted)},
        max(counted, default=0),
        _mean(tally.by_week("messages", map_id), runs),
    )


def _outcomes(play: Play, played: Played) -> Iterator[Expected]:
    tally, runs = played.tally, play.runs
    for compiled_map in play.compiled_maps:
        map_id = compiled_map.map.map
        for step in compiled_map.steps.values() if played.customers[map_id] else ():
            if step.track != "outcome":
                continue
            by_run = {name: tally.by_run(runs, name, map_id, step.id) for name in ANSWERS}
            by_week = {name: _mean(tally.by_week(name, map_id, step.id), runs) for name in ANSWERS}
            yield Expected(
                map_id,
                step.id,
                getattr(step.step, "statement", step.id),
                tally.total("asked", map_id, step.id) / runs,
                {name: Spread.of([sum(row) for row in rows]) for name, rows in by_run.items()},
                by_week,
                _half_by(by_week["verified"], play.weeks.mondays()),
            )


def _half_by(by_week: tuple[float, ...], mondays: list[date]) -> date | None:
    half, so_far = sum(by_week) / 2, 0.0
    for monday, number in zip(mondays, by_week, strict=True):
        so_far += number
        if number and so_far >= half - _NOTHING:
            return monday
    return None


def _courses(play: Play, played: Played) -> Iterator[MapCourse]:
    tally, runs = played.tally, play.runs
    for compiled_map in play.compiled_maps:
        map_id = compiled_map.map.map
        yield MapCourse(
            map_id,
            compiled_map.map.title,
            played.customers[map_id],
            tally.total("started", map_id) / runs,
            _by_about(tally, "ended", map_id, runs),
            _by_about(tally, "play", map_id, runs),
        )


def _by_about(tally: Tally, measure: str, map_id: str, runs: int) -> dict[str, float]:
    names = sorted({series.about for series in tally.find(measure, map_id)})
    return {name: tally.total(measure, map_id, name) / runs for name in names}


_NOTHING = 1e-9  # sums of the same numbers in another order
