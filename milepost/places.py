"""Countries and time zones: the valid ones, and the nearest one to a name that isn't."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from milepost.errors import MilepostError
from milepost.text import nearest


class UnknownPlaceError(MilepostError, ValueError):
    """There is no such country or time zone; `suggestion` is the nearest one, if any is near."""

    code = "unknown_place"

    def __init__(self, what: str, value: str, expected: str, suggestion: str | None) -> None:
        self.value = value
        self.suggestion = suggestion
        hint = f"Did you mean {suggestion!r}?" if suggestion else None
        super().__init__(f"Unknown {what} {value!r}; write {expected}.", hint)


def country(value: str) -> str:
    """Returns the ISO 3166 code in capitals.

    Raises:
        UnknownPlaceError: no country has this code.
    """
    code = value.strip().upper()
    if code in countries():
        return code
    expected = "the ISO 3166 code of two letters, such as 'DE'"
    raise UnknownPlaceError("country", value, expected, nearest_country(value.strip()))


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


@cache
def timezones() -> frozenset[str]:
    """Returns the names of all time zones, without other files that lie beside them."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


_USUAL = {"ENGLAND": "GB", "UK": "GB", "USA": "US", "HOLLAND": "NL", "SOUTH KOREA": "KR", "KOREA": "KR", "EL": "GR"}


def nearest_country(value: str) -> str | None:
    """Returns the code of the country that a name, or another code for it, probably means; None if none is near."""
    name = value.upper()
    if name in countries() or name in _USUAL:
        return _USUAL.get(name, name)
    by_name = {title.upper(): code for code, title in countries().items()}
    near = nearest(name, by_name, cutoff=0.7)
    if near:
        return by_name[near]
    return nearest(name, countries()) if len(name) == 3 else None  # noqa: PLR2004 - DEU


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
