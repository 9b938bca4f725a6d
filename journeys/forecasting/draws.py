"""Chance as it comes in: draws that somebody else makes from a seed, and what is chosen with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from journeys.planner.calendars import Calendar
from journeys.planner.instants import Instant

SHORTEST = 60
"""Seconds that anybody takes for anything: nobody answers in the same instant."""


class Draws(Protocol):
    """A source of chance, such as a seeded `random.Random`."""

    def random(self) -> float:
        """The next draw, from 0 up to but not including 1."""


Chance = Callable[..., Draws]
"""The draws of what some words name: the same words have the same draws, other words have others."""


def pick(draws: Draws, weights: Mapping[str, float]) -> str:
    """One of the names, each as likely as its weight has it; their sum is more than 0."""
    left = draws.random() * sum(weights.values())
    names = [name for name, weight in weights.items() if weight > 0]
    for name in names:
        left -= weights[name]
        if left < 0:
            return name
    return names[-1]


def between(draws: Draws, calendar: Calendar, start: Instant, end: Instant) -> Instant:
    """An instant between two others, in working hours; the end is not passed."""
    at = start + int((end - start) * draws.random())
    if not calendar.is_open(at):
        opened = calendar.next_open(at)
        day = calendar.local(opened).date()
        at = opened + int((calendar.on(day, calendar.to) - opened) * draws.random())
    return max(min(at, end), start + SHORTEST)


def now_and_then(draws: Draws, per_year: float, start: Instant, until: Instant) -> Iterator[Instant]:
    """The instants at which something happens that happens so often in a year on average, at any time."""
    at = float(start)
    while per_year > 0:
        at += -math.log(1 - draws.random()) / per_year * _YEAR
        if at > until:
            return
        yield max(int(at), start + SHORTEST)


_YEAR = 365.25 * 86_400
