"""Checks of the instants in a scenario, with a suggestion for how to write each one that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from milepost.language.findings import Finding
from milepost.language.yaml_text import Path
from milepost.planner.zones import is_zone
from milepost.scenarios.expectations import read_instant

_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2})[:.](\d\d))?(?: *Uhr)?")
_USUAL = "2026-03-02T09:00:00"
_MORNING = 9


def check_instants(data: Any) -> Iterator[Finding]:
    """M103 for every field of a scenario that should be an instant and isn't; the data may be of any shape."""
    zone = _zone_of(data)
    for path, value in _instant_fields(data):
        if value is not None and (message := wrong_instant(value, zone)) is not None:
            yield Finding(path, "M103", message)


def wrong_instant(value: Any, zone: tzinfo) -> str | None:
    """Why a value isn't an instant, and what to write (None: it is one); `zone` is the customer's time zone."""
    moment = _read(value)
    if moment is None:
        return f"{value!r} isn't an instant; write {(_guess(value, zone) or _example(zone)).isoformat()}"
    if moment.tzinfo is None:
        suggestion = _at(moment, zone).isoformat()
        return f"{value!r} lacks its offset from UTC; write {suggestion}, if that is the offset there"
    return None if read_instant(moment) is not None else f"{value!r} is too far away to calculate with"


def _instant_fields(data: Any) -> Iterator[tuple[Path, Any]]:
    if not isinstance(data, dict):
        return
    for name in ("start", "until"):
        if name in data:
            yield (name,), data[name]
    for name in ("facts", "expect", "never"):
        items = data.get(name)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and "at" in item:
                yield (name, index, "at"), item["at"]


def _zone_of(data: Any) -> tzinfo:
    customer = data.get("customer") if isinstance(data, dict) else None
    name = customer.get("timezone") if isinstance(customer, dict) else None
    return ZoneInfo(name) if isinstance(name, str) and is_zone(name) else ZoneInfo("UTC")


def _read(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _guess(value: Any, zone: tzinfo) -> datetime | None:
    """Reads `02.03.2026 09:00`: between dots, the day comes first."""
    match = _DAY_FIRST.fullmatch(str(value).strip())
    if match is None:
        return None
    day, month, year, hour, minute = (None if part is None else int(part) for part in match.groups())
    try:
        return datetime(year or 1, month or 1, day or 1, _MORNING if hour is None else hour, minute or 0, tzinfo=zone)
    except ValueError:
        return None


def _example(zone: tzinfo) -> datetime:
    return datetime.fromisoformat(_USUAL).replace(tzinfo=zone)


def _at(moment: datetime, zone: tzinfo) -> datetime:
    """The moment in the zone; a date alone becomes its morning."""
    if (moment.hour, moment.minute) == (0, 0):
        moment = moment.replace(hour=_MORNING)
    return moment.replace(tzinfo=zone)
