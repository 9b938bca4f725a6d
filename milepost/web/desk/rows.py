"""The rows of a desk: a line for each task, and the sections that they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from milepost.explain import local_time
from milepost.explain.contract import renewal_of
from milepost.explain.people_names import colleague_name
from milepost.planner.instants import Instant
from milepost.store.stand_ins import StandIn
from milepost.store.tables import TaskRow
from milepost.store.tasks import TaskLine

LOW_HEALTH = 40
"""Health below this is marked."""
SOON_DAYS = 90
"""A contract that renews within so many days says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """One task in the list; `address` is that of the page with the task beside it, times are in `zone`.

    `notice` is what was just done with it and has yet to be taken in, `stand_in` who has it while its person is away.
    """

    line: TaskLine
    now: Instant
    zone: str
    address: str
    is_chosen: bool
    notice: str | None = None
    stand_in: StandIn | None = None

    @property
    def task(self) -> TaskRow:
        return self.line.task

    @property
    def key(self) -> tuple[str, str]:
        return key_of(self.line)

    @property
    def anchor(self) -> str:
        return f"row-{anchor_of(self.task)}"

    @property
    def is_late(self) -> bool:
        return self.task.urgency < self.now

    @property
    def when(self) -> str:
        """When it is due, as briefly as a list says it."""
        due = self.task.agreed_at if self.task.agreed_at is not None else self.task.due_at
        if self.line.paused:
            return "paused"
        if due is None:
            return "no date"
        if self.is_late:
            return f"{local_time.span_text(self.now - due)} late"
        if self.task.urgency > due:
            return f"from {_brief(self.task.urgency, self.now, self.zone, on_the_day='today')}"
        return _brief(due, self.now, self.zone)

    @property
    def effort(self) -> str:
        """The time that it takes, such as `45 min` or `1.5 h`; empty where the map doesn't say."""
        return brief_effort(self.task.effort_minutes)

    @property
    def health(self) -> str | None:
        return None if self.line.health is None else f"{self.line.health:g}"

    @property
    def is_unwell(self) -> bool:
        return self.line.health is not None and self.line.health < LOW_HEALTH

    @property
    def renewal(self) -> str | None:
        """When the contract renews, where that is near: `renews 1 Jul`."""
        day = renewal_of(self.line.attributes)
        if day is None:
            return None
        days = (day - local_time.local(self.now, self.zone).date()).days
        return f"renews {_day(day, with_year=days > _YEAR)}" if 0 <= days <= SOON_DAYS else None

    @property
    def note(self) -> str | None:
        """Who has it meanwhile, while its person is away."""
        if self.stand_in is None:
            return None
        return f"for {colleague_name(self.stand_in.absence.person)}"


_YEAR = 300
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the day, with how many tasks it has in all; `whole` is the address of the whole of it, if that is more.

    On the pages of a section alone, `earlier` and `later` are the addresses of the neighbouring ones.
    """

    id: str
    title: str
    rows: tuple[Row, ...]
    total: str
    whole: str | None = None
    earlier: str | None = None
    later: str | None = None


def by_customer(sections: Iterable[Section]) -> list[Section]:
    """Returns the same rows by customer: the most urgent customer first, and each one's most urgent task first."""
    rows: dict[str, list[Row]] = {}
    for row in (row for section in sections for row in section.rows):
        rows.setdefault(row.task.customer_id, []).append(row)
    return [
        Section(f"customer-{number}", own[0].line.customer_name, tuple(own), str(len(own)))
        for number, own in enumerate(rows.values(), 1)
    ]


def after(sections: Iterable[Section], key: tuple[str, str], left_out: Collection[tuple[str, str]] = ()) -> Row | None:
    """Returns the row behind a task's, or before it where none is; None if it is the only one."""
    rows = [row for row in _rows(sections) if row.key == key or (row.key not in left_out and row.notice is None)]
    place = next((number for number, row in enumerate(rows) if row.key == key), None)
    if place is None:
        return rows[0] if rows else None
    return next(iter((*rows[place + 1 :], *rows[:place][::-1])), None)


def _rows(sections: Iterable[Section]) -> Iterator[Row]:
    return (row for section in sections for row in section.rows)


def key_of(line: TaskLine) -> tuple[str, str]:
    """Returns a task's journey and id."""
    return line.task.journey_id, line.task.task


def anchor_of(task: TaskRow) -> str:
    """Returns a task's id on a page."""
    return f"{task.journey_id}-{task.task}".replace("/", "-")


def brief_effort(minutes: int | None) -> str:
    """Returns the time that work takes, such as `45 min` or `1.5 h`; empty for none."""
    if minutes is None:
        return ""
    return f"{minutes} min" if minutes < _HOUR else f"{minutes / _HOUR:.1f}".removesuffix(".0") + " h"


def _brief(due: Instant, now: Instant, zone: str, on_the_day: str | None = None) -> str:
    day, today = local_time.due_date(due, zone), local_time.local(now, zone).date()
    if day == today and on_the_day:
        return on_the_day
    if day == today:
        clock = f"{local_time.local(due, zone):%H:%M}"
        return "today" if clock == "00:00" else clock
    return _day(day, with_year=(day - today).days > _YEAR)


def _day(day: date, *, with_year: bool) -> str:
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if with_year else "")
