"""Finds fields under the wrong parent, most often because they are indented too far or not far enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from milepost.language.field_types import Node
from milepost.language.findings import describe
from milepost.language.model import Map
from milepost.language.yaml_text import START, Fields, Path, value_at

NAMED_SECTIONS = ("attributes", "roles", "personas", "pointers")
"""Sections whose fields are named by the map's author, so that no name is unknown there."""


@dataclass(frozen=True, slots=True)
class Home:
    """The place where a misplaced field belongs, and what to do about it."""

    path: Path
    way: str


def named_fields(node: type[Node]) -> dict[str, FieldInfo]:
    """The fields of a part by their names in maps."""
    return {info.alias or name: info for name, info in node.model_fields.items()}


def home_of(data: Any, path: Path) -> Home | None:
    """The part around an unknown field, or right above it, that may have this field and lacks it; None if none does."""
    return _around(data, path) or _above(data, path)


def node_at(path: Path) -> type[Node] | None:
    """The model of a place in a map; None if there is none."""
    annotation: Any = Map
    for part in path:
        if isinstance(part, int):
            continue
        model = _read_by(annotation)
        if model is None:
            return None
        if isinstance(model, type) and issubclass(model, Node):
            by_name = named_fields(model)
            if part not in by_name:
                return None
            annotation = by_name[part].annotation
        else:
            annotation = get_args(model)[1]
    model = _read_by(annotation)
    return model if isinstance(model, type) and issubclass(model, Node) else None


def strays_in_sections(data: Any, paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yields the fields of the map that were taken for names in a section, each with a message."""
    strays = {path[:2] for path in paths if len(path) > 1 and path[0] in NAMED_SECTIONS}
    for section, name in sorted(strays, key=str):
        if name in named_fields(Map) and name not in data:
            message = f"{name!r} is a field of the map, but it is in {section!r}; indent it as far as {section!r}"
            yield (section, name), message


def move(data: Any, path: Path, home: Path) -> None:
    """Moves a field to where it belongs, under the name that it has there, with its position in the file."""
    source, target = value_at(data, path[:-1]), value_at(data, home[:-1])
    name, new_name = path[-1], home[-1]
    target[new_name] = source.pop(name)
    if isinstance(source, Fields) and isinstance(target, Fields):
        target.keys_at[new_name], target.values_at[new_name] = (
            source.keys_at.pop(name, START),
            source.values_at.pop(name, START),
        )


def _around(data: Any, path: Path) -> Home | None:
    name = path[-1]
    for length in range(len(path) - 2, -1, -1):
        owner = path[:length]
        if _lacks(data, owner, name):
            who = describe(data, owner)
            way = "if it belongs there, indent it less, as far as that one's fields"
            return Home((*owner, name), f"{who} has one: {way}")
    return None


def _above(data: Any, path: Path) -> Home | None:
    name, container = path[-1], value_at(data, path[:-1])
    node = node_at(path[:-1])
    fields = named_fields(node) if node else {}
    before = [key for key in list(container)[: list(container).index(name)] if key in fields]
    place: Path = (*path[:-1], *before[-1:])
    while before:
        value = value_at(data, place)
        if isinstance(value, list) and value:
            place = (*place, len(value) - 1)
        elif not isinstance(value, dict):
            return None
        elif _lacks(data, place, name):
            who = describe(data, place)
            way = "if it belongs there, indent it deeper, as far as that one's fields"
            return Home((*place, name), f"{who} above has one: {way}")
        elif len(place) == 1 and place[0] in NAMED_SECTIONS:
            return Home((*place, name), f"if it belongs to {place[0]!r} above, indent it deeper")
        elif value:
            place = (*place, next(reversed(value)))
        else:
            return None
    return None


def _lacks(data: Any, path: Path, name: Any) -> bool:
    """Returns whether a part may have a field and lacks it."""
    node, value = node_at(path), value_at(data, path)
    return node is not None and isinstance(value, dict) and name in named_fields(node) and name not in value


def _read_by(annotation: Any) -> Any:
    """The model, or the dict, inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return annotation
    if get_origin(annotation) is dict:
        return annotation
    models = (_read_by(each) for each in get_args(annotation))
    return next((each for each in models if each is not None), None)
