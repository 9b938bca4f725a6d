"""Time zones of customers whose rows don't say: by city, by country, and how many remain without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from milepost import places
from milepost.text import count_of


@dataclass(slots=True)
class TimeZones:
    """Finds zones by `zones`, a mapping's own by city or country, and else by what all clocks of a country show."""

    zones: Mapping[str, str] = field(default_factory=dict)
    _unknown: Counter[str] = field(default_factory=Counter)
    _by_place: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_place = {place.casefold(): zone for place, zone in self.zones.items()}

    def zone(self, country: str | None, city: str) -> str | None:
        """Returns the zone of a city or country; None where they don't tell."""
        own = self._by_place.get(city.casefold()) if city else None
        own = own or (self._by_place.get(country.casefold()) if country else None)
        whole = places.zone_of_country(country) if country and not own else None
        return own or whole or (places.zone_in_city(city) if city else None)

    def count_unknown(self, country: str | None) -> None:
        """Counts a customer whose zone nothing tells, and who gets UTC."""
        self._unknown[country or ""] += 1

    def notes(self) -> Iterator[str]:
        """Yields a sentence for each country of customers without a zone."""
        for country, count in sorted(self._unknown.items()):
            have = f"{count_of(count, 'row')} {'has' if count == 1 else 'have'} no time zone"
            where = f", and {country} has several" if country else ", and no country"
            yield f"{have}{where}: new customers get UTC, so mails may leave at night. Name their zones."
