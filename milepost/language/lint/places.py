"""M103 for names of time zones and countries that don't exist."""

from __future__ import annotations

from collections.abc import Iterator

import holidays

from milepost import places
from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.text import did_you_mean


def check_places(outline: MapOutline) -> Iterator[Finding]:
    """Checks the time zone and country of our working time."""
    working_time = outline.map.working_time
    timezone, country = working_time.timezone, working_time.country
    if timezone not in places.timezones():
        suggestion = places.nearest_timezone(timezone)
        hint = did_you_mean(suggestion) or "; write an IANA name such as Europe/Berlin"
        yield Finding(("working_time", "timezone"), "M103", f"Unknown time zone {timezone!r}{hint}", suggestion)
    if country is not None and country not in {*places.countries(), *holidays.list_supported_countries()}:
        suggestion = places.nearest_country(country)
        hint = did_you_mean(suggestion) or "; write a code of two letters such as DE"
        yield Finding(("working_time", "country"), "M103", f"Unknown country {country!r}{hint}", suggestion)
