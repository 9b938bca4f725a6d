"""A map with its numbers as pages show it: the picture on one sheet of paper, and the same as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from milepost.errors import MilepostError
from milepost.explain.local_time import time_of, zone_text
from milepost.explain.sentences import short_hash
from milepost.explain.wall import Live, Numbers, Wall, live
from milepost.intake.errors import UnknownMapError
from milepost.language.steps import Outcome
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.standings import Part
from milepost.store import maps
from milepost.store.tables import MapVersionRow
from milepost.text import count_of
from milepost.web.pages import Values
from milepost.web.security import POLICY
from milepost.web.services import Services

LIVE_EVERY = 5  # seconds
_WIDTH_REM = 68
"""The picture is no less wide on a screen."""
_FULL_REM = 0.75
"""Its smallest letters are as large where everything is to be read."""
_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'") + "; font-src data:"
"""A picture brings its letters along, in a style sheet of its own."""


async def versions_of(served: Services, map_id: str) -> list[MapVersionRow]:
    """Returns the versions of a map, the newest first.

    Raises:
        UnknownMapError: no published map has this id.
    """
    async with served.store.reading() as session:
        known = await maps.versions(session)
    versions = [row for row in known if row.map == map_id]
    if not versions:
        raise UnknownMapError(map_id, sorted({row.map for row in known}))
    return versions


def current_of(versions: list[MapVersionRow]) -> MapVersionRow:
    """Returns the version on which journeys begin; the newest where none do any more."""
    return next((row for row in versions if row.current), versions[0])


class Row(NamedTuple):
    """A line of the table: what it is, its title, its numbers if there are any, and where those are listed."""

    part: Part
    title: str
    numbers: Numbers | None
    live: Live | None
    link: str | None


class Letters(StrEnum):
    """How a picture is on a screen.

    The whole of it in the window, all of it to be read from near, or titles and numbers alone, to be read from afar.
    """

    WHOLE = ""
    FULL = "full"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class WallSheet:
    """One version of a map with numbers of some of its journeys; `of_what` says of which, if not of all.

    `links` leads from stages, plays and steps to pages, by what it is and its id.
    """

    compiled_map: CompiledMap
    row: MapVersionRow
    wall: Wall
    of_what: tuple[str, ...] = ()
    links: Mapping[tuple[str, str], str] = field(default_factory=dict)
    letters: Letters = Letters.WHOLE

    async def values(self) -> Values:
        """Returns what the templates show; without a picture where the packages that draw aren't installed."""
        map_, timezone = self.compiled_map.map, self.compiled_map.ours.timezone
        outcomes = frozenset(step.id for _, step in map_.all_steps() if isinstance(step, Outcome))
        numbers = live(self.wall, outcomes)
        return {
            "map": map_,
            "wall": self.wall,
            "at": time_of(self.wall.at, timezone),
            "zone_text": zone_text(timezone, self.wall.at),
            "rows": list(self._rows(numbers)),
            "paper": None,
            "paper_name": None,
            "picture": None,
            "letters": self.letters,
            **await self._picture(numbers),
        }

    def _rows(self, numbers: Mapping[tuple[Part, str], Live]) -> Iterator[Row]:
        """Yields the lines of the table, in the order of the map."""
        map_ = self.compiled_map.map
        for part, containers in ((Part.STAGE, map_.stages), (Part.PLAY, map_.plays)):
            for container in containers:
                for of, id_, title in (
                    (part, container.id, container.title),
                    *((Part.STEP, step.id, step.title) for step in container.steps),
                ):
                    key = of, id_
                    yield Row(of, title, self.wall.numbers.get(key), numbers.get(key), self.links.get((str(of), id_)))

    async def _picture(self, numbers: Mapping[tuple[Part, str], Live]) -> dict[str, Any]:
        try:
            from milepost.drawing import map_text, sheet, svg  # noqa: PLC0415 - an extra: only drawing needs it
            from milepost.drawing.content import Line, Mark  # noqa: PLC0415
        except MilepostError:  # a package that raises it as it is imported
            return {}
        lines = {
            (str(part), id_): (
                *([Line(each.here, Mark.COUNT)] if each.here else []),
                *(Line(text, Mark.LIVE) for text in each.more),
                *([Line(each.usual, Mark.USUAL)] if each.usual else []),
            )
            for (part, id_), each in numbers.items()
        }

        def drawn() -> dict[str, Any]:
            edition = f"version {self.row.number} ({short_hash(self.row.hash)})"
            content = map_text.content_of(self.compiled_map.map, edition).with_numbers(self._lead, lines)
            scene = sheet.draw(content.in_large_letters() if self.letters is Letters.LARGE else content)
            paper = " ".join(f"{side}mm" for side in scene.millimetres)
            svg_text = svg.svg_of(scene, self.links)
            return {
                "picture": Markup(svg_text),  # noqa: S704 - ours, every text escaped
                "paper": paper,
                "paper_name": scene.paper,
                "width": _FULL_REM * scene.width / scene.smallest_letters
                if self.letters is Letters.FULL
                else _WIDTH_REM,
            }

        return await asyncio.to_thread(drawn)

    @property
    def _lead(self) -> str:
        """Of what the numbers are, and when: pictures on walls outlive them."""
        running, over = self.wall.running, self.wall.journeys - self.wall.running
        parts = [f"{count_of(running, 'customer')} on the way, {count_of(over, 'journey')} over", *self.of_what]
        return f"{', '.join(parts)}; on {time_of(self.wall.at, self.compiled_map.ours.timezone)}"


def with_letters(response: Response) -> Response:
    """Returns a page whose picture may bring its letters along."""
    response.headers["content-security-policy"] = _POLICY
    return response
