"""The hours that a colleague's days have: a fifth of the week's on a working day, none on holidays and while away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from milepost.explain.workload import Hours
from milepost.planner.calendars import Calendar
from milepost.store import absences, people
from milepost.store.stand_ins import Absence
from milepost.web.services import Services


async def hours_of(served: Services, address: str, zone: str) -> Hours:
    """Returns the hours of a colleague, by the address in lower case, on the working days of the maps of a zone."""
    async with served.store.reading() as session:
        row = await session.run_sync(people.find, address)
        away = await absences.listed(session, served.now(), person=address)
    off = days_off(await calendar_of(served, zone), [each for each in away if each.person == address])
    return Hours(row.hours_per_week if row else None, off)


async def calendar_of(served: Services, zone: str) -> Calendar | None:
    """Returns the working days of the maps whose zone it is: the first one's, by its id."""
    current = await served.compiled_maps.readable()
    ours = [each.ours for each in sorted(current, key=lambda each: each.map.map) if each.ours.timezone == zone]
    return next(iter(ours), None)


def days_off(calendar: Calendar | None, away: Sequence[Absence]) -> Callable[[date], str | None]:
    """Returns what says why a day has no hours; of absences those for all customers and roles."""
    whole = [each for each in away if each.role is None and each.customers is None]

    def why(day: date) -> str | None:
        if any(each.first_day <= day <= each.last_day for each in whole):
            return "away"
        if calendar is not None and not calendar.is_working(day):
            return "" if day.weekday() not in calendar.days else "no working day"
        return None if calendar is not None else Hours().off(day)

    return why
