"""Countries and time zones: the valid ones, and the nearest one to a name that isn't."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import holidays
from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from holidays.registry import COUNTRIES

from milepost.errors import MilepostError
from milepost.text import listing, nearest


class UnknownPlaceError(MilepostError, ValueError):
    """There is no such country or time zone; `suggestion` is the nearest one, if any is near."""

    code = "unknown_place"

    def __init__(
        self, what: str, value: str, expected: str, suggestion: str | None, choices: Sequence[str] = ()
    ) -> None:
        self.value = value
        self.suggestion = suggestion
        hint = f"Did you mean {suggestion!r}?" if suggestion else None
        if hint and choices:
            hint += f" Its regions are {listing(choices)}."
        super().__init__(f"Unknown {what} {value!r}; write {expected}.", hint)


def country(value: str) -> str:
    """Returns the ISO 3166 code of a country, or of a region with days of its own, in capitals.

    Raises:
        UnknownPlaceError: no country or region has this code.
    """
    code = value.strip().upper()
    if is_country(code):
        return code
    expected = "the ISO 3166 code of a country, such as 'DE', or of a region with days of its own, such as 'DE-BY'"
    near = nearest_country(value.strip())
    is_region = near is not None and near == without_region(code) != code
    raise UnknownPlaceError("country", value, expected, near, _regions_of(near) if near and is_region else ())


def timezone(value: str) -> str:
    """Returns the IANA name of a time zone without surrounding spaces.

    Raises:
        UnknownPlaceError: no time zone has this name.
    """
    name = value.strip()
    if name in timezones():
        return name
    expected = "an IANA name, such as 'Europe/Berlin'"
    raise UnknownPlaceError("time zone", value, expected, nearest_timezone(name))


@cache
def countries() -> dict[str, str]:
    """Returns the name of each country by its ISO 3166 code, from the list of the time zone database."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name, *_ in lines}


COUNTRY = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
"""What the codes of countries and regions look like."""


def is_country(code: str) -> bool:
    """Returns whether it is the code of a country (`DE`), or of a region that has days of its own (`DE-BY`)."""
    return code in countries() or code in regions()


def without_region(code: str) -> str:
    """Returns the country of a country's or region's code: `GB` of `GB-ENG`."""
    return code.partition("-")[0]


@cache
def regions() -> frozenset[str]:
    """Returns the ISO 3166-2 codes of the regions that have public holidays of their own."""
    supported = holidays.list_supported_countries(include_aliases=False)
    codes = (f"{country}-{region}" for country in countries() for region in supported.get(country, ()))
    return frozenset(code for code in codes if re.match(COUNTRY, code))


@cache
def timezones() -> frozenset[str]:
    """Returns the names of all time zones, without other files that lie beside them."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def country_named(value: str) -> str:
    """Returns the ISO 3166 code of a country from its code of two or three letters, or its name in `_NAMED_IN`.

    Raises:
        UnknownPlaceError: no country has this code or name.
    """
    name = value.strip()
    aliases: list[str] = get_global("territory_aliases").get(name.upper(), [])
    codes = (name.upper(), *(aliases if len(aliases) == 1 else ()), _by_name().get(name.casefold(), ""))
    return next((code for code in codes if is_country(code)), None) or country(name)


_NAMED_IN = ("en", "de", "es", "fr", "it", "nl")  # English first: its name of a country goes before another's


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in reversed(_NAMED_IN):
        territories = Locale(language).territories.items()
        names |= {str(name).casefold(): code for code, name in territories if code in countries()}
    names |= {name.casefold(): code for code, name in countries().items()}
    return names | {name.casefold(): code for name, code in _USUAL.items()}


def zone_in_city(city: str) -> str | None:
    """Returns the time zone that is named after a city, in English; None where there is none."""
    return _by_city().get(city.strip().lower().replace(" ", "_"))


def city_of(zone: str) -> str:
    """Returns the city that a time zone is named after: `Ho Chi Minh` of `Asia/Ho_Chi_Minh`."""
    return zone.rpartition("/")[2].replace("_", " ")


def language_of_country(code: str) -> str:
    """Returns the code of a country's first language; empty where that isn't known."""
    return next(iter(get_official_languages(without_region(code), de_facto=True)), "")


def languages_of_country(code: str) -> Sequence[str]:
    """Returns the codes of a country's languages, the first one first, and no dialects: others are a country's first.

    None where that isn't known.
    """
    official = get_official_languages(without_region(code), de_facto=True)
    return [each for each in official if each == official[0] or each in _first_languages()]


@cache
def _first_languages() -> frozenset[str]:
    return frozenset(map(language_of_country, countries()))


@cache
def zone_of_country(code: str) -> str | None:
    """Returns the time zone of a country (or a region's) whose clocks all show the same time; None where they don't."""
    zones = _by_country().get(without_region(code), [])
    return zones[0] if zones and len({_clock(zone) for zone in zones}) == 1 else None


@cache
def _by_country() -> dict[str, list[str]]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    zones: dict[str, list[str]] = defaultdict(list)
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, name, *_ = line.split("\t")
            zones[code].append(name)
    return zones


_CLOCK_DAYS = [datetime(2026, 1, 1, 12) + timedelta(days=7 * week) for week in range(105)]  # noqa: DTZ001 - of any zone


def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """The offsets of a zone through two years: zones with the same ones show the same time."""
    return tuple(day.replace(tzinfo=ZoneInfo(zone)).utcoffset() for day in _CLOCK_DAYS)


_USUAL = {
    "ENGLAND": "GB-ENG",
    "SCOTLAND": "GB-SCT",
    "WALES": "GB-WLS",
    "NORTHERN IRELAND": "GB-NIR",
    "UK": "GB",
    "USA": "US",
    "HOLLAND": "NL",
    "SOUTH KOREA": "KR",
    "KOREA": "KR",
    "EL": "GR",
}


def nearest_country(value: str) -> str | None:
    """Returns the code of the country or region that a name or another code probably means; None if none is near."""
    name = value.upper()
    if (country := without_region(name)) in countries() and name != country:
        return _nearest_region(country, name.removeprefix(f"{country}-"))
    if name in countries() or name in _USUAL:
        return _USUAL.get(name, name)
    if name in _by_three_letters():
        return _by_three_letters()[name]
    by_name = {title.upper(): code for code, title in countries().items()}
    near = nearest(name, by_name, cutoff=0.7)
    if near:
        return by_name[near]
    return None


@cache
def _by_three_letters() -> dict[str, str]:
    """Returns the codes of countries by those of three letters: `DEU`."""
    return {code: country for _, country, code, *_ in COUNTRIES.values() if country in countries()}


def _regions_of(country: str) -> list[str]:
    return sorted(code for code in regions() if without_region(code) == country)


def _nearest_region(country: str, name: str) -> str:
    """Returns the code of a country's region with nearly this code or name, else the country's."""
    own = _regions_of(country)
    names = {code.partition("-")[2]: code for code in own}
    if own:
        aliases = holidays.country_holidays(country).subdivisions_aliases
        names |= {title: f"{country}-{region}" for title, region in aliases.items() if f"{country}-{region}" in own}
    near = nearest(name, names, cutoff=0.7)
    return names[near] if near else country


@cache
def _by_city() -> dict[str, str]:
    """Returns time zones by their last part. Those of `Etc` are left out: `Etc/GMT+1` is an hour behind UTC."""
    zones = (name for name in sorted(timezones(), reverse=True) if not name.startswith("Etc/"))
    return {name.rpartition("/")[2].lower(): name for name in zones}


def nearest_timezone(value: str) -> str | None:
    """Returns the time zone that a name or a city probably means; None if none is near."""
    name = value.lower().replace(" ", "_")
    by_lower = {zone.lower(): zone for zone in timezones() if not zone.startswith("Etc/")}
    city = by_lower.get(name) or _by_city().get(name)
    if city:
        return city
    near = nearest(name, by_lower, cutoff=0.7)
    if near:
        return by_lower[near]
    near = nearest(name.rpartition("/")[2], _by_city(), cutoff=0.75)
    return _by_city()[near] if near else None
