"""Checks the stages that a mapping names against those of the maps: what none has would refuse every such row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from milepost.imports.mapping import STAGE, Column
from milepost.imports.mapping import Mapping as ColumnMapping
from milepost.language.findings import Finding
from milepost.planner.compiled_map import CompiledMap
from milepost.text import did_you_mean, listing, nearest

Stages = Mapping[str, Sequence[str]]
"""The stages that customers can be in, by the id of the map, in their order."""
_MOST_LISTED = 12
_CODE = "M105"


def stages_of(compiled_maps: Iterable[CompiledMap]) -> Stages:
    """Returns the stages of some maps that customers go through; those that open by a date open beside them."""
    return {
        each.map.map: tuple(stage for stage, compiled in each.stages.items() if compiled.in_sequence)
        for each in compiled_maps
    }


def stage_findings(mapping: ColumnMapping, stages: Stages) -> Iterator[Finding]:
    """Yields every map and stage of a mapping that there isn't; without maps there is nothing to compare with."""
    if not stages:
        return
    everywhere = tuple(dict.fromkeys(stage for of_map in stages.values() for stage in of_map))
    for heading, column in mapping.columns.items():
        if column.to == STAGE:
            yield from _of_values(("columns", heading, "values"), column.values, everywhere, "No map has a stage")
            yield from _of_maps(("columns", heading, "per_map"), column, stages)


def _of_maps(path: tuple[str, ...], column: Column, stages: Stages) -> Iterator[Finding]:
    for map_id, values in column.per_map.items():
        if map_id in stages:
            yield from _of_values((*path, map_id), values, stages[map_id], f"{map_id} has no stage")
        else:
            near = nearest(map_id, stages)
            hint = did_you_mean(near) or f"; there are {listing(sorted(stages), most=_MOST_LISTED)}"
            yield Finding((*path, map_id), _CODE, f"There is no map {map_id!r}{hint}", near, key=True)


def _of_values(
    path: tuple[str, ...], values: Mapping[str, object], known: Sequence[str], nobody: str
) -> Iterator[Finding]:
    for cell, stage in values.items():
        if isinstance(stage, str) and stage and stage not in known:
            near = nearest(stage, known)
            hint = did_you_mean(near) or f"; there are {listing(known, most=_MOST_LISTED)}"
            message = f"{nobody} {stage!r} that customers are in{hint}"
            yield Finding((*path, cell), _CODE, message, near)
