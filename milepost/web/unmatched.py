"""Explains why no map fits a customer: what each map asks for, and the customer's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from milepost.customer import Customer
from milepost.explain.phrases import Phrases
from milepost.explain.sentences import spaced
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.segment_match import Considered, considered
from milepost.text import listing, number

_KEPT = 32


def reasons(compiled_maps: Iterable[CompiledMap], customer: Customer, now: Instant) -> tuple[str, ...]:
    """Returns a sentence for each map that doesn't fit the customer."""
    return tuple(
        f"{each.title}: for customers whose {say.condition(each.where.text)}"
        + (f". Here {listing(values)}." if (values := list(_values(say, each))) else ".")
        for say, each in _unmet(compiled_maps, customer, now)
    )


def in_short(compiled_maps: Iterable[CompiledMap], customer: Customer, now: Instant) -> str:
    """Returns the customer's values that the maps ask for."""
    values = (value for say, each in _unmet(compiled_maps, customer, now) for value in _values(say, each))
    return ", ".join(dict.fromkeys(values))


def _unmet(
    compiled_maps: Iterable[CompiledMap], customer: Customer, now: Instant
) -> Iterator[tuple[Phrases, Considered]]:
    by_map = {compiled_map.map.map: compiled_map for compiled_map in compiled_maps}
    for each in considered(by_map.values(), customer, now):
        if not each.where.holds:
            yield _phrases_of(by_map[each.map]), each


@lru_cache(_KEPT)
def _phrases_of(compiled_map: CompiledMap) -> Phrases:
    return Phrases(compiled_map.map)


def _values(say: Phrases, each: Considered) -> Iterator[str]:
    """Yields the values that don't match a map; all that it asks for if it isn't known which."""
    values: Mapping[str, Any] = each.where.values
    failing = " ".join(each.where.failing)
    for name, value in values.items():
        if not failing or name in failing:
            yield f"{say.condition(name)} is {_value(value)}"


def _value(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, int | float) else spaced(str(value))
