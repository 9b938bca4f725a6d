"""M103 for names of time zones and countries that don't exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

import holidays
from babel import Locale

from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline
from milepost.language.names import nearest
from milepost.text import did_you_mean

_NO_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")


@cache
def timezones() -> frozenset[str]:
    """The IANA names of all time zones."""
    return frozenset(available_timezones())


@cache
def _territories() -> dict[str, str]:
    """The English names of all countries by their code."""
    names = ((str(code), str(name)) for code, name in Locale("en").territories.items())
    return {code: name for code, name in names if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES}


@cache
def countries() -> frozenset[str]:
    """The ISO 3166 codes of all countries, those without known holidays included."""
    return frozenset(_territories()) | frozenset(holidays.list_supported_countries())


def check_places(outline: MapOutline) -> Iterator[Finding]:
    """Checks the time zone and country of our working time."""
    working_time = outline.map.working_time
    if working_time.timezone not in timezones():
        suggestion = _nearest_timezone(working_time.timezone)
        hint = did_you_mean(suggestion) or "; write an IANA name such as Europe/Berlin"
        message = f"Unknown time zone {working_time.timezone!r}{hint}"
        yield Finding(("working_time", "timezone"), "M103", message, suggestion)
    country = working_time.country
    if country is not None and country not in countries():
        suggestion = country.upper() if country.upper() in countries() else _code_of(country)
        hint = did_you_mean(suggestion) or "; write a code of two letters such as DE"
        message = f"Unknown country {country!r}{hint}"
        yield Finding(("working_time", "country"), "M103", message, suggestion)


def _nearest_timezone(name: str) -> str | None:
    by_city = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(timezones(), reverse=True)}
    name_of_city = name.replace(" ", "_").casefold()
    zone_of_city = by_city.get(name_of_city.rpartition("/")[2])
    return zone_of_city or nearest(name.replace(" ", "_"), timezones())


def _code_of(name: str) -> str | None:
    names = {title.casefold(): code for code, title in _territories().items()}
    near = nearest(name.casefold(), names)
    return names[near] if near else None
