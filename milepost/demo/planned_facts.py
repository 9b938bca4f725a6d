"""The facts that the demo is going to record, in the order of time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable

from milepost.demo.views import PlannedFact
from milepost.planner.instants import Instant


class Agenda:
    """Facts to come. Each thing is planned once."""

    def __init__(self) -> None:
        self._facts: list[tuple[Instant, int, PlannedFact]] = []
        self._numbers = itertools.count()
        self._planned: set[str] = set()

    def has_planned(self, about: str) -> bool:
        """Tells whether facts about this have been planned."""
        return about in self._planned

    def plan(self, about: str, facts: Iterable[PlannedFact]) -> None:
        """Plans the facts about something, unless they have been planned: then `facts` isn't read."""
        if about not in self._planned:
            self._planned.add(about)
            for fact in facts:
                self.put(fact)

    def forget(self, about: str) -> None:
        """Lets facts about this be planned again."""
        self._planned.discard(about)

    def put(self, fact: PlannedFact) -> None:
        """Adds a fact, or add it again because it could not be recorded."""
        heapq.heappush(self._facts, (fact.at, next(self._numbers), fact))

    def take(self, until: Instant) -> list[PlannedFact]:
        """Takes out what is due, in the order of time."""
        due = []
        while self._facts and self._facts[0][0] <= until:
            due.append(heapq.heappop(self._facts)[2])
        return due
