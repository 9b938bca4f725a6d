"""What maps, taken together, know of customers: what a book of customers may speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from milepost.language.model import AttributeType, Map
from milepost.planner.compiled_map import CompiledMap

_ALWAYS_KNOWN = frozenset({"id", "name", "started_on"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What maps know of customers; empty where there is no map, and then nothing is held against it.

    Attributes:
        types: Of the attributes that maps declare, by name.
        choices: The values that are allowed, by attribute; of an attribute that is not in it, any.
        personas: Which contacts may have.
        roles: Which members of a team may have.
        asked: What the segments of maps look at, each with the maps whose segment does.
    """

    types: Mapping[str, AttributeType] = field(default_factory=dict)
    choices: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    personas: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, compiled_maps: Iterable[CompiledMap]) -> Vocabulary:
        """What these maps know."""
        known = list(compiled_maps)
        return cls(
            types={name: each.type for compiled_map in known for name, each in compiled_map.map.attributes.items()},
            choices=choices_of(compiled_map.map for compiled_map in known),
            personas=frozenset(persona for compiled_map in known for persona in compiled_map.map.personas),
            roles=frozenset(role for compiled_map in known for role in compiled_map.map.roles),
            asked=_asked(known),
        )

    def knowing(self, attribute: str, kind: AttributeType) -> Vocabulary:
        """The same with one more attribute."""
        return replace(self, types={**self.types, attribute: kind})


def choices_of(maps: Iterable[Map]) -> dict[str, tuple[Any, ...]]:
    """The values that maps allow, by attribute: those of all that list some, where none of them leaves it open."""
    listed: dict[str, tuple[Any, ...]] = {}
    open_to_any: set[str] = set()
    for each in maps:
        for name, attribute in each.attributes.items():
            if attribute.one_of is None:
                open_to_any.add(name)
            else:
                listed[name] = tuple(dict.fromkeys((*listed.get(name, ()), *attribute.one_of)))
    return {name: values for name, values in listed.items() if name not in open_to_any}


def _asked(compiled_maps: Iterable[CompiledMap]) -> dict[str, tuple[str, ...]]:
    asked: dict[str, tuple[str, ...]] = {}
    for compiled_map in compiled_maps:
        for root, name in sorted(compiled_map.where.references):
            if root == "customer" and name not in _ALWAYS_KNOWN:
                asked[name] = (*asked.get(name, ()), compiled_map.map.map)
    return asked
