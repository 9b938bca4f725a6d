"""The vocabulary of all maps together: the names and values that a book of customers may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from milepost.imports.audience import Reach
from milepost.language.asks import Ask
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledMap

_ALWAYS_KNOWN = frozenset({"id", "name", "started_on"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names and values that maps define for customers. Without maps it is empty, and nothing is checked against it.

    Attributes:
        attributes: The declarations of each attribute, one of each map that has it.
        personas: The personas that contacts may have.
        roles: The roles that members of a team may have.
        asks: What forms ask for, by `STEP.FIELD`; of two maps with the same, the last counts.
        stage_names: The stages of their sequences by their ids and titles in small letters, by map.
        steps, outcomes: The other steps of stages, and the outcomes.
        plays: Their plays.
        events: The product events that they wait for.
        segment_attributes: The attributes that segments of maps ask for, each with those maps.
        reach: What a customer's only contact would get, by persona, of the maps that a book's customers are on.
    """

    attributes: Mapping[str, Sequence[Attribute]] = field(default_factory=dict)
    personas: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    segment_attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asks: Mapping[str, Ask] = field(default_factory=dict)
    stage_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    plays: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    reach: Reach | None = None

    @classmethod
    def of(cls, compiled_maps: Iterable[CompiledMap]) -> Vocabulary:
        """Returns the vocabulary of these maps."""
        maps = list(compiled_maps)
        attributes: dict[str, list[Attribute]] = {}
        for compiled_map in maps:
            for name, attribute in compiled_map.map.attributes.items():
                attributes.setdefault(name, []).append(attribute)
        of_stages = [step for each in maps for step in each.steps.values() if not step.in_play]
        return cls(
            attributes,
            personas=frozenset(persona for compiled_map in maps for persona in compiled_map.map.personas),
            roles=frozenset(role for compiled_map in maps for role in compiled_map.map.roles),
            segment_attributes=_segment_attributes(maps),
            asks={name: ask for compiled_map in maps for name, ask in compiled_map.asks.items()},
            stage_names={each.map.map: _stage_names(each) for each in maps},
            steps=frozenset(step.id for step in of_stages if not isinstance(step.step, Outcome)),
            outcomes=frozenset(step.id for step in of_stages if isinstance(step.step, Outcome)),
            plays=frozenset(name for each in maps for name in each.plays),
            events=frozenset(event for each in maps for event in each.events),
        )

    @property
    def lone_personas(self) -> Collection[str]:
        """The personas that a customer's only contact may have: those of the customers' maps, if these are known."""
        return (self.reach and self.reach.counts) or self.personas

    @property
    def types(self) -> dict[str, AttributeType]:
        """The type of each attribute; where maps differ, the last one's."""
        return {name: declared[-1].type for name, declared in self.attributes.items()}

    def knowing(self, attribute: str, kind: AttributeType) -> Vocabulary:
        """Returns the same with one more attribute."""
        return replace(self, attributes={**self.attributes, attribute: (Attribute(type=kind),)})


def _stage_names(compiled_map: CompiledMap) -> dict[str, str]:
    """Returns the stages that customers go through by what they are called; an id goes before another's title."""
    stages = {name: each.stage.title for name, each in compiled_map.stages.items() if each.in_sequence}
    by_id = {name.replace("_", " ").casefold(): name for name in stages}
    return {**by_id, **{title.casefold(): name for name, title in stages.items() if title.casefold() not in by_id}}


def _segment_attributes(compiled_maps: Iterable[CompiledMap]) -> dict[str, tuple[str, ...]]:
    segment_attributes: dict[str, tuple[str, ...]] = {}
    for compiled_map in compiled_maps:
        for root, name in sorted(compiled_map.where.references):
            if root == "customer" and name not in _ALWAYS_KNOWN:
                segment_attributes[name] = (*segment_attributes.get(name, ()), compiled_map.map.map)
    return segment_attributes
