"""The text of a cell for a value, as a book in Milepost's own form has it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

_THOUSANDS = 3  # digits behind a sign with which a number may be a thousand times as much


def cell_text(value: Any) -> str:
    """Returns dates as YYYY-MM-DD, flags as yes and no, and numbers so that they have one reading: 1.2340."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case float():
            text = repr(value)
            return text + "0" if "e" not in text and len(text.partition(".")[2]) == _THOUSANDS else text
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
