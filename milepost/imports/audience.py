"""The audience of maps: whom their steps and messages are for, and whom a customer lacks among these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import islice, product
from typing import Any, Literal

from milepost.customer import Customer
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import NoMatch, best_map
from milepost.text import count_of, listing

_MOST_SUPPOSED = 32  # records that a customer is tried with


@dataclass(frozen=True, slots=True)
class Addressed:
    """The steps of a map that are for one persona or role, and their messages, reminders among them."""

    steps: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """The steps and messages of some maps that a customer's only contact would get, by that contact's persona.

    `total` are all that are for contacts, `maps` the titles of these maps, `by_map` the counts of each by its id.
    """

    counts: Mapping[str, int]
    total: int
    maps: tuple[str, ...]
    by_map: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def called_otherwise(self, persona: str) -> dict[str, str]:
        """Returns who a customer's only contact is on the maps that don't have a persona, by their ids."""
        others = {map_id: counts for map_id, counts in self.by_map.items() if persona not in counts and counts}
        return {map_id: max(counts, key=counts.__getitem__) for map_id, counts in others.items()}


@dataclass(frozen=True, slots=True)
class Maps:
    """The published maps, and the instant as of which customers are matched with them."""

    compiled_maps: Sequence[CompiledMap] = ()
    now: Instant = 0

    def reach(self, customers: Collection[Customer]) -> Reach | None:
        """Returns the reach in the maps that these customers are on, by how many are on each; None without maps.

        Where none is on a map, those maps count that they'd be on if they had what the book doesn't say, else all.
        """
        weights = self._on_maps(customers) or self._on_maps(_supposed(self.compiled_maps, customers))
        meant = [each for each in self.compiled_maps if weights[each.map.map] or not weights]
        counts: Counter[str] = Counter()
        total = 0
        for each in meant:
            weight = weights[each.map.map] or 1
            total += weight * sum(part.steps + part.messages for part in personas_of(each).values())
            counts.update({persona: weight * count for persona, count in _alone(each).items()})
        by_map = {each.map.map: _alone(each) for each in meant}
        return Reach(counts, total, tuple(each.map.title for each in meant), by_map) if meant else None

    def map_of(self, customer: Customer) -> str | None:
        """Returns the id of the map that a customer is on; None where none is for it."""
        match = best_map(self.compiled_maps, customer, self.now)
        return None if isinstance(match, NoMatch) else match.map.map

    def _on_maps(self, customers: Iterable[Customer]) -> Counter[str]:
        return Counter(map_id for each in customers if (map_id := self.map_of(each)) is not None)


def _supposed(compiled_maps: Sequence[CompiledMap], customers: Iterable[Customer]) -> Iterator[Customer]:
    """Yields customers with each value that segments may ask of an attribute which their records don't have."""
    allowed = {
        name: compiled_map.map.attributes[name].one_of or ()
        for compiled_map in compiled_maps
        for root, name in sorted(compiled_map.where.references)
        if root == "customer" and name in compiled_map.map.attributes
    }
    for customer in customers:
        open_values = {name: values for name, values in allowed.items() if values and name not in customer.attributes}
        for values in islice(product(*open_values.values()), _MOST_SUPPOSED if open_values else 0):
            supposed = dict(zip(open_values, values, strict=True))
            yield replace(customer, attributes={**customer.attributes, **supposed})


@lru_cache(maxsize=64)
def personas_of(compiled_map: CompiledMap) -> Mapping[str, Addressed]:
    """Returns what of a map is for each persona, in the order of its personas."""
    return _addressed(compiled_map, compiled_map.map.personas, roles=False)


@lru_cache(maxsize=64)
def roles_of(compiled_map: CompiledMap) -> Mapping[str, Addressed]:
    """Returns what of a map is for each role, in the order of its roles."""
    return _addressed(compiled_map, compiled_map.map.roles, roles=True)


def _addressed(compiled_map: CompiledMap, names: Collection[str], *, roles: bool) -> dict[str, Addressed]:
    steps: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for step in compiled_map.steps.values():
        name = (step.role if step.is_task else None) if roles else step.persona
        if name is not None:
            steps[name] += 1
            messages[name] += 0 if roles else (step.template is not None) + len(getattr(step.step, "remind", ()))
    return {name: Addressed(steps[name], messages[name]) for name in names if steps[name]}


def _alone(compiled_map: CompiledMap) -> dict[str, int]:
    """Returns how much of a map each persona would get as the only one whom a customer has."""
    counts = dict.fromkeys(compiled_map.map.personas, 0)
    for persona, addressed in personas_of(compiled_map).items():
        for name in _stand_ins(compiled_map, persona):
            counts[name] += addressed.steps + addressed.messages
    return counts


def _stand_ins(compiled_map: CompiledMap, persona: str) -> Iterator[str]:
    """Yields a persona and, one after the other, whoever stands in for it."""
    seen: set[str] = set()
    name: str | None = persona
    while name in compiled_map.map.personas and name not in seen:
        yield name
        seen.add(name)
        name = compiled_map.map.personas[name].fallback


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody whom a map needs, a persona or a role (`part`), and whom a customer doesn't have.

    `title` is what the map calls them, `steps` and `messages` how much of the map is for them.
    """

    map: str
    map_title: str
    part: Literal["persona", "role"]
    name: str
    title: str
    steps: int
    messages: int

    def sentence(self, customers: int) -> str:
        """Says that so many customers have nobody there, and what becomes of what is for them."""
        where = f"Nobody is {self.title} at {count_of(customers, 'customer')} ({self.map_title})"
        if self.part == "role":
            tasks = "1 task of theirs goes" if self.steps == 1 else f"{self.steps} tasks of theirs go"
            return f"{where}: {tasks} to everybody in that role."
        parts = [count_of(self.steps, "step"), *([count_of(self.messages, "message")] if self.messages else [])]
        reach = "reaches" if self.steps == 1 and not self.messages else "reach"
        return f"{where}: {listing(parts)} of theirs {reach} nobody."

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def absent_people(compiled_map: CompiledMap, customer: Customer) -> Iterator[Absent]:
    """Yields the personas whom steps of a map are for, and the roles that have tasks there, and whom a customer lacks.

    A persona isn't lacked if somebody stands in for it.
    """
    present = {persona for contact in customer.contacts for persona in contact.personas}
    personas, roles = compiled_map.map.personas, compiled_map.map.roles
    for name, addressed in personas_of(compiled_map).items():
        if present.isdisjoint(_stand_ins(compiled_map, name)):
            yield _absent(compiled_map, "persona", name, personas[name].title, addressed)
    for name, addressed in roles_of(compiled_map).items():
        if not customer.team.get(name):
            yield _absent(compiled_map, "role", name, roles[name].title, addressed)


def _absent(
    compiled_map: CompiledMap, part: Literal["persona", "role"], name: str, title: str, addressed: Addressed
) -> Absent:
    of_map = compiled_map.map
    return Absent(of_map.map, of_map.title, part, name, title, addressed.steps, addressed.messages)
