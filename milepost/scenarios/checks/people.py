"""Checks of a scenario's customer: its attributes, contacts and team, as the file has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milepost.customer import BUILT_IN_ATTRIBUTES, Customer
from milepost.language.findings import Finding
from milepost.language.yaml_text import Path
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import AttributesSet
from milepost.planner.instants import Instant
from milepost.planner.segment_match import considered, matches
from milepost.planner.written_facts import WrittenContact
from milepost.scenarios.checks.defined_names import DefinedNames, check_name, refusal_finding

_SYSTEM_TASK_ROLE = "csm"


def check_attributes(path: Path, attributes: Mapping[str, Any], names: DefinedNames) -> Iterator[Finding]:
    """Checks attributes of a customer's record: declared, of their type, and one of the values that are allowed."""
    for name, value in attributes.items():
        refusal = names.refusal(AttributesSet(id="", at=0, attributes={name: value}))
        if name in BUILT_IN_ATTRIBUTES:
            message = f"{name!r} is a field of every customer; write it beside 'attributes', not in them"
            yield Finding((*path, name), "M105", message, key=True)
        elif refusal is not None:
            yield refusal_finding((*path, name), refusal, is_key=True)


def check_contacts(path: Path, contacts: Sequence[WrittenContact], names: DefinedNames) -> Iterator[Finding]:
    """Checks the personas of contacts."""
    for index, contact in enumerate(contacts):
        for number, persona in enumerate(contact.personas):
            yield from check_name(
                (*path, index, "personas", number), "persona", persona, names.personas, mistaken=("role", names.roles)
            )


def check_team(path: Path, team: Mapping[str, str], names: DefinedNames) -> Iterator[Finding]:
    """Checks the roles of a team; system tasks are the `csm`'s, so any map may name that role."""
    for role in team:
        if role != _SYSTEM_TASK_ROLE:
            yield from check_name(
                (*path, role), "role", role, names.roles, key=True, mistaken=("persona", names.personas)
            )


def check_segment(path: Path, compiled_map: CompiledMap, customer: Customer, start: Instant) -> Iterator[Finding]:
    """W210 if the map isn't for the customer."""
    if matches(compiled_map, customer, start):
        return
    (match,) = considered([compiled_map], customer, start)
    message = f"The map isn't for this customer: {match.why_not}; in production, it would never begin this journey"
    yield Finding(path, "W210", message)
