"""Checks of a scenario's customer: its attributes, contacts and team, at the start and as facts tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.language.attribute_values import fits
from milepost.language.findings import Finding
from milepost.language.model import Attribute, AttributeType
from milepost.language.names import nearest
from milepost.language.yaml_text import Path
from milepost.planner.calendars import is_zone
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.condition_trace import shown
from milepost.planner.instants import Instant
from milepost.planner.segment_match import considered, matches
from milepost.planner.written_facts import WrittenContact
from milepost.scenarios.checks.defined_names import DefinedNames, check_name
from milepost.text import did_you_mean

ENGINES_ROLE = "csm"
_WORDS = {
    AttributeType.TEXT: "text (in quotes, if it looks like a number)",
    AttributeType.NUMBER: "a number",
    AttributeType.DATE: "a date, YYYY-MM-DD",
    AttributeType.FLAG: "true or false",
}


def check_attributes(path: Path, given: Mapping[str, Any], names: DefinedNames) -> Iterator[Finding]:
    """Attributes of a customer's record: declared, of their type, and one of the values that are allowed."""
    for name, value in given.items():
        if name in names.attributes:
            yield from _value((*path, name), name, value, names.attributes[name])
        elif name in BUILT_IN_ATTRIBUTES:
            said = f"{name!r} is a field of every customer; write it beside 'attributes', not in them"
            yield Finding((*path, name), "M105", said, key=True)
        else:
            yield from check_name((*path, name), "attribute", name, names.attributes, key=True)


def check_changes(path: Path, given: Mapping[str, Any], names: DefinedNames) -> Iterator[Finding]:
    """Attributes that a fact sets: those of every customer are among them."""
    declared = {name: value for name, value in given.items() if name not in BUILT_IN_ATTRIBUTES}
    for name, value in declared.items():
        if name in names.attributes:
            yield from _value((*path, name), name, value, names.attributes[name])
        else:
            yield from check_name((*path, name), "attribute", name, [*names.attributes, *BUILT_IN_ATTRIBUTES], key=True)
    zone = given.get("timezone")
    if zone is not None and not (isinstance(zone, str) and is_zone(zone)):
        said = f"there is no time zone {zone!r}; write an IANA name, such as 'Europe/Berlin'"
        yield Finding((*path, "timezone"), "M103", said)


def _value(path: Path, name: str, value: Any, declared: Sequence[Attribute]) -> Iterator[Finding]:
    if value is None or any(_allowed(value, each) for each in declared):
        return
    attribute = declared[0]
    if not fits(value, attribute.type):
        yield Finding(path, "M103", f"{name!r} is {shown(value)}, which is not {_WORDS[attribute.type]}")
        return
    allowed = [str(each) for each in attribute.one_of or ()]
    suggestion = nearest(str(value), allowed)
    said = f"{shown(value)} is not one of {', '.join(allowed)}, the values of {name!r}{did_you_mean(suggestion)}"
    yield Finding(path, "M103", said, suggestion)


def _allowed(value: Any, attribute: Attribute) -> bool:
    return fits(value, attribute.type) and (attribute.one_of is None or value in attribute.one_of)


def check_contacts(path: Path, contacts: Sequence[WrittenContact], names: DefinedNames) -> Iterator[Finding]:
    """The personas of contacts."""
    for index, contact in enumerate(contacts):
        for number, persona in enumerate(contact.personas):
            yield from check_name((*path, index, "personas", number), "persona", persona, names.personas)


def check_team(path: Path, team: Mapping[str, str], names: DefinedNames) -> Iterator[Finding]:
    """The roles of a team; the engine gives its own tasks to the `csm`, so that one may be named in any map."""
    for role in team:
        if role != ENGINES_ROLE:
            yield from check_name((*path, role), "role", role, names.roles, key=True)


def check_segment(path: Path, compiled_map: CompiledMap, customer: Customer, start: Instant) -> Iterator[Finding]:
    """W210: whether the map would take the customer at all."""
    if matches(compiled_map, customer, start):
        return
    (seen,) = considered([compiled_map], customer, start)
    said = (
        f"The map is not for this customer: {seen.why_not}; in production it would never begin this journey by itself"
    )
    yield Finding(path, "W210", said)
