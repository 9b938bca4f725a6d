"""Values of attributes: which value fits which type, and which text is a date."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any, assert_never

from milepost import limits
from milepost.language.field_types import AttributeType

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
YEARS = range(1900, 3000)  # far enough from the ends of Python's calendar for the longest duration


def fits(value: Any, kind: AttributeType) -> bool:
    """Returns whether a value is of an attribute's type; true and false aren't numbers, nor is infinity."""
    match kind:
        case AttributeType.TEXT:
            return isinstance(value, str)
        case AttributeType.FLAG:
            return isinstance(value, bool)
        case AttributeType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool) and limits.is_number(value)
        case AttributeType.DATE:
            return parse_date(value) is not None
        case _:
            assert_never(kind)


def parse_date(value: object) -> date | None:
    """Reads the date of an attribute, `YYYY-MM-DD`; None if it isn't one from the years 1900 to 2999."""
    day = value.date() if isinstance(value, datetime) else value
    if isinstance(day, str) and _DATE.fullmatch(day):
        with suppress(ValueError):
            day = date.fromisoformat(day)
    return day if isinstance(day, date) and day.year in YEARS else None
