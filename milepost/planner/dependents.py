"""The dependency index: what must be re-evaluated after a change, computed once per map.

Settling then looks only at what a change may have touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from milepost.language.conditions import Condition

Watched = tuple[str, str]
"""Something that can change: `("customer", ATTRIBUTE)`, `("step", ID)`, `("play", ID)`, `("stage", ID)`, `(TASK, ID)`.
"""
TASK = "task"
"""Stands for a system task, which no condition asks about and no map has."""


_OF_ROOT = {
    **dict.fromkeys(("steps", "results", "outcomes", "answers"), "step"),
    "plays": "play",
    "stages": "stage",
}


def watched(condition: Condition) -> Iterator[Watched]:
    """What the answer to a condition hangs on."""
    return ((_OF_ROOT.get(root, root), name.partition(".")[0]) for root, name in condition.references)


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
