"""A made-up reader, for whom `milepost lint` renders each template once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from milepost.customer import Contact, Customer
from milepost.language.asks import Ask, AskType
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute
from milepost.language.steps import Figures
from milepost.language.templates.context import (
    ColleagueContext,
    CsmContext,
    MessageContext,
    OutcomeContext,
    PlaybookContext,
    StepContext,
    answers_context,
    message_context,
    playbook_context,
)

_DAY = date(2026, 3, 2)
_CONTACT = Contact("Sam Poe", "sam@customer.example", ("sponsor",), salutation="Dear Sam Poe")
_STEP = StepContext("step", "Step", _DAY, "Statement", "metric")
_VALUES = {
    AttributeType.TEXT: "text",
    AttributeType.NUMBER: 10.0,
    AttributeType.DATE: _DAY.isoformat(),
    AttributeType.FLAG: True,
}


def sample_message_context(attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> MessageContext:
    """Returns values for a message, with one for each attribute and each field of a form that the map has."""
    common = _common(attributes, asks)
    figures = Figures("metric", "h", 0.0, 10.0)
    return message_context(
        contact=_CONTACT,
        steps=[_STEP],
        plan_url="https://plan.example/plan",
        language="en",
        figures=figures,
        former=ColleagueContext("Bo", "bo@vendor.example"),
        successor=ColleagueContext("Ana", "ana@vendor.example"),
        **common,
    )


def sample_playbook_context(attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> PlaybookContext:
    """Returns values for a playbook, with one for each attribute and each field of a form that the map has."""
    outcome = OutcomeContext("Statement", "verified", 10.0)
    common = _common(attributes, asks)
    return playbook_context(step=_STEP, outcomes=[outcome], base_url="https://plan.example", **common)


def sample_answer(ask: Ask) -> Any:
    """Returns an answer that fits."""
    match ask.type:
        case AskType.CHOICE:
            first = (ask.one_of or ("",))[0]
            return [first] if ask.many else first
        case AskType.PERSON:
            return {"name": _CONTACT.name, "email": _CONTACT.email}
        case AskType.FILE | AskType.URL:
            return "https://customer.example/"
    return _VALUES[ask.attribute_type]


def _common(attributes: Mapping[str, Attribute], asks: Mapping[str, Ask]) -> dict[str, Any]:
    sent: dict[str, dict[str, Any]] = {}
    for name, ask in asks.items():
        sent.setdefault(name.partition(".")[0], {})[ask.field] = sample_answer(ask)
    values = {name: _VALUES[attribute.type] for name, attribute in attributes.items()}
    return {
        "customer": Customer("customer", "Customer", "UTC", "US", "en", attributes=values, contacts=(_CONTACT,)),
        "csm": CsmContext("Ana", "ana@vendor.example"),
        "map_title": "Map",
        "attributes": attributes,
        "started_on": _DAY,
        "answers": answers_context(asks, sent),
    }
