"""Reads a map's data into its models and reports every field that is wrong.

A draft replaces what can't be read with placeholders, so that the rest of the map is still checked and everything
that is wrong is reported at once. A draft is only for checking; no journey ever runs on one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from milepost.language.asks import Ask
from milepost.language.awaited import TAGS
from milepost.language.durations import TimeTextError
from milepost.language.field_errors import Failure, unknown_field, value_message
from milepost.language.field_types import LENIENT, UNREADABLE, Node, Placeholder
from milepost.language.findings import Finding, describe, related, starts_with
from milepost.language.misplaced_fields import NAMED_SECTIONS, move, named_fields, node_at, strays_in_sections
from milepost.language.model import Attribute, Map, Persona, Play, Pointer, Role, Stage
from milepost.language.problems import Problem
from milepost.language.steps import Step
from milepost.language.yaml_text import Path, deep_copy, steps_to, value_at

_ROUNDS = 8
"""An empty placeholder gets its own required fields in the next round."""
_NAMED_PARTS = (Ask, Attribute, Persona, Play, Pointer, Role, Stage, Step)
"""Parts that keep their place in a draft, as others may name them."""


@dataclass(slots=True)
class Structure:
    """The result of reading a map's fields.

    `data` is the data of the draft; `repaired` are the paths at which it differs from the file.
    """

    data: Any
    draft: Map | None = None
    problems: list[Problem] = field(default_factory=list)
    repaired: set[Path] = field(default_factory=set)


def check_structure(data: Any, file: str) -> Structure:
    """Reads data as a map, replacing what can't be read; `file` is its name in problems."""
    structure = Structure(deep_copy(data))
    for round_ in range(_ROUNDS):
        try:
            structure.draft = Map.model_validate(structure.data, context=LENIENT, by_alias=True, by_name=False)
            break
        except ValidationError as error:
            failures = _failures(structure.data, error)
        fresh = [each for each in failures if round_ == 0 or not related(each.path, structure.repaired)]
        structure.problems += [each.problem(structure.data, file) for each in _findings(structure.data, fresh)]
        _repair(structure, failures)
    if structure.draft is not None:
        structure.problems += [each.problem(structure.data, file) for each in _conflicts(structure)]
    return structure


def nodes_of(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yields every part of a map with its path, in the order of the models."""
    yield path, node
    for name, info in type(node).model_fields.items():
        yield from _nodes_in(getattr(node, name), (*path, info.alias or name))


def _nodes_in(value: Any, path: Path) -> Iterator[tuple[Path, Node]]:
    if isinstance(value, Node):
        yield from nodes_of(value, path)
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from _nodes_in(each, (*path, index))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _nodes_in(each, (*path, key))


def _failures(data: Any, error: ValidationError) -> list[Failure]:
    """Returns one failure for each path: a value that fits none of several types fails once for each type."""
    by_place: dict[tuple[Path, bool], Failure] = {}
    for each in error.errors(include_url=False):
        loc: Path = tuple(part for part in each["loc"] if part not in TAGS)
        lacking = each["type"] == "missing"
        path = tuple(part for _, part in steps_to(data, loc[:-1] if lacking else loc))
        if lacking:
            path = (*path, loc[-1])
        cause = each.get("ctx", {}).get("error")
        failure = Failure(path, loc, each["type"], each["input"], each.get("ctx", {}), cause)
        key = (path, failure.about_key)
        by_place[key] = replace(failure, type="scalar") if key in by_place else failure
    inner = {path[:length] for path, _ in by_place for length in range(len(path))}
    return [each for each in by_place.values() if each.type != "too_short" or each.path not in inner]


def _findings(data: Any, failures: list[Failure]) -> Iterable[Finding]:
    reported: set[tuple[Any, ...]] = set()
    strays = dict(strays_in_sections(data, [each.path for each in failures]))
    for path, message in strays.items():
        reported.add(path[1:])
        yield Finding(path, "M101", message, key=True)
    failures = [each for each in failures if not any(_comes_after(data, each.path, path) for path in strays)]
    for each in failures:
        if each.type == "extra_forbidden":
            unknown = unknown_field(data, each)
            reported.add(unknown.home or (*each.path[:-1], unknown.suggestion))
            yield Finding(each.path, "M101", unknown.message, unknown.suggestion, key=True)
    for each in failures:
        if each.type == "missing":
            if each.path not in reported:
                owner = describe(data, each.path[:-1])
                yield Finding(each.path, "M102", f"{owner[0].upper()}{owner[1:]} has no {each.path[-1]!r}; add it")
        elif each.type != "extra_forbidden":
            code = "M106" if isinstance(each.cause, TimeTextError) else "M103"
            message, suggestion = value_message(data, each)
            yield Finding(each.path, code, message, suggestion, key=each.about_key)


def _comes_after(data: Any, path: Path, stray: Path) -> bool:
    """Returns whether a path is in an entry of a section that belongs to the field strayed into it before."""
    if path[:1] != stray[:1] or len(path) == 1:
        return False
    names = list(value_at(data, stray[:1]))
    return path[1] in names and names.index(path[1]) >= names.index(stray[1])


def _repair(structure: Structure, failures: list[Failure]) -> None:
    homes = set()
    in_order = sorted(failures, key=lambda each: [str(part).zfill(6) for part in each.path], reverse=True)
    for each in sorted(in_order, key=lambda each: each.type != "extra_forbidden"):  # a field may come home first
        if not each.path or each.path in homes:
            continue
        unknown = unknown_field(structure.data, each) if each.type == "extra_forbidden" else None
        meant = (*each.path[:-1], unknown.suggestion) if unknown is not None and unknown.suggestion else None
        if meant and unknown and unknown.is_misspelled and meant[-1] not in value_at(structure.data, each.path[:-1]):
            move(structure.data, each.path, meant)
            homes.add(meant)
            continue
        if unknown is not None and unknown.home is not None:
            move(structure.data, each.path, unknown.home)
            homes.add(unknown.home)
        else:
            _repair_one(value_at(structure.data, each.path[:-1]), each, len(structure.repaired))
        structure.repaired.add(each.path)
        if meant is not None:
            structure.repaired.add(meant)


def _repair_one(container: Any, failure: Failure, number: int) -> None:
    part: Any = failure.path[-1]
    placeholder = None if failure.about_key else _placeholder(failure.path, number)
    if placeholder is not None:
        container[part] = placeholder
    elif isinstance(container, list) or (isinstance(container, dict) and part in container):
        del container[part]


def _placeholder(path: Path, number: int) -> Any:
    """A value for something that a map can't do without; None if it can. `number` makes names different."""
    part, node = path[-1], node_at(path)
    is_item = isinstance(part, int) or (path[0] in NAMED_SECTIONS and len(path) == 2)  # noqa: PLR2004 - `roles.NAME`
    if is_item:
        return {} if node is not None and issubclass(node, _NAMED_PARTS) else None
    owner = node_at(path[:-1])
    field = named_fields(owner).get(str(part)) if owner else None
    if field is None or not field.is_required():
        return None
    value: Any = next((each.value for each in field.metadata if isinstance(each, Placeholder)), {})
    return f"{UNREADABLE}_{number}" if value == UNREADABLE else copy.deepcopy(value)


def _conflicts(structure: Structure) -> Iterator[Finding]:
    assert structure.draft is not None
    for path, node in nodes_of(structure.draft):
        for conflict in node.conflicts():
            paths = [(*path, name) for name in conflict.fields]
            if not any(each in paths or starts_with(path, each) for each in structure.repaired):
                yield Finding(paths[0], conflict.code, conflict.message, key=True)
