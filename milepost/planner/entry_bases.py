"""What the entries of a timeline have in common: where something happened, and the one JSON form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple

from milepost.planner.instants import Instant, text

INSTANTS = frozenset({"due", "until", "since", "begins"})
LISTS = frozenset({"steps", "names", "roles", "left", "came", "emptied"})
PLACE_KEYS = ("stage", "play", "step", "occurrence")


_FIELDS: dict[Any, tuple[str, ...]] = {}
"""The names that `fields_of` has worked out."""


def fields_of(entry: Any) -> tuple[str, ...]:
    """The names of the fields of a class of entries, without `at`."""
    if entry not in _FIELDS:
        _FIELDS[entry] = tuple(each.name for each in fields(entry) if each.name != "at")
    return _FIELDS[entry]


class StepPlace(NamedTuple):
    """A step, the stage or play it is in (neither, once a new version of the map dropped it), and which occurrence."""

    stage: str | None
    play: str | None
    step: str
    occurrence: int


class StagePlace(NamedTuple):
    stage: str


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """Base of all entries; `at` is when it happened. `kind` is its name in JSON and in the database."""

    kind: ClassVar[str]
    at: Instant

    def __init_subclass__(cls, kind: str | None = None) -> None:
        if kind is not None:
            cls.kind = kind

    @property
    def subject(self) -> str:
        """The id of the step, play or stage that the entry is about; empty where it is about none."""
        return next((name for key in ("step", "play", "stage") if (name := getattr(self, key, None))), "")

    def to_json(self) -> dict[str, Any]:
        """The entry as `milepost simulate --json` prints it: instants in UTC."""
        return {"at": text(self.at), "kind": self.kind, **self.data()}

    def data(self) -> dict[str, Any]:
        """The fields of the kind as plain data, without `at` and `kind`."""
        return dict(_plain(self))


@dataclass(frozen=True, slots=True)
class StageEntry(BaseEntry):
    stage: str


@dataclass(frozen=True, slots=True)
class PlayEntry(BaseEntry):
    play: str


@dataclass(frozen=True, slots=True)
class StepEntry(BaseEntry):
    place: StepPlace

    @property
    def step(self) -> str:
        return self.place.step

    @property
    def occurrence(self) -> int:
        return self.place.occurrence


@dataclass(frozen=True, slots=True)
class PlacedEntry(BaseEntry):
    """An entry about a step, a stage or neither."""

    place: StepPlace | StagePlace | None

    @property
    def step(self) -> str | None:
        return self.place.step if isinstance(self.place, StepPlace) else None

    @property
    def stage(self) -> str | None:
        return self.place.stage if self.place else None


def _plain(entry: Any) -> Iterator[tuple[str, Any]]:
    for name in fields_of(type(entry)):
        value = getattr(entry, name)
        if value is None:
            continue
        if name == "place":
            yield from ((key, part) for key in PLACE_KEYS if (part := getattr(value, key, None)) is not None)
        elif name in INSTANTS:
            yield name, text(value)
        else:
            yield json_key(name), list(value) if name in LISTS else value


def json_key(field: str) -> str:
    """The JSON key of a field: `from_` can't be `from` in Python."""
    return field.rstrip("_")
