"""Dates that maps wait for and customers do not have: what opens at such a date never opens for them, in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from milepost.customer import Customer
from milepost.language.model import Map, Outcome
from milepost.language.names import BUILT_IN
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import Match, best_map

_NAMED = 3


@dataclass(frozen=True, slots=True)
class MissingDate:
    """How many customers a map is for have no such date, and which stages and steps it keeps shut, by title."""

    map: str
    attribute: str
    customers: int
    stages: tuple[str, ...]
    steps: tuple[str, ...]

    def __str__(self) -> str:
        have, them = ("customer has", "it") if self.customers == 1 else ("customers have", "them")
        what = " and ".join(filter(None, (_named("stage", self.stages), _named("step", self.steps))))
        never = "never opens" if len(self.stages) + len(self.steps) == 1 else "never open"
        return f"{self.customers} {have} no {self.attribute!r}; {what} of {self.map} {never} for {them}."

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in MissingDate.__slots__}


@dataclass(slots=True)
class Dates:
    """Counts the customers that have no date for what opens at one; `now` is when maps are matched with them."""

    compiled_maps: Sequence[CompiledMap]
    now: Instant
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    _anchors: Mapping[str, Mapping[str, _Shut]] = field(init=False)
    _asked: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._anchors = {compiled_map.map.map: _anchors(compiled_map.map) for compiled_map in self.compiled_maps}
        self._asked = frozenset(name for each in self._anchors.values() for name in each)

    def look_at(self, customer: Customer) -> None:
        """Count one customer. Matching is slow: it is only done for whom a date is missing at all."""
        missing = [name for name in self._asked if customer.attributes.get(name) is None]
        found = best_map(self.compiled_maps, customer, self.now) if missing else None
        if isinstance(found, Match):
            anchored = self._anchors[found.compiled_map.map.map]
            self.counted.update((found.compiled_map.map.map, name) for name in missing if name in anchored)

    def missing(self) -> Iterator[MissingDate]:
        """What was counted, by map and attribute."""
        for (map_id, name), many in sorted(self.counted.items()):
            shut = self._anchors[map_id][name]
            yield MissingDate(map_id, name, many, tuple(shut.stages), tuple(shut.steps))


@dataclass(frozen=True, slots=True)
class _Shut:
    stages: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def _anchors(whole: Map) -> dict[str, _Shut]:
    """What of a map opens at which of the customer's dates."""
    found: dict[str, _Shut] = {}
    for stage in whole.stages:
        if stage.opens is not None and stage.opens.at is not None:
            found.setdefault(stage.opens.at.attribute, _Shut()).stages.append(stage.title)
    for _, step in whole.all_steps():
        if step.at is not None:
            found.setdefault(step.at.attribute, _Shut()).steps.append(
                step.statement if isinstance(step, Outcome) else step.title
            )
    return {name: shut for name, shut in found.items() if name not in BUILT_IN}


def _named(noun: str, titles: Iterable[str]) -> str:
    known = list(titles)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    listed = ", ".join(map(repr, known[:_NAMED])) + more
    return f"{noun}{'' if len(known) == 1 else 's'} {listed}" if known else ""
