"""A colleague's tasks as a calendar that programs read again and again (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from milepost.channels.invitations import PRODUCT
from milepost.explain.local_time import due_date
from milepost.planner.instants import Instant, moment
from milepost.text import one_line

READ_AGAIN = timedelta(hours=1)
"""How often calendars are asked to read it; most do so less often."""


@dataclass(frozen=True, slots=True)
class CalendarTask:
    """A task as a calendar shows it; `agreed_at` is the time of day that people agreed on, for `minutes`.

    `key` names it among all tasks, `url` is its address on the desk. It isn't shown without a date.
    """

    key: str
    title: str
    customer: str
    url: str
    due_at: Instant | None
    agreed_at: Instant | None
    minutes: int | None


def task_calendar(name: str, tasks: Iterable[CalendarTask], timezone: str, now: Instant) -> bytes:
    """Returns the calendar: times that were agreed on as they are, everything else on the day by which it is due.

    A day is one in `timezone`. What is only due takes no time in the calendar; what is late stands on the day that it
    was due.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    for task in tasks:
        if task.agreed_at is not None or task.due_at is not None:
            calendar.add_component(_event(task, timezone, now))
    return bytes(calendar.to_ical())


def _event(task: CalendarTask, timezone: str, now: Instant) -> Event:
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"milepost:task/{task.key}")))
    event.add("dtstamp", moment(now))
    event.add("summary", one_line(f"{task.title}: {task.customer}"))
    event.add("url", task.url)
    event.add("description", task.url)  # Google shows no URL
    if task.agreed_at is not None:
        event.add("dtstart", moment(task.agreed_at))
        event.add("dtend", moment(task.agreed_at + 60 * (task.minutes or 0)))
        event.add("transp", "OPAQUE")
    elif task.due_at is not None:
        day: date = due_date(task.due_at, timezone)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    return event
