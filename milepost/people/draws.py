"""Chance, drawn from a seed so that it can be had again, and what is chosen with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from random import Random  # noqa: TID251 - chance comes in as a seed

from milepost.planner.calendars import Calendar
from milepost.planner.instants import Instant

SHORTEST = 60
"""Seconds that anybody takes for anything: nobody answers in the same instant."""

Draws = Random
"""A source of numbers from 0 up to but not including 1."""

Chance = Callable[..., Draws]
"""The draws of what some words name: the same words have the same draws, other words have others."""


def seeded(seed: int) -> Chance:
    """Makes chance from a seed: the same seed and the same words give the same draws, on every machine.

    Each thing has draws of its own, so that one more of one changes none of another.
    """
    return partial(_draws_of, seed)


def no_chance(*_words: object) -> Draws:
    """Draws that are all 0: everybody takes the least time that they might take."""
    return _Zeros()


def _draws_of(*words: object) -> Draws:
    return Random("/".join(str(word) for word in words))  # noqa: S311 - made-up people, not a secret


class _Zeros(Random):
    def random(self) -> float:
        return 0.0


def pick(draws: Draws, weights: Mapping[str, float]) -> str:
    """Returns one of the names, as likely as its weight; the weights add up to more than 0."""
    left = draws.random() * sum(weights.values())
    names = [name for name, weight in weights.items() if weight > 0]
    for name in names:
        left -= weights[name]
        if left < 0:
            return name
    return names[-1]


def between(draws: Draws, calendar: Calendar, start: Instant, end: Instant) -> Instant:
    """Returns an instant in working hours between two others; if there are none, on the first working day after."""
    soonest = calendar.next_open(start + SHORTEST)
    if soonest >= end:
        return _within(draws, soonest, _close(calendar, soonest))
    at = _within(draws, soonest, end)
    if calendar.is_open(at):
        return at
    opened = calendar.next_open(at)
    if opened < end:
        return _within(draws, opened, min(_close(calendar, opened), end))
    day = _last_working_day(calendar, at)
    return _within(draws, max(soonest, calendar.opens_on(day)), calendar.closes_on(day))


def _within(draws: Draws, start: Instant, end: Instant) -> Instant:
    return start + int((end - start) * draws.random())


def _close(calendar: Calendar, at: Instant) -> Instant:
    """Returns when working hours end on the day of an instant."""
    return calendar.closes_on(calendar.local(at).date())


def _last_working_day(calendar: Calendar, at: Instant) -> date:
    """Returns the last day with working hours before an instant outside of them."""
    today = calendar.local(at).date()
    return calendar.working_from(today if at >= calendar.opens_on(today) else today - timedelta(days=1), -1)


def now_and_then(draws: Draws, per_year: float, start: Instant, until: Instant) -> Iterator[Instant]:
    """Yields the instants of something that happens `per_year` times a year on average, at any time of day."""
    at = float(start)
    while per_year > 0:
        at += -math.log(1 - draws.random()) / per_year * _YEAR
        if at > until:
            return
        yield max(int(at), start + SHORTEST)


_YEAR = 365.25 * 86_400
