"""Dates that maps wait for and customers don't have: what opens at such a date silently never opens for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from milepost.customer import Customer
from milepost.language.model import Map
from milepost.language.names import BUILT_IN
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import NoMatch, best_map
from milepost.text import listing

_MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class MissingDate:
    """The number of a map's customers without a date, and the titles of the stages and steps that need it to open."""

    map: str
    attribute: str
    customers: int
    stages: tuple[str, ...]
    steps: tuple[str, ...]

    def __str__(self) -> str:
        have, them = ("customer has", "it") if self.customers == 1 else ("customers have", "them")
        what = " and ".join(filter(None, (_titles("stage", self.stages), _titles("step", self.steps))))
        never = "never opens" if len(self.stages) + len(self.steps) == 1 else "never open"
        return f"{self.customers} {have} no {self.attribute!r}; {what} of {self.map} {never} for {them}."

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class MissingDates:
    """Counts customers without a date that something on their map opens at; maps are matched as of `now`."""

    compiled_maps: Sequence[CompiledMap]
    now: Instant
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _anchors: Mapping[str, Mapping[str, _Dependents]] = field(init=False)
    _names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._anchors = {compiled_map.map.map: _anchors(compiled_map.map) for compiled_map in self.compiled_maps}
        self._names = frozenset(name for anchors in self._anchors.values() for name in anchors)

    def count(self, customer: Customer) -> None:
        """Counts one customer. Matching is slow, so it is only done for customers without one of the dates."""
        names = [name for name in self._names if customer.attributes.get(name) is None]
        if not names:
            return
        match = best_map(self.compiled_maps, customer, self.now)
        if not isinstance(match, NoMatch):
            map_id = match.map.map
            self.counts.update((map_id, name) for name in names if name in self._anchors[map_id])

    def missing(self) -> Iterator[MissingDate]:
        """Yields the counts by map and attribute."""
        for (map_id, name), customers in sorted(self.counts.items()):
            dependents = self._anchors[map_id][name]
            yield MissingDate(map_id, name, customers, tuple(dependents.stages), tuple(dependents.steps))


@dataclass(frozen=True, slots=True)
class _Dependents:
    stages: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def _anchors(journey_map: Map) -> dict[str, _Dependents]:
    """Returns the titles of what opens at each date of the customer."""
    anchors: dict[str, _Dependents] = {}
    for stage in journey_map.stages:
        if stage.opens is not None and stage.opens.at is not None:
            anchors.setdefault(stage.opens.at.attribute, _Dependents()).stages.append(stage.title)
    for _, step in journey_map.all_steps():
        if step.at is not None:
            anchors.setdefault(step.at.attribute, _Dependents()).steps.append(step.title)
    return {name: dependents for name, dependents in anchors.items() if name not in BUILT_IN}


def _titles(noun: str, titles: Sequence[str]) -> str:
    plural = "" if len(titles) == 1 else "s"
    return f"{noun}{plural} {listing([repr(title) for title in titles], most=_MOST_TITLES)}" if titles else ""
