"""What the cast has in mind to do, in the order of time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable

from milepost.demo.actions import Act
from milepost.planner.instants import Instant


class Agenda:
    """Acts to come. Each thing is planned once."""

    def __init__(self) -> None:
        self._acts: list[tuple[Instant, int, Act]] = []
        self._numbers = itertools.count()
        self._planned: set[str] = set()

    def knows(self, about: str) -> bool:
        """Whether acts about this have been planned."""
        return about in self._planned

    def plan(self, about: str, acts: Callable[[], Iterable[Act]]) -> None:
        """Plan the acts about something, unless they have been planned."""
        if about not in self._planned:
            self._planned.add(about)
            for act in acts():
                self.put(act)

    def put(self, act: Act) -> None:
        """Note an act down, or note it down again because it could not be done."""
        heapq.heappush(self._acts, (act.at, next(self._numbers), act))

    def take(self, until: Instant) -> list[Act]:
        """Take out what is due, in the order of time."""
        due = []
        while self._acts and self._acts[0][0] <= until:
            due.append(heapq.heappop(self._acts)[2])
        return due
