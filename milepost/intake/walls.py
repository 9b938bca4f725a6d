"""Counts the live numbers of maps for their pages: again after some seconds, and never twice at once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from milepost.explain.funnel import Funnel, Span, months_until
from milepost.explain.wall import Wall
from milepost.intake.context import IntakeContext
from milepost.planner.closings import AT_ITS_GOAL
from milepost.planner.standings import standings
from milepost.store import map_states
from milepost.store.map_states import Journeys

FRESH = 5.0
"""For so many seconds numbers are shown as they were counted; then they are counted again behind the page."""
REST = 5
"""They are shown for so many times as long as it took to count them, if that is longer: pages come before numbers."""
_KEPT = 32


@dataclass(frozen=True, slots=True)
class MapNumbers:
    """What was counted of a map at once: who stands where, where customers stop, and in which countries they are."""

    wall: Wall
    funnel: Funnel
    countries: frozenset[str]


@dataclass(slots=True)
class _Counted:
    numbers: MapNumbers
    stale_at: float
    again: asyncio.Task[None] | None = None


class Walls:
    """The numbers of the maps that were looked at lately, for one process."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context
        self._counted: OrderedDict[Journeys, _Counted] = OrderedDict()
        self._first = asyncio.Lock()

    async def of(self, wanted: Journeys) -> MapNumbers:
        """Returns the numbers, counted at most some seconds before somebody last looked."""
        async with self._first:
            if wanted not in self._counted:
                self._counted[wanted] = _Counted(*await self._timed(wanted))
                if len(self._counted) > _KEPT:
                    self._counted.popitem(last=False)
        known = self._counted[wanted]
        self._counted.move_to_end(wanted)
        if time.monotonic() > known.stale_at and (known.again is None or known.again.done()):
            known.again = asyncio.create_task(self._count_again(wanted, known))
        return known.numbers

    async def _count_again(self, wanted: Journeys, known: _Counted) -> None:
        known.numbers, known.stale_at = await self._timed(wanted)

    async def _timed(self, wanted: Journeys) -> tuple[MapNumbers, float]:
        """Returns the numbers, and the second of the monotonic clock at which they are counted again."""
        began = time.monotonic()
        numbers = await self._count(wanted)
        ended = time.monotonic()
        return numbers, ended + max(FRESH, REST * (ended - began))

    async def _count(self, wanted: Journeys) -> MapNumbers:
        now = self._context.now()
        wall, funnel = Wall(now), Funnel(months_until(now, wanted.timezone))
        countries = set()
        async with self._context.store.reading() as session:
            async for each in map_states.read(session, wanted):
                there = tuple(standings(each.state))
                wall.add(each.customer, there, has_ended=each.ended_at is not None, silent_from=each.silent_from)
                countries.add(each.state["customer"].get("country"))
                was_broken_off = each.ended_at is not None and each.reason != AT_ITS_GOAL
                span = Span(each.started_at, each.ended_at, was_broken_off, each.id, each.customer)
                funnel.add(there, span, now)
        return MapNumbers(wall, funnel, frozenset(filter(None, countries)))
