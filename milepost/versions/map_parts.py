"""A map taken apart for comparison: every part by its id, every field as the map would write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from milepost.language.asks import Ask
from milepost.language.model import Map, Play, Stage
from milepost.language.steps import AnyStep

_IDS = frozenset({"map", "stage", "play", "touchpoint", "action", "outcome"})
"""Fields that are the id of a part of that name: an outcome's `outcome`, but not the map's, which is a value."""
_APART = frozenset({"stages", "plays", "touchpoints", "actions", "outcomes", "roles", "personas", "attributes"})
_NESTED = frozenset(
    {
        "segment",
        "working_time",
        "contact_policy",
        "window",
        "then",
        "metric",
        "overdue",
        "ask_again",
        "escalate",
        "link",
        "opens",
    }
)
"""Fields that are compared field by field: `segment.where`, `contact_policy.window.to`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stage or play; `steps` are the ids of its steps in the order of the file."""

    kind: str
    title: str
    fields: Mapping[str, str]
    steps: tuple[str, ...]

    @property
    def whole(self) -> Mapping[str, str]:
        """Its fields and its steps, to compare it with another one."""
        return {**self.fields, "steps": "\n".join(self.steps)}


@dataclass(frozen=True, slots=True)
class Parts:
    """A map's parts by id.

    `home` is the stage or play of a step, `named` its roles, personas and attributes, `was` the ids that its steps,
    stages and plays had in earlier versions.
    """

    map: str
    containers: Mapping[str, Part]
    steps: Mapping[str, AnyStep]
    home: Mapping[str, str]
    named: Mapping[str, Mapping[str, Mapping[str, str]]]
    was: Mapping[str, Sequence[str]]

    def users(self, file: str) -> list[str]:
        """The steps that name a message or playbook; a variant in a language belongs to the plain file."""
        plain = {file, _plain(file)}
        names = ("message", "reminder", "playbook")
        return [each for each, step in self.steps.items() if plain & {getattr(step, name, None) for name in names}]


def _plain(file: str) -> str:
    stem, _, ending = file.rpartition(".")
    return f"{stem.rpartition('.')[0] or stem}.{ending}"


def parts_of(map: Map) -> Parts:  # noqa: A002 - the field's word
    """Take a map apart."""
    containers: tuple[Stage | Play, ...] = (*map.stages, *map.plays)
    kinds = {each.id: "stage" if isinstance(each, Stage) else "play" for each in containers}
    return Parts(
        map.map,
        {
            each.id: Part(kinds[each.id], each.title, fields_of(each), tuple(step.id for step in each.steps))
            for each in containers
        },
        {step.id: step for each in containers for step in each.steps},
        {step.id: f"{kinds[each.id]} {each.id}" for each in containers for step in each.steps},
        {
            "role": {name: fields_of(each) for name, each in map.roles.items()},
            "persona": {name: fields_of(each) for name, each in map.personas.items()},
            "attribute": {name: fields_of(each) for name, each in map.attributes.items()},
        },
        {part.id: part.was for each in containers for part in (each, *each.steps)},
    )


def fields_of(part: BaseModel) -> dict[str, str]:
    """The values of a part by field, as the map would write them; fields that it leaves out are missing."""
    return {name: value for name, value in _fields(part, "") if value}


def _fields(part: BaseModel, before: str) -> Iterator[tuple[str, str]]:
    data = part.model_dump(mode="json", by_alias=True)
    short = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for name, info in type(part).model_fields.items():
        field = info.alias or name
        if not before and (field == "was" or (field in _IDS and field == type(part).__name__.lower())):
            continue
        value = getattr(part, name)
        if field == "asks":
            yield from _asks(value, short)
        elif field in _NESTED and isinstance(value, BaseModel):
            yield from _fields(value, f"{before}{field}.")
        elif field not in _APART:
            nested = isinstance(data[field], dict | list)
            yield f"{before}{field}", one_line(short.get(field) if nested else data[field])


def _asks(asks: Sequence[Ask], short: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A form field by field: `asks.day` `{title: When?, type: date}`."""
    for ask, written in zip(asks, short.get("asks", ()), strict=True):
        yield f"asks.{ask.field}", one_line({name: value for name, value in written.items() if name != "field"})


def one_line(value: Any) -> str:
    """A value as a map writes it on one line; empty for what it leaves out."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else ""
        case dict():
            texts = ((name, one_line(each)) for name, each in value.items())
            items = [f"{name}: {text}" for name, text in texts if text]
            return f"{{{', '.join(items)}}}" if items else ""
        case []:
            return ""
        case [single]:
            return one_line(single)
        case list():
            return f"[{', '.join(one_line(each) for each in value)}]"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
