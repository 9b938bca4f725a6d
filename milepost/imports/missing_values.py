"""Values that messages need and customers don't have: those messages wait until somebody tells the values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from milepost.customer import Customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import NoMatch, best_map
from milepost.planner.situation import Situation
from milepost.planner.state import State
from milepost.text import count_of, listing

_MOST_MESSAGES = 3


@dataclass(frozen=True, slots=True)
class MissingValue:
    """The number of a map's customers without a value, and the messages that need it."""

    map: str
    value: str
    customers: int
    messages: tuple[str, ...]

    def __str__(self) -> str:
        have = "has" if self.customers == 1 else "have"
        wait = "waits" if len(self.messages) == 1 else "wait"
        messages = listing([repr(message) for message in self.messages], most=_MOST_MESSAGES)
        noun = "message" if len(self.messages) == 1 else "messages"
        who = count_of(self.customers, "customer")
        return f"{who} {have} no {self.value!r}; the {noun} {messages} of {self.map} {wait} until somebody tells it."

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class MissingValues:
    """Counts customers by the values that messages of their map need; maps are matched as of `now`."""

    compiled_maps: Sequence[CompiledMap]
    now: Instant
    _customers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _messages: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def count(self, customer: Customer) -> None:
        """Counts one customer, as its record is now."""
        if not any(compiled_map.message_needs for compiled_map in self.compiled_maps):
            return
        match = best_map(self.compiled_maps, customer, self.now)
        if isinstance(match, NoMatch):
            return
        missing = list(_missing(match, customer, self.now))
        self._customers.update({(match.map.map, value) for _, value in missing})
        for message, value in missing:
            self._messages[match.map.map, value].add(message)

    def missing(self) -> Iterator[MissingValue]:
        """Yields the counts by map and value."""
        for (map_id, value), customers in sorted(self._customers.items()):
            messages = tuple(sorted(self._messages[map_id, value]))
            yield MissingValue(map_id, value, customers, messages)


_COME_LATER = ("answers.", "former.", "successor.")
"""What a journey brings, by forms and hand-overs."""


def _missing(compiled_map: CompiledMap, customer: Customer, now: Instant) -> Iterator[tuple[str, str]]:
    """Yields the messages of a map that the customer's people couldn't get now, each with a value that it needs."""
    state = State.begin(customer, compiled_map.map.map, compiled_map.version, now)
    situation, csm = Situation(compiled_map, state, now), compiled_map.map.csm
    for step_id, template in compiled_map.message_needs.messages():
        contact = situation.contact_of(compiled_map.steps[step_id])
        if contact is not None:
            needs = compiled_map.message_needs
            for value in needs.missing(step_id, template, customer, contact, csm=csm, answers={}):
                if not value.startswith(_COME_LATER):
                    yield template, value
