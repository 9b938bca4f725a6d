"""The base of the records of a journey's state: their compact JSON form, and cheap copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Self


class Record:
    """A part of the state with a compact JSON form: fields that have their default are left out.

    `parsers` read those fields that JSON holds as the text of a value.
    """

    __slots__ = ()
    parsers: ClassVar[Mapping[str, Callable[[str], object]]] = {}

    def to_json(self) -> dict[str, Any]:
        out = {}
        kind: type = type(self)
        for name, default in _defaults(kind):
            value = getattr(self, name)
            if value != default:
                out[name] = str(value) if name in self.parsers else value
        return out

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        values: dict[str, Any] = {}
        for key, value in data.items():
            values[key] = value.copy() if isinstance(value, dict | list) else value
        for name, parse in cls.parsers.items():
            if name in values:
                values[name] = parse(values[name])
        return cls(**values)

    def copy(self) -> Self:
        kind: type = type(self)
        copy: Self = kind(*_values_of(kind)(self))
        for name in _tables_of(kind):
            setattr(copy, name, getattr(self, name).copy())
        return copy


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (item.name, item.default_factory() if item.default_factory is not MISSING else item.default)
        for item in fields(kind)
    )


@cache
def _values_of(kind: type) -> Callable[[object], tuple[Any, ...]]:
    """Reads all fields of a record at once, in the order in which it is made."""
    return attrgetter(*(item.name for item in fields(kind)))


@cache
def _tables_of(kind: type) -> tuple[str, ...]:
    """The fields that a copy must not share."""
    return tuple(name for name, default in _defaults(kind) if isinstance(default, dict | list))
