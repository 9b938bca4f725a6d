"""What a change stirs: which conditions, openings and closings must be looked at again after it, and which need not.

A chart knows this before any journey runs. Settling then looks only at what a change could have moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

Watched = tuple[str, str]
"""What can change: `("customer", ATTRIBUTE)`, `("step", ID)`, `("play", ID)`, `("stage", ID)`."""


class Invalidated(NamedTuple):
    """What one change stirs, by place: among the chart's looks, its containers, and its steps in order of the file."""

    looks: frozenset[int]
    containers: frozenset[int]
    steps: frozenset[int]


class Dependents(NamedTuple):
    """What every change stirs, and everything at once (`all`), for a journey that begins or goes on elsewhere."""

    by: Mapping[Watched, Invalidated]
    all: Invalidated

    @staticmethod
    def of(
        looks: Sequence[Collection[Watched]],
        containers: Sequence[Collection[Watched]],
        steps: Sequence[Collection[Watched]],
    ) -> Dependents:
        """Turn round what each place is moved by."""
        by: dict[Watched, tuple[set[int], ...]] = defaultdict(lambda: (set(), set(), set()))
        for kind, places in enumerate((looks, containers, steps)):
            for place, moved_by in enumerate(places):
                for what in moved_by:
                    by[what][kind].add(place)
        everything = Invalidated(*(frozenset(range(len(places))) for places in (looks, containers, steps)))
        return Dependents(
            {what: Invalidated(*map(frozenset, invalidated)) for what, invalidated in by.items()}, everything
        )
