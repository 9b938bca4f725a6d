"""A mapping that is based on a shipped one: what it says itself counts, the rest is as there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEYS = ("columns", "people", "zones", "attributes", "team", "defaults", "contacts")
"""The parts that are put together by their keys; any other is replaced as a whole."""


def put_on_base(data: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a mapping's data with what it leaves open and the shipped one says, without that one's name."""
    left_out = data.get("left_out")
    headings = {str(each).casefold() for each in (left_out if isinstance(left_out, list) else [left_out])}
    return _put(data, {key: value for key, value in base.items() if key != "mapping"}, headings)


def _put(data: Mapping[str, Any], base: Mapping[str, Any], left_out: set[str]) -> dict[str, Any]:
    result = {**base, **data}
    for key in _KEYS:
        own, theirs = data.get(key), base.get(key)
        if key == "columns" and isinstance(theirs, dict):
            result[key] = _columns(own, theirs, left_out)
        elif isinstance(own, dict) and isinstance(theirs, dict):
            result[key] = _put(own, theirs, left_out)
    return result


def _columns(own: Any, theirs: Mapping[str, Any], left_out: set[str]) -> Any:
    """Returns the columns of both; a field that a column of ours fills, no other one of the base does."""
    if own is not None and not isinstance(own, dict):
        return own  # which is a mistake, and told as one
    columns = own or {}
    filled = {_target(value) for value in columns.values()}
    taken = {str(heading).casefold() for heading in columns} | left_out
    kept = {
        heading: value
        for heading, value in theirs.items()
        if heading.casefold() not in taken and _target(value) not in filled
    }
    return {**kept, **columns}


def _target(column: Any) -> str:
    return str(column.get("to") if isinstance(column, dict) else column)
