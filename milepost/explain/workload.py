"""A colleague's work day by day, against the hours that the days have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

WORKDAYS = 5
"""The hours of a week are shared by so many days."""
_WEEK = 7


@dataclass(slots=True)
class DayLoad:
    """The tasks of a day: how many, the minutes that they take, and how many of them have no estimate.

    `has` is how many minutes the day has for tasks; None where nobody said how many hours a week has. `off` says why
    it has none.
    """

    day: date
    has: int | None = None
    off: str = ""
    tasks: int = 0
    minutes: int = 0
    unknown: int = 0

    def add(self, minutes: int | None) -> None:
        """Counts a task."""
        self.tasks += 1
        self.minutes += minutes or 0
        self.unknown += minutes is None

    @property
    def is_too_much(self) -> bool:
        return self.has is not None and self.minutes > self.has


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """The days of a week from today on, and what was due before `today` and has to be done in it as well."""

    days: tuple[DayLoad, ...]
    late: DayLoad | None = None

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self._all)

    @property
    def unknown(self) -> int:
        return sum(each.unknown for each in self._all)

    @property
    def has(self) -> int | None:
        """The minutes that the days have; None where nobody said how many hours there are."""
        known = [each.has for each in self.days if each.has is not None]
        return sum(known) if known else None

    @property
    def is_too_much(self) -> bool:
        return self.has is not None and self.minutes > self.has

    @property
    def _all(self) -> tuple[DayLoad, ...]:
        return self.days if self.late is None else (self.late, *self.days)


@dataclass(frozen=True, slots=True)
class Hours:
    """What there is of somebody's time: the hours of a week, None where nobody said; and why a day has none.

    `off` returns None for a day with hours, and an empty text for a weekend.
    """

    per_week: float | None = None
    off: Callable[[date], str | None] = field(default=lambda day: "" if day.weekday() >= WORKDAYS else None)

    def minutes_of(self, day: date) -> int | None:
        """Returns the minutes that a day has for tasks; None where nobody said."""
        if self.per_week is None:
            return None
        return round(60 * self.per_week / WORKDAYS) if self.off(day) is None else 0


def left_of_week(today: date, hours: Hours) -> int | None:
    """Returns the minutes that the days from today to Sunday have for tasks; None where nobody said."""
    days = [hours.minutes_of(today + timedelta(days=ahead)) for ahead in range(_WEEK - today.weekday())]
    known = [each for each in days if each is not None]
    return sum(known) if known else None


def workload(today: date, due: Iterable[tuple[date, int | None]], hours: Hours) -> tuple[WeekLoad, WeekLoad]:
    """Returns the work of this week from today on, and of the next.

    `due` has the days on which tasks fall due, and their minutes. Weekends are left out unless something is due then.
    """
    end = today + timedelta(days=2 * _WEEK - today.weekday())
    days: dict[date, DayLoad] = {}
    for day in (today + timedelta(days=number) for number in range((end - today).days)):
        days[day] = DayLoad(day, hours.minutes_of(day), hours.off(day) or "")
    late = DayLoad(today - timedelta(days=1))
    for day, minutes in due:
        if day < end:
            (late if day < today else days[day]).add(minutes)
    shown = [each for each in days.values() if each.tasks or hours.off(each.day) != ""]
    monday = end - timedelta(days=_WEEK)
    this, following = ([each for each in shown if (each.day < monday) is is_this] for is_this in (True, False))
    return WeekLoad(tuple(this), late if late.tasks else None), WeekLoad(tuple(following))
