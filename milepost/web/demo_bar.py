"""The bar on every page of colleagues in the demo: the journeys' time, how fast it runs, and whom visitors play."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request

from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.store.clock import SLOW, KeptClock, Pace
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

    `played` are those whom visitors play: an address or id, a name, and the address of the page of each. `others` says
    what everybody else does meanwhile, `once_taken` what time does once one more is played.
    """

    now: str
    pace: str
    waits: bool
    onward: str
    others: str
    once_taken: str
    played: tuple[tuple[str, str, str], ...]
    buttons: tuple[tuple[Pace, str, str], ...] = _BUTTONS

    def has(self, who: str) -> bool:
        """Whether a visitor plays a colleague, by address, or a customer, by id."""
        return any(each == who for each, _, _ in self.played)


def demo_bar(request: Request, served: Services, zone: str) -> DemoBar | None:
    """Returns the bar of a page whose times are in `zone`; None where nobody can steer the clock."""
    if served.demo is None:
        return None
    kept, names, wall = served.demo.kept, served.demo.names, served.intake.context.wall()
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return DemoBar(
        now=local_time.time_of(served.now(), zone),
        pace=pace_text(kept, wall),
        waits=kept.waits(wall),
        others=others_text(kept, wall),
        once_taken=once_taken_text(kept, wall),
        onward=address if request.method == "GET" else "/",
        played=(
            *((each, colleague_name(each), f"/desk/{quote(each)}") for each in sorted(kept.colleagues)),
            *((each, names.get(each, each), f"/ops/customers/{quote(each)}") for each in sorted(kept.customers)),
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
    return _speed_text(kept.asked.speed)


def others_text(kept: KeptClock, wall: float) -> str:
    """Says what those whom nobody plays do at a moment of the wall clock, as the end of a sentence."""
    if kept.asked.stands(wall):
        return "time stands still, so nobody else does anything until it goes on."
    if kept.asked.stops_at is not None:
        return "everybody else goes on until the day is over, and then time stands still."
    if kept.is_too_fast(wall):
        return f"everybody else goes on, at {_speed_text(kept.asked.speed)}. Slow it down, so that you keep up."
    return "everybody else goes on, slowly enough for you."


def once_taken_text(kept: KeptClock, wall: float) -> str:
    """Says what time does once a visitor takes over one more, as the end of a sentence."""
    if kept.asked.stands(wall):
        return "time stands still until you let it go on."
    if kept.is_too_fast(wall):
        return f"time slows down to {_speed_text(SLOW)}."
    if kept.asked.stops_at is not None:
        return "time goes on until the day is over."
    return f"time goes on at {_speed_text(kept.asked.speed)}."


def _speed_text(speed: float) -> str:
    """Returns how many seconds of journey go by in a second, such as `10 minutes a second`."""
    seconds, one, many = next((each for each in _UNITS if speed >= each[0]), _UNITS[-1])
    number = round(speed / seconds, 1)
    return f"{one if number == 1 else f'{number:g} {many}'} a second"
