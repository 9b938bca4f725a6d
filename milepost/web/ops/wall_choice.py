"""Which journeys the numbers of a map are of: those of a version, of a month of start, of a part of the segment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ConfigDict, Field

from milepost import limits
from milepost.explain.sentences import spaced
from milepost.intake.walls import Walls
from milepost.language.attribute_values import YEARS
from milepost.language.field_types import AttributeType
from milepost.language.model import Map
from milepost.planner.calendars import add_months
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.standings import Part
from milepost.planner.zones import beginning_of
from milepost.store.map_states import Journeys, Trait
from milepost.store.tables import MapVersionRow
from milepost.web.services import Services
from milepost.web.wall_sheet import Letters, current_of, versions_of

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_COUNTRY = "country"


class Choice(BaseModel):
    """What the address of a page with a map's numbers chooses; all journeys where it says nothing.

    `version` is how a version's hash begins, `begun` a month (`2026-07`), and `of` a trait as `Traits` offer it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    version: Annotated[str, Field(max_length=limits.NAME)] = ""
    begun: Annotated[str, Field(max_length=limits.NAME)] = ""
    of: Annotated[str, Field(max_length=limits.NAME)] = ""


class WallChoice(Choice):
    """What the address of a wall chooses; `letters` is one of `Letters`."""

    letters: Annotated[str, Field(max_length=limits.NAME)] = ""

    @property
    def lettering(self) -> Letters:
        return next((each for each in Letters if each == self.letters), Letters.WHOLE)


@dataclass(frozen=True, slots=True)
class TraitOption:
    """A part of the segment that can be chosen: what the address says for it, and its name: `Plan: gold`."""

    written: str
    title: str
    trait: Trait


@dataclass(frozen=True, slots=True)
class ChosenJourneys:
    """A map with what was chosen: its versions, the one that is drawn, and which journeys count.

    `version`, `begun` and `of` are the choices that mean something; the others were passed over.
    """

    compiled_map: CompiledMap
    versions: list[MapVersionRow]
    drawn: MapVersionRow
    version: MapVersionRow | None
    begun: str
    of: TraitOption | None
    options: list[TraitOption]

    @property
    def timezone(self) -> str:
        """The zone of the map's dates, its months among them."""
        return self.compiled_map.ours.timezone

    @property
    def journeys(self) -> Journeys:
        since, until = _month(self.begun, self.timezone)
        return Journeys(
            self.compiled_map.map.map,
            self.version.hash if self.version else None,
            since,
            until,
            self.timezone,
            self.of.trait if self.of else None,
        )

    @property
    def of_what(self) -> tuple[str, ...]:
        """What was chosen, in words."""
        return (
            *([f"version {self.version.number}"] if self.version else []),
            *([f"begun in {self.begun}"] if self.begun else []),
            *([self.of.title] if self.of else []),
        )

    @property
    def query(self) -> str:
        """The same choice in an address, with its question mark; empty for all journeys."""
        said = {
            "version": self.version.hash if self.version else "",
            "begun": self.begun,
            "of": self.of.written if self.of else "",
        }
        return f"?{urlencode(kept)}" if (kept := {name: value for name, value in said.items() if value}) else ""

    def begun_in(self, month: str) -> str:
        """Returns the same choice of another month (`2026-07`) in an address, with its question mark."""
        return replace(self, begun=month).query

    def stays_at(self, part: Part, id_: str, only: str = "") -> str:
        """Returns the address of the list of those who stand in a stage, play or step; `only` of some of them."""
        address = self._list_at("here", part, id_)
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'only': only})}" if only else address

    def left_at(self, part: Part, id_: str) -> str:
        """Returns the address of the list of those who left with a stage open, or at a step."""
        return self._list_at("left", part, id_)

    def _list_at(self, which: str, part: Part, id_: str) -> str:
        return f"/ops/maps/{quote(self.compiled_map.map.map)}/{which}/{part}/{quote(id_)}{self.query}"


async def chosen(served: Services, walls: Walls, map_id: str, choice: Choice) -> ChosenJourneys:
    """Returns what is chosen of a map. What isn't there is passed over, as addresses outlive versions and values.

    Raises:
        UnknownMapError: no published map has this id.
    """
    versions = await versions_of(served, map_id)
    version = next((row for row in versions if choice.version and row.hash.startswith(choice.version)), None)
    drawn = version or current_of(versions)
    compiled_map = await served.compiled_maps.of(drawn.hash)
    everybody = await walls.of(Journeys(map_id, timezone=compiled_map.ours.timezone))
    options = list(_options(compiled_map.map, sorted(everybody.countries)))
    of = next((each for each in options if each.written == choice.of), None)
    begun = choice.begun if _month(choice.begun, compiled_map.ours.timezone)[0] is not None else ""
    return ChosenJourneys(compiled_map, versions, drawn, version, begun, of, options)


def _options(map_: Map, countries: Iterable[str]) -> Iterator[TraitOption]:
    """Yields the parts: by each attribute with few values, and by country."""
    for name, attribute in map_.attributes.items():
        values = (True, False) if attribute.type is AttributeType.FLAG else attribute.one_of or ()
        for value in values if len(values) > 1 else ():
            word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else spaced(str(value))
            title = attribute.title or spaced(name).capitalize()
            yield TraitOption(f"{name}={value}", f"{title}: {word}", Trait(name, value))
    for country in countries:
        yield TraitOption(f"@{_COUNTRY}={country}", f"Country: {country}", Trait(None, country))


def _month(written: str, timezone: str) -> tuple[Instant | None, Instant | None]:
    """Returns when a month begins and is over; None for what is none."""
    match = _MONTH.fullmatch(written)
    if match is None or not 1970 <= int(match[1]) <= YEARS[-1]:  # noqa: PLR2004 - instants count from there
        return None, None
    first = date(int(match[1]), int(match[2]), 1)
    return beginning_of(first, timezone), beginning_of(add_months(first, 1), timezone)
