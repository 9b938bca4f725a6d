"""The bar on every page of colleagues in the demo: the journeys' time, how fast it runs, and whom visitors play."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.store.clock import KeptClock, Pace
from milepost.web.services import Services

_UNITS = (
    (86_400, "a day", "days"),
    (3600, "an hour", "hours"),
    (60, "a minute", "minutes"),
    (1, "a second", "seconds"),
)
_BUTTONS = (
    (Pace.SLOW, "Slow", "Ten minutes of journey a second, so that a person can take part"),
    (Pace.STOP, "Stop", "Time stands still"),
    (Pace.DAY_ON, "One day on", "One day for everybody, and then time stands still"),
    (Pace.AS_BEFORE, "As before", "As fast as it began"),
)


@dataclass(frozen=True, slots=True)
class DemoBar:
    """What the bar shows: the journeys' date and time, their pace, and the buttons.

    `colleagues` (addresses) and `customers` (ids) are those whom visitors play; `played` has an address or id, a name,
    and the address of the page of each.
    """

    now: str
    pace: str
    waits: bool
    onward: str
    colleagues: frozenset[str]
    customers: frozenset[str]
    played: tuple[tuple[str, str, str], ...]
    buttons: tuple[tuple[Pace, str, str], ...] = _BUTTONS


def demo_bar(request: Request, served: Services, zone: str) -> DemoBar | None:
    """Returns the bar of a page whose times are in `zone`; None where nobody can steer the clock."""
    if served.demo is None:
        return None
    kept, wall = served.demo.kept, served.intake.context.wall()
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return DemoBar(
        now=local_time.time_of(served.now(), zone),
        pace=pace_text(kept, wall),
        waits=kept.waits(wall),
        colleagues=kept.colleagues,
        customers=kept.customers,
        onward=address if request.method == "GET" else "/",
        played=(
            *((each, colleague_name(each), f"/desk/{quote(each)}") for each in sorted(kept.colleagues)),
            *((each, each, f"/ops/customers/{quote(each)}") for each in sorted(kept.customers)),
        ),
    )


def pace_text(kept: KeptClock, wall: float) -> str:
    """Says how fast journey time runs at a moment of the wall clock."""
    if kept.waits(wall):
        return "waiting for the journeys"
    if kept.asked.stands(wall):
        return "stopped"
    if kept.asked.stops_at is not None:
        return "one day on, then it stops"
    seconds, one, many = next((each for each in _UNITS if kept.asked.speed >= each[0]), _UNITS[-1])
    number = round(kept.asked.speed / seconds, 1)
    return f"{one if number == 1 else f'{number:g} {many}'} a second"
