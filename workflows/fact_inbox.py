"""What a journey has ahead of it: facts that wait for their instant, and the next wake-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milepost.planner import instants
from milepost.planner.instants import Instant


class FactInbox:
    """Facts by id, each once, taken in the order of their instants; `wake_at` is the planner's next instant."""

    def __init__(self, facts: Iterable[dict[str, Any]], wake_at: Instant | None) -> None:
        self._facts: dict[str, tuple[Instant, dict[str, Any]]] = {}
        self._first: Instant | None = None
        self.wake_at = wake_at
        for fact in facts:
            self.add(fact)

    def __len__(self) -> int:
        return len(self._facts)

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The facts that wait, in the order of their arrival."""
        return [fact for _, fact in self._facts.values()]

    @property
    def next(self) -> Instant | None:
        """The next instant at which there is something to do."""
        ahead = [at for at in (self._first, self.wake_at) if at is not None]
        return min(ahead, default=None)

    def add(self, fact: dict[str, Any]) -> None:
        """Note a fact down, unless it waits already; without an id and an instant it is no fact, and is left out."""
        try:
            at = instants.parse(fact["at"])
            known = fact["id"] in self._facts
        except (KeyError, TypeError, ValueError):
            return
        if known:
            return
        self._facts[fact["id"]] = (at, fact)
        self._first = at if self._first is None else min(at, self._first)

    def take(self, until: Instant) -> list[dict[str, Any]]:
        """Take out the facts up to and including the instant `until`."""
        due = sorted(
            (item for item in self._facts.values() if item[0] <= until),
            key=lambda item: item[0],
        )
        for _, fact in due:
            del self._facts[fact["id"]]
        self._first = min((at for at, _ in self._facts.values()), default=None)
        return [fact for _, fact in due]
