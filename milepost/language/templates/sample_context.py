"""A made-up reader, for whom `milepost lint` renders each template once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.language.templates.context import (
    CsmContext,
    MessageContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    message_context,
    playbook_context,
)

_DAY = date(2026, 3, 2)
_CONTACT = Contact("Sam Poe", "sam@customer.example", ("sponsor",))
_STEP = StepContext("step", "Step", _DAY, "Statement", "metric")
_VALUES = {
    AttributeType.TEXT: "text",
    AttributeType.NUMBER: 10.0,
    AttributeType.DATE: _DAY.isoformat(),
    AttributeType.FLAG: True,
}


def sample_message_context(attributes: Mapping[str, Attribute]) -> MessageContext:
    """Returns values for a message, with one for each attribute that the map declares."""
    common = _common(attributes)
    return message_context(contact=_CONTACT, steps=[_STEP], plan_url="https://plan.example/", language="en", **common)


def sample_playbook_context(attributes: Mapping[str, Attribute]) -> PlaybookContext:
    """Returns values for a playbook, with one for each attribute that the map declares."""
    return playbook_context(step=_STEP, outcomes=[OutcomeContext("Statement", "verified", 10.0)], **_common(attributes))


def _common(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    values = {name: _VALUES[attribute.type] for name, attribute in attributes.items()}
    return {
        "customer": Customer("customer", "Customer", "UTC", "US", "en", attributes=values, contacts=(_CONTACT,)),
        "csm": CsmContext("Ana", "ana@vendor.example"),
        "map_title": "Map",
        "attributes": attributes,
        "started_on": _DAY,
    }
