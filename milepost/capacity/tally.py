"""Counts of all journeys: numbers by week, which add up in any order and take no room for customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

_WEEKEND = 5


class Series(NamedTuple):
    """A series of numbers by week: a `measure` of a map, `about` one of its roles, outcomes, plays ..., in one run."""

    measure: str
    map: str
    about: str
    run: int


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks of a forecast, each from Monday to Sunday; of the first and the last, only a part may lie in it.

    `first` and `last` are local dates, both in the forecast.
    """

    first: date
    last: date

    @property
    def monday(self) -> date:
        """The Monday of the first week."""
        return self.first - timedelta(days=self.first.weekday())

    def __len__(self) -> int:
        return (self.last - self.monday).days // 7 + 1

    def of(self, day: date) -> int:
        """The number of a day's week, counted from 0."""
        return (day - self.monday).days // 7

    def mondays(self) -> list[date]:
        """The Monday of each week."""
        return [self.monday + timedelta(weeks=week) for week in range(len(self))]

    @property
    def parts(self) -> frozenset[int]:
        """The weeks that have a working day (Monday to Friday) outside the forecast."""
        ends = {0, len(self) - 1}
        return frozenset(week for week in ends if sum(day.weekday() < _WEEKEND for day in self.days(week)) < _WEEKEND)

    def days(self, week: int) -> list[date]:
        """The days of a week that lie in the forecast."""
        begin = self.monday + timedelta(weeks=week)
        days = (begin + timedelta(days=number) for number in range(7))
        return [day for day in days if self.first <= day <= self.last]


@dataclass(slots=True)
class Tally:
    """Whole numbers by series and week. Two tallies of the same weeks add up to one."""

    weeks: int
    series: dict[Series, list[int]] = field(default_factory=dict)

    def add(self, series: Series, week: int, number: int = 1) -> None:
        """Count something in a week."""
        if not 0 <= week < self.weeks:
            raise ValueError(f"week {week} isn't one of the {self.weeks} weeks of the forecast")
        self.series.setdefault(series, [0] * self.weeks)[week] += number

    def merge(self, other: Tally) -> None:
        """Add the counts of another tally."""
        for series, row in other.series.items():
            self.series[series] = self._sum([self.series.get(series, [0] * self.weeks), row])

    def find(self, measure: str, map_id: str | None = None, about: str | None = None) -> Iterator[Series]:
        """The series of a measure, in order."""
        for series in sorted(self.series):
            if series.measure == measure and map_id in (None, series.map) and about in (None, series.about):
                yield series

    def total(self, measure: str, map_id: str | None = None, about: str | None = None) -> int:
        """The sum of a measure over all runs and weeks."""
        return sum(self.by_week(measure, map_id, about))

    def by_week(self, measure: str, map_id: str | None = None, about: str | None = None) -> list[int]:
        """A measure by week, over all runs."""
        return self._sum(self.series[series] for series in self.find(measure, map_id, about))

    def by_run(self, runs: int, measure: str, map_id: str | None = None, about: str | None = None) -> list[list[int]]:
        """A measure by week, for each run."""
        rows: list[list[list[int]]] = [[] for _ in range(runs)]
        for series in self.find(measure, map_id, about):
            rows[series.run].append(self.series[series])
        return [self._sum(each) for each in rows]

    def _sum(self, rows: Iterable[list[int]]) -> list[int]:
        return [sum(numbers) for numbers in zip([0] * self.weeks, *rows, strict=True)]
