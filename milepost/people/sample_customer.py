"""A made-up customer, to simulate a map with before there is a real one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, assert_never

from milepost.customer import Contact, Customer
from milepost.language.field_types import AttributeType
from milepost.language.model import Attribute, Map
from milepost.planner.instants import Instant, instant, moment

MADE_UP_START = instant(datetime(2026, 1, 5, 9, tzinfo=UTC))
"""When the journeys of made-up customers begin by default: a Monday morning."""

SOME_DATE = timedelta(days=300)
"""How long after the start a made-up customer's dates lie, so that a year shows a renewal."""


def made_up_customer(map: Map, start: Instant) -> Customer:  # noqa: A002 - the field's word
    """Returns a customer with a contact for every persona and a colleague for every role, in the map's time zone."""
    today = moment(start).date()
    return Customer(
        id="somebody",
        name="Somebody Inc.",
        timezone=map.working_time.timezone,
        country=map.working_time.country,
        attributes={name: made_up_value(attribute, today) for name, attribute in map.attributes.items()},
        contacts=tuple(
            Contact(persona.title, f"{name}@customer.example", (name,), salutation=f"Dear {persona.title}")
            for name, persona in map.personas.items()
        ),
        team={role: f"{role}@vendor.example" for role in map.roles},
    )


def made_up_value(attribute: Attribute, today: date) -> Any:
    """Returns a value that an attribute may have; a date lies ahead of today."""
    if attribute.one_of:
        return attribute.one_of[0]
    match attribute.type:
        case AttributeType.TEXT:
            return "something"
        case AttributeType.NUMBER:
            return 75
        case AttributeType.DATE:
            return (today + SOME_DATE).isoformat()
        case AttributeType.FLAG:
            return False
        case _:
            assert_never(attribute.type)
