"""The dependency index: what must be re-evaluated after a change, computed once per map.

Settling then looks only at what a change may have touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

Watched = tuple[str, str]
"""Something that can change: `("customer", ATTRIBUTE)`, `("step", ID)`, `("play", ID)`, `("stage", ID)`."""


class Invalidated(NamedTuple):
    """The places that one change invalidates, among the map's watchers, its containers and its steps in their order."""

    watchers: frozenset[int]
    containers: frozenset[int]
    steps: frozenset[int]


class Dependents(NamedTuple):
    """The places that each change invalidates; `all` is everything at once, for a journey that begins or moves."""

    by: Mapping[Watched, Invalidated]
    all: Invalidated

    @staticmethod
    def of(
        watchers: Sequence[Collection[Watched]],
        containers: Sequence[Collection[Watched]],
        steps: Sequence[Collection[Watched]],
    ) -> Dependents:
        """Invert the index: from what each place depends on, to the places that depend on it."""
        by: dict[Watched, tuple[set[int], ...]] = defaultdict(lambda: (set(), set(), set()))
        for kind, places in enumerate((watchers, containers, steps)):
            for place, depends_on in enumerate(places):
                for what in depends_on:
                    by[what][kind].add(place)
        everything = Invalidated(*(frozenset(range(len(places))) for places in (watchers, containers, steps)))
        return Dependents(
            {what: Invalidated(*map(frozenset, invalidated)) for what, invalidated in by.items()}, everything
        )
