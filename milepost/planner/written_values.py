"""The values of written facts: names, addresses, zones, what attributes, forms and outcomes may hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from milepost import limits, places
from milepost.planner.zones import is_zone

Name = Annotated[str, Field(min_length=1, max_length=limits.NAME)]
LongText = Annotated[str, Field(max_length=limits.TEXT)]
Address = Annotated[str, Field(min_length=1, max_length=limits.ADDRESS)]


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"there is no time zone {name!r}; write an IANA name, such as 'Europe/Berlin'")
    return name


def _known_country(code: str) -> str:
    if places.country(code) != code:
        raise ValueError(f"{code!r} is written {places.country(code)!r}")
    return code


Zone = Annotated[Name, AfterValidator(_known_zone)]
Country = Annotated[Name, AfterValidator(_known_country), WithJsonSchema({"type": "string", "pattern": places.COUNTRY})]


def day_as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _bearable(value: bool | float | str | None) -> Any:  # noqa: FBT001 - the value of an attribute
    if isinstance(value, str) and len(value) > limits.VALUE:
        raise ValueError(f"a text of {len(value)} characters is too long; send at most {limits.VALUE}")
    if isinstance(value, int | float) and not limits.is_number(value):
        raise ValueError(f"numbers go up to {limits.NUMBER}; send a smaller one")
    return value


def _schema(*types: str) -> WithJsonSchema:
    kinds: dict[str, dict[str, Any]] = {
        "number": {"type": "number", "minimum": -limits.NUMBER, "maximum": limits.NUMBER},
        "string": {"type": "string", "maxLength": limits.VALUE},
    }
    return WithJsonSchema({"anyOf": [kinds.get(each, {"type": each}) for each in types]})


Value = Annotated[
    bool | float | str | None,
    BeforeValidator(day_as_text),
    AfterValidator(_bearable),
    _schema("boolean", "number", "string", "null"),
]
"""The value of an attribute."""
Measured = Annotated[float | str | None, AfterValidator(_bearable), _schema("number", "string", "null")]
"""The value of an outcome."""


def _properties(properties: dict[str, Any]) -> dict[str, Any]:
    """Checks how much an event's properties hold."""
    waiting: list[tuple[str, Any, int]] = [(name, value, 0) for name, value in properties.items()]
    for number, (name, value, depth) in enumerate(waiting):
        if number >= limits.VALUES:
            raise ValueError(f"they hold too many values; send at most {limits.VALUES}, those in lists included")
        if depth > limits.NESTING:
            raise ValueError(
                f"{name!r} is nested too deeply; send at most {limits.NESTING} lists and objects in each other"
            )
        if isinstance(value, dict):
            waiting += [(name, each, depth + 1) for pair in value.items() for each in pair]
        elif isinstance(value, list):
            waiting += [(name, each, depth + 1) for each in value]
        else:
            try:
                _bearable(value)
            except ValueError as error:
                raise ValueError(f"{name!r}: {error}") from None
    return properties


Properties = Annotated[
    dict[Annotated[str, Field(max_length=limits.NAME)], Any],
    Field(max_length=limits.PROPERTIES),
    AfterValidator(_properties),
]


def _answer(value: Any) -> Any:
    """Checks that an answer is of a kind that some form asks for; whether it fits its own, the map decides."""
    value = day_as_text(value)
    match value:
        case list():
            if len(value) > limits.VALUES or not all(isinstance(each, str) for each in value):
                raise ValueError(f"a list of answers holds at most {limits.VALUES} texts")
            return [_bearable(each) for each in value]
        case dict():
            if not set(value) <= {"name", "email"} or not all(isinstance(each, str) for each in value.values()):
                raise ValueError("a person is written as {name: NAME, email: ADDRESS}")
            return {name: _bearable(each) for name, each in value.items()}
        case None | bool() | int() | float() | str():
            return _bearable(value)
    raise ValueError("an answer is a text, a number, true or false, a list of texts, or a person")


Answer = Annotated[
    Any,
    BeforeValidator(_answer),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "number", "minimum": -limits.NUMBER, "maximum": limits.NUMBER},
                {"type": "string", "maxLength": limits.VALUE},
                {"type": "array", "items": {"type": "string", "maxLength": limits.VALUE}, "maxItems": limits.VALUES},
                {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
                    "additionalProperties": False,
                },
                {"type": "null"},
            ]
        }
    ),
]
"""The answer to one field of a form."""
