"""Checks of a scenario's customer: its attributes, contacts and team, at the start and as facts change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.language.attribute_values import fits
from milepost.language.field_types import AttributeType
from milepost.language.findings import Finding
from milepost.language.model import Attribute
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.planner.calendars import is_zone
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.condition_trace import shown
from milepost.planner.fact_checks import is_allowed
from milepost.planner.instants import Instant
from milepost.planner.segment_match import considered, matches
from milepost.planner.written_facts import WrittenContact
from milepost.scenarios.checks.defined_names import DefinedNames, check_name
from milepost.text import did_you_mean

_SYSTEM_TASK_ROLE = "csm"
_WORDS = {
    AttributeType.TEXT: "text (in quotes, if it looks like a number)",
    AttributeType.NUMBER: "a number",
    AttributeType.DATE: "a date, YYYY-MM-DD",
    AttributeType.FLAG: "true or false",
}


def check_attributes(path: Path, attributes: Mapping[str, Any], names: DefinedNames) -> Iterator[Finding]:
    """Checks attributes of a customer's record: declared, of their type, and one of the values that are allowed."""
    for name, value in attributes.items():
        if name in names.attributes:
            yield from _value((*path, name), name, value, names.attributes[name])
        elif name in BUILT_IN_ATTRIBUTES:
            message = f"{name!r} is a field of every customer; write it beside 'attributes', not in them"
            yield Finding((*path, name), "M105", message, key=True)
        else:
            yield from check_name((*path, name), "attribute", name, names.attributes, key=True)


def check_changes(path: Path, attributes: Mapping[str, Any], names: DefinedNames) -> Iterator[Finding]:
    """Checks attributes that a fact sets; those that every customer has may be among them."""
    declared = {name: value for name, value in attributes.items() if name not in BUILT_IN_ATTRIBUTES}
    for name, value in declared.items():
        if name in names.attributes:
            yield from _value((*path, name), name, value, names.attributes[name])
        else:
            yield from check_name((*path, name), "attribute", name, [*names.attributes, *BUILT_IN_ATTRIBUTES], key=True)
    zone = attributes.get("timezone")
    if zone is not None and not (isinstance(zone, str) and is_zone(zone)):
        message = f"there is no time zone {zone!r}; write an IANA name, such as 'Europe/Berlin'"
        yield Finding((*path, "timezone"), "M103", message)


def _value(path: Path, name: str, value: Any, declared: Sequence[Attribute]) -> Iterator[Finding]:
    if any(is_allowed(value, each) for each in declared):
        return
    attribute = declared[0]
    if not fits(value, attribute.type):
        yield Finding(path, "M103", f"{name!r} is {shown(value)}, which is not {_WORDS[attribute.type]}")
        return
    allowed = [str(each) for each in attribute.one_of or ()]
    suggestion = nearest(str(value), allowed)
    message = f"{shown(value)} is not one of {', '.join(allowed)}, the values of {name!r}{did_you_mean(suggestion)}"
    yield Finding(path, "M103", message, suggestion)


def check_contacts(path: Path, contacts: Sequence[WrittenContact], names: DefinedNames) -> Iterator[Finding]:
    """Checks the personas of contacts."""
    for index, contact in enumerate(contacts):
        for number, persona in enumerate(contact.personas):
            yield from check_name((*path, index, "personas", number), "persona", persona, names.personas)


def check_team(path: Path, team: Mapping[str, str], names: DefinedNames) -> Iterator[Finding]:
    """Checks the roles of a team; system tasks are the `csm`'s, so any map may name that role."""
    for role in team:
        if role != _SYSTEM_TASK_ROLE:
            yield from check_name((*path, role), "role", role, names.roles, key=True)


def check_segment(path: Path, compiled_map: CompiledMap, customer: Customer, start: Instant) -> Iterator[Finding]:
    """W210 if the map isn't for the customer."""
    if matches(compiled_map, customer, start):
        return
    (match,) = considered([compiled_map], customer, start)
    message = f"The map isn't for this customer: {match.why_not}; in production, it would never begin this journey"
    yield Finding(path, "W210", message)
