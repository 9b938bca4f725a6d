"""The view of a map that the checks share: its parts with their paths, and which of them couldn't be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from milepost.language.field_types import UNREADABLE, Node
from milepost.language.findings import related
from milepost.language.model import Map, Play, Stage
from milepost.language.names import Names, nearest
from milepost.language.steps import AnyStep, BranchItem
from milepost.language.structure import nodes_of
from milepost.language.yaml_text import Path

N = TypeVar("N", bound=Node)
TRACKS = ("touchpoints", "actions", "outcomes")
_BRANCHES = frozenset({"then", "results", "overdue", "on_deadline"})


@dataclass(frozen=True)
class PlacedStep:
    """A step with its path and its stage or play."""

    path: Path
    step: AnyStep
    container: Stage | Play


@dataclass(frozen=True)
class MapOutline:
    """A map or a draft of one; `repaired` are the paths at which it differs from the file."""

    map: Map
    data: Any
    repaired: frozenset[Path] = frozenset()

    @cached_property
    def names(self) -> Names:
        """The names that conditions may use."""
        return Names.of(self.map)

    @cached_property
    def _nodes(self) -> tuple[tuple[Path, Node], ...]:
        return tuple(nodes_of(self.map))

    def nodes(self, kind: type[N]) -> Iterator[tuple[Path, N]]:
        """Every part of one kind with its path."""
        for path, node in self._nodes:
            if isinstance(node, kind):
                yield path, node

    @cached_property
    def containers(self) -> tuple[tuple[Path, Stage | Play], ...]:
        """Every stage, then every play."""
        parts: dict[str, Sequence[Stage | Play]] = {"stages": self.map.stages, "plays": self.map.plays}
        return tuple(((section, index), part) for section in parts for index, part in enumerate(parts[section]))

    @cached_property
    def steps(self) -> tuple[PlacedStep, ...]:
        """Every step, by stage and play, in the order of the file."""
        return tuple(
            PlacedStep((*path, track, index), step, container)
            for path, container in self.containers
            for track in container.written_tracks
            for index, step in enumerate(getattr(container, track))
        )

    @cached_property
    def sequence(self) -> tuple[Stage, ...]:
        """The stages that open one after the other."""
        return tuple(stage for stage in self.map.stages if stage.opens is None)

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The places of the stages that open one after the other."""
        return {stage.id: index for index, stage in enumerate(self.sequence)}

    @cached_property
    def gone_to(self) -> frozenset[str]:
        """The stages that some branch goes to; of a name that no stage has, the one that is probably meant."""
        names = {item.go_to for _, item in self.nodes(BranchItem) if item.go_to is not None}
        stages = self.names.stages
        return frozenset(name if name in stages else nearest(name, stages) or name for name in names)

    def is_readable(self, *paths: Path) -> bool:
        """Returns whether these fields, with all below them, stand in the draft as in the file, present or not."""
        return not any(related(path, self.repaired) for path in paths)

    def has_all_steps(self, *containers: Path) -> bool:
        """Returns whether no list of steps of these stages and plays is missing because it couldn't be read."""
        return self.repaired.isdisjoint((*path, track) for path in containers for track in TRACKS)

    @cached_property
    def has_all_branches(self) -> bool:
        """Returns whether every branch could be read as far as it changes attributes."""
        return not any(
            "set" in path or (not _BRANCHES.isdisjoint(path) and path[-1] not in ("play", "go_to", "end"))
            for path in self.repaired
        )

    def is_whole(self, section: str) -> bool:
        """Returns whether a section of the map, such as `roles`, could be read as a whole."""
        return (section,) not in self.repaired


def is_unreadable(name: str) -> bool:
    """Returns whether a name in a draft stands for one that couldn't be read."""
    return name.startswith(UNREADABLE)
