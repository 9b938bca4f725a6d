"""M103 for values that a field can't judge by itself: those of attributes, time zones and countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from milepost import places
from milepost.language.attribute_values import fits, parse_date
from milepost.language.durations import RelativeDate, TimeTextError
from milepost.language.field_types import AttributeType
from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.language.model import Attribute
from milepost.language.names import BUILT_IN, nearest
from milepost.language.steps import BranchItem
from milepost.language.yaml_text import Path
from milepost.text import did_you_mean, listing

_WORDS = {
    AttributeType.TEXT: "text",
    AttributeType.NUMBER: "a number",
    AttributeType.DATE: "a date, YYYY-MM-DD",
    AttributeType.FLAG: "true or false",
}

_LIKE_A_RELATIVE_DATE = re.compile(r"\b(before|after|from|today|now|tomorrow|yesterday)\b|customer\.|[a-z]\s*[+-]\s*\d")


def check_values(outline: MapOutline) -> Iterator[Finding]:
    """Checks that the values in `one_of`, and those that branches set, are of the attribute's type."""
    for name, attribute in outline.map.attributes.items():
        if ("attributes", name, "type") in outline.repaired:
            continue
        for index, value in enumerate(attribute.one_of or ()):
            if not fits(value, attribute.type):
                message = f"{value!r} isn't {_WORDS[attribute.type]}, as {name!r} must be"
                yield Finding(("attributes", name, "one_of", index), "M103", message)
    attributes = {name: Attribute(type=kind) for name, kind in BUILT_IN.items()} | outline.map.attributes
    for path, item in outline.nodes(BranchItem):
        for name, new_value in (item.set or {}).items():
            declared = attributes.get(name)
            if declared is not None and ("attributes", name, "type") not in outline.repaired:
                yield from _wrong(name, new_value, declared, (*path, "set", name))


def _wrong(name: str, value: Any, attribute: Attribute, path: Path) -> Iterator[Finding]:
    if value is None:  # forgets the value
        return
    is_relative = isinstance(value, str) and RelativeDate.matches(value)
    if attribute.type is AttributeType.DATE and isinstance(value, str) and parse_date(value) is None:
        yield from _wrong_date(name, value, path)
    elif is_relative:
        message = f"{value!r} is a date, and {name!r} is of type {attribute.type}; set a date attribute"
        yield Finding(path, "M103", message)
    elif not fits(value, attribute.type):
        yield Finding(path, "M103", f"{name!r} is set to {value!r}, which isn't {_WORDS[attribute.type]}")
    elif attribute.one_of is not None and value not in attribute.one_of:
        suggestion = nearest(str(value), [each for each in attribute.one_of if isinstance(each, str)])
        allowed = listing([str(each) for each in attribute.one_of], last="or")
        message = f"{value!r} isn't one of {allowed}, the values of {name!r}{did_you_mean(suggestion)}"
        yield Finding(path, "M103", message, suggestion)


def _wrong_date(name: str, value: str, path: Path) -> Iterator[Finding]:
    try:
        RelativeDate.parse(value)
    except TimeTextError as error:
        if _LIKE_A_RELATIVE_DATE.search(value):
            yield Finding(path, "M106", f"{error} ({name!r})")
        else:
            yield Finding(path, "M103", f"{name!r} is set to {value!r}, which isn't {_WORDS[AttributeType.DATE]}")


def check_places(outline: MapOutline) -> Iterator[Finding]:
    """Checks the time zone and country of our working time."""
    working_time = outline.map.working_time
    timezone, country = working_time.timezone, working_time.country
    if timezone not in places.timezones():
        suggestion = places.nearest_timezone(timezone)
        hint = did_you_mean(suggestion) or "; write an IANA name such as Europe/Berlin"
        yield Finding(("working_time", "timezone"), "M103", f"Unknown time zone {timezone!r}{hint}", suggestion)
    if country is not None and not places.is_country(country):
        suggestion = places.nearest_country(country)
        hint = did_you_mean(suggestion) or "; write a code such as DE, or DE-BY for a region"
        yield Finding(("working_time", "country"), "M103", f"Unknown country {country!r}{hint}", suggestion)
