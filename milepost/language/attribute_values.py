"""Values of attributes: which value fits which type, and which text is a date."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, assert_never

from milepost.language.field_types import AttributeType

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
YEARS = range(1900, 3000)  # far enough from the ends of Python's calendar for the longest duration


def fits(value: Any, kind: AttributeType) -> bool:
    """Returns whether a value is of an attribute's type; true and false aren't numbers."""
    match kind:
        case AttributeType.TEXT:
            return isinstance(value, str)
        case AttributeType.FLAG:
            return isinstance(value, bool)
        case AttributeType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case AttributeType.DATE:
            return parse_date(value) is not None
        case _:
            assert_never(kind)


def parse_date(value: object) -> date | None:
    """Reads the date of an attribute, `YYYY-MM-DD`; None if it isn't one from the years 1900 to 2999."""
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, date):
        day = value
    elif isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
    else:
        return None
    return day if day.year in YEARS else None
