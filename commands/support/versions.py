"""Versions of maps as people name them on the command line: a folder, `MAP@NUMBER`, `MAP`, or a hash.

Where the map is known, its number alone will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.support.errors import CommandError
from commands.support.opening import is_there, opened
from journeys.language.lint import lint
from journeys.language.loader import MAP_FILE, content_hash, load
from journeys.language.names import nearest
from journeys.planner.chart import Chart
from journeys.wording import short_hash, version_said
from settings import Settings
from store import maps
from store.charts import Charts
from store.tables import MapVersionRow

_SHORTEST_HASH = 6
_LISTED = 12  # versions or folders that an error names


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a map: `name` is how it is spoken of, `hash` that of its content."""

    name: str
    chart: Chart
    files: Mapping[str, str]

    @property
    def hash(self) -> str:
        return self.chart.version


async def version_of(settings: Settings, said: str) -> Version:
    """The version that somebody means.

    Raises:
        CommandError: there is none, or what there is has errors; the message says what there is.
    """
    path = Path(said)
    if _is_map(path):
        return _in_folder(path)
    if not is_there(settings):
        raise _nothing(said, ())
    async with opened(settings) as store:
        async with store.reading() as session:
            rows = await maps.versions(session)
        row = _meant(rows, said)
        if row is None:
            raise _nothing(said, rows)
        charts = Charts(store)
        chart = await charts.of(row.hash)
        return Version(f"{row.map} {version_said(row.number, row.hash)}", chart, await charts.files(row.hash))


def version_among(rows: Sequence[MapVersionRow], said: str) -> str:
    """The hash of the version that somebody means among those of one map: by number, `MAP@NUMBER`, `MAP` or hash.

    Raises:
        CommandError: it is none of them.
    """
    numbered = next((row for row in rows if str(row.number) == said), None)
    row = numbered or _meant(rows, said)
    if row is None:
        of = f" of the map {rows[0].map!r}" if rows else ""
        raise CommandError(f"{said!r} is no version{of}.", _listed(rows))
    return row.hash


def _is_map(path: Path) -> bool:
    return (path / MAP_FILE).is_file() or (path.is_file() and path.suffix in (".yaml", ".yml"))


def _in_folder(path: Path) -> Version:
    loaded = load(path)
    errors = [str(problem) for problem in lint(loaded) if problem.severity == "error"]
    if loaded.map is None or errors:
        raise CommandError("\n".join([f"The map at {str(path)!r} has errors:", *errors]), "Mend them, then compare.")
    files = dict(loaded.files or {})
    return Version(str(path), Chart.of(loaded.map, content_hash(files)), files)


def _meant(rows: Sequence[MapVersionRow], said: str) -> MapVersionRow | None:
    name, at, number = said.partition("@")
    mine = [row for row in rows if row.map == name]
    if mine and not at:
        return next((row for row in mine if row.current), mine[0])
    if mine:
        found = next((row for row in mine if str(row.number) == number), None)
        if found is None:
            raise CommandError(f"The map {name!r} has no version {number!r}.", _listed(mine))
        return found
    return _hashed(rows, said)


def _hashed(rows: Iterable[MapVersionRow], said: str) -> MapVersionRow | None:
    if not re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_HASH},64}}", said):
        return None
    found = [row for row in rows if row.hash.startswith(said)]
    if len(found) > 1:
        raise CommandError(f"{len(found)} versions begin with {said!r}.", "Write more of the hash.")
    return found[0] if found else None


def _listed(rows: Sequence[MapVersionRow]) -> str:
    """The versions of one map, as they may be typed, and how."""
    known = ", ".join(f"{row.number} ({short_hash(row.hash)})" for row in reversed(rows[:_LISTED]))
    more = f" and {len(rows) - _LISTED} before" if len(rows) > _LISTED else ""
    return f"There are {known}{more}; name one by its number, as MAP@NUMBER, or by the beginning of its hash."


def _nothing(said: str, rows: Sequence[MapVersionRow]) -> CommandError:
    """Neither a folder nor a published version: what was perhaps meant."""
    path, (name, at, number) = Path(said), said.partition("@")
    published = sorted({row.map for row in rows})
    if path.is_dir():
        below = sorted(str(file.parent) for file in path.glob(f"*/{MAP_FILE}"))[:_LISTED]
        hint = f"Maps in it: {', '.join(below)}." if below else "Name a map's folder, or a published map."
        return CommandError(f"{said!r} is a folder without {MAP_FILE}.", hint)
    folders = {str(file.parent): file.parent.name for file in path.parent.glob(f"*/{MAP_FILE}")}
    near = nearest(said, folders) or nearest(name, published)
    if near is not None:
        hint = f"Did you mean {near + (at + number if near in published else '')!r}?"
    elif said.isdecimal() and published:
        hint = f"A number goes with its map: {published[0]}@{said}."
    else:
        hint = f"Published are {', '.join(published)}." if published else "No map is published here."
    return CommandError(f"There is no folder with a map, and no published map, {said!r}.", hint)
