"""Countries and time zones: which there are, and the nearest to one that there is not."""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones


class UnknownPlaceError(ValueError):
    """There is no such country or time zone; `suggestion` is the nearest there is, if any is near."""

    def __init__(self, what: str, value: str, wanted: str, suggestion: str | None) -> None:
        self.value = value
        self.suggestion = suggestion
        hint = f" Did you mean {suggestion!r}?" if suggestion else ""
        super().__init__(f"Unknown {what} {value!r}; write {wanted}.{hint}")


def country(value: str) -> str:
    """The ISO 3166 code, in capitals.

    Raises:
        UnknownPlaceError: there is no country of this code.
    """
    code = value.strip().upper()
    if code in countries():
        return code
    wanted = "the ISO 3166 code of two letters, such as 'DE'"
    raise UnknownPlaceError("country", value, wanted, _nearest_country(value.strip()))


def timezone(value: str) -> str:
    """The IANA name, spelled as it is written.

    Raises:
        UnknownPlaceError: there is no time zone of this name.
    """
    name = value.strip()
    if name in timezones():
        return name
    wanted = "an IANA name, such as 'Europe/Berlin'"
    raise UnknownPlaceError("time zone", value, wanted, _nearest_timezone(name))


@cache
def countries() -> dict[str, str]:
    """The name of each country by its ISO 3166 code, from the time zone database's own list."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name, *_ in lines}


@cache
def timezones() -> frozenset[str]:
    """All names of time zones, without the files beside them that are none."""
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


_USUAL = {"ENGLAND": "GB", "UK": "GB", "USA": "US", "HOLLAND": "NL", "SOUTH KOREA": "KR", "KOREA": "KR", "EL": "GR"}


def _nearest_country(value: str) -> str | None:
    asked = value.upper()
    if asked in _USUAL:
        return _USUAL[asked]
    by_name = {name.upper(): code for code, name in countries().items()}
    near = difflib.get_close_matches(asked, by_name, 1, 0.7)
    if near:
        return by_name[near[0]]
    codes = difflib.get_close_matches(asked, countries(), 1, 0.6) if len(asked) == 3 else []  # noqa: PLR2004 - DEU
    return codes[0] if codes else None


def _nearest_timezone(value: str) -> str | None:
    by_lower = {name.lower(): name for name in sorted(timezones())}
    asked = value.lower().replace(" ", "_")
    cities = {name.rpartition("/")[2]: full for name, full in reversed(by_lower.items())}
    if asked in by_lower or asked in cities:
        return by_lower.get(asked) or cities[asked]
    near = difflib.get_close_matches(asked, by_lower, 1, 0.7)
    if near:
        return by_lower[near[0]]
    city = difflib.get_close_matches(asked.rpartition("/")[2], cities, 1, 0.75)
    return cities[city[0]] if city else None
