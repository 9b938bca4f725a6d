"""The titles of maps, and of what is in them: two maps may have one title, or stages of the same ids and titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from milepost.planner.compiled_map import CompiledMap


def titles_by_map(compiled_maps: Iterable[CompiledMap]) -> Mapping[tuple[str, str], str]:
    """Returns the title of each stage by the ids of its map and its own."""
    return {(each.map.map, id_): stage.stage.title for each in compiled_maps for id_, stage in each.stages.items()}


def titles_by_id(compiled_maps: Iterable[CompiledMap]) -> Mapping[str, str]:
    """Returns the titles that the stages of an id have, whichever the map: `Getting started / First steps`."""
    return _together((stage, title) for (_, stage), title in titles_by_map(compiled_maps).items())


def role_titles(compiled_maps: Iterable[CompiledMap]) -> Mapping[str, str]:
    """Returns the titles that the roles of an id have, whichever the map."""
    return _together((name, role.title) for each in compiled_maps for name, role in each.map.roles.items())


def persona_titles(compiled_maps: Iterable[CompiledMap]) -> Mapping[str, str]:
    """Returns the titles that the personas of an id have, whichever the map."""
    return _together((name, persona.title) for each in compiled_maps for name, persona in each.map.personas.items())


def _together(named: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    titles: dict[str, dict[str, None]] = {}
    for name, title in named:
        titles.setdefault(name, {})[title] = None
    return {name: " / ".join(each) for name, each in titles.items()}


def map_titles(compiled_maps: Iterable[CompiledMap]) -> Mapping[str, str]:
    """Returns the titles of maps by id; where two have the same, it is followed by the id: `Pilots (pilot_2)`."""
    titles = {each.map.map: each.map.title for each in compiled_maps}
    counts = Counter(titles.values())
    return {id_: title if counts[title] == 1 else f"{title} ({id_})" for id_, title in titles.items()}
