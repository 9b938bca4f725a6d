"""Pydantic's errors in a scenario's fields, in our own words: what is wrong and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from milepost.language.field_errors import requirement
from milepost.language.findings import Finding, quoted_value
from milepost.language.names import nearest
from milepost.language.yaml_text import Path, value_at
from milepost.planner.fact_words import fact_called
from milepost.planner.written_facts import WrittenAgreement, WrittenContact, WrittenFact
from milepost.text import did_you_mean

_OURS = ("value_error", "assertion_error")
_BY_FIELD = {
    "email": "takes an address, such as ana@vendor.example",
    "due": "takes a date, such as 2026-03-02",
    "map": "takes the path of a map, such as ../map.yaml, or the map itself",
}


def findings_of(
    errors: Iterable[Mapping[str, Any]], data: Any, fields: Mapping[str, Iterable[str]], reported: Iterable[Path]
) -> Iterator[Finding]:
    """Findings for pydantic's errors, one for each place; `reported` are the places that have a finding already.

    `fields` are the fields of the `scenario` and of its `customer`. An error of a whole fact is left out where its `at`
    was reported.
    """
    places = set(reported)
    for error in errors:
        path = _place(error["loc"], data)
        if path in places or (error["type"] in _OURS and (*path, "at") in places):
            continue
        places.add(path)
        yield _finding(error, path, data, fields)


def _finding(error: Mapping[str, Any], path: Path, data: Any, fields: Mapping[str, Iterable[str]]) -> Finding:
    kind = error["type"]
    if kind == "missing":
        owner = _owner((*path, error["loc"][-1]))
        return Finding(path, "M102", f"The field {error['loc'][-1]!r} is missing{owner}")
    if kind == "extra_forbidden":
        valid = list(_valid(path, fields))
        meant = fact_called(str(path[-1])) if _owner(path) == " of a fact" else None
        suggestion = meant or nearest(str(path[-1]), valid)
        hint = did_you_mean(suggestion) or f"; the fields are {', '.join(valid)}"
        return Finding(path, "M101", f"Unknown field {path[-1]!r}{_owner(path)}{hint}", suggestion, key=True)
    if kind in _OURS:
        message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return Finding(path, "M103", f"{message[:1].upper()}{message[1:]}")
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "scenario")
    by_field = _BY_FIELD.get(name) if kind != "string_too_long" else "takes a shorter text"
    takes = by_field or requirement(kind, error.get("ctx") or {})
    return Finding(path, "M103", f"{name!r}{_owner(path)} {takes}, not {quoted_value(value_at(data, path))}")


def _place(loc: tuple[Any, ...], data: Any) -> Path:
    """The part of a location that is a place in the file: pydantic adds the type that it tried."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            path.append(part)
            data = data[part]
    return tuple(path)


def _owner(path: Path) -> str:
    if len(path) <= 1:
        return ""
    if "contacts" in path[:-1]:
        return " of a contact"
    if "agreed" in path[:-1]:
        return " of an agreement"
    return {"facts": " of a fact", "customer": " of the customer"}.get(str(path[0]), "")


def _valid(path: Path, fields: Mapping[str, Iterable[str]]) -> Iterable[str]:
    match _owner(path):
        case " of a contact":
            return WrittenContact.model_fields
        case " of an agreement":
            return WrittenAgreement.model_fields
        case " of a fact":
            return WrittenFact.model_fields
        case " of the customer":
            return fields["customer"]
        case _:
            return fields["scenario"]
