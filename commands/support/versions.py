"""Versions of maps as people name them on the command line: a folder, `MAP@NUMBER`, `MAP`, or a hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from commands.support.errors import CommandError
from commands.support.opening import opened
from journeys.language.lint import lint
from journeys.language.loader import MAP_FILE, content_hash, load
from journeys.language.names import did_you_mean, nearest
from journeys.planner.chart import Chart
from settings import Settings
from store import maps
from store.charts import Charts
from store.tables import MapVersionRow

_SHORTEST_HASH = 6


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
    async with opened(settings) as store:
        async with store.reading() as session:
            row = _meant(await maps.versions(session), said)
        charts = Charts(store)
        chart = await charts.of(row.hash)
        return Version(f"{row.map} version {row.number}", chart, await charts.files(row.hash))


def _is_map(path: Path) -> bool:
    return (path / MAP_FILE).is_file() or (path.is_file() and path.suffix in (".yaml", ".yml"))


def _in_folder(path: Path) -> Version:
    loaded = load(path)
    errors = [str(problem) for problem in lint(loaded) if problem.severity == "error"]
    if loaded.map is None or errors:
        raise CommandError("\n".join([f"The map at {str(path)!r} has errors:", *errors]), "Mend them, then compare.")
    files = dict(loaded.files or {})
    return Version(str(path), Chart.of(loaded.map, content_hash(files)), files)


def _meant(rows: list[MapVersionRow], said: str) -> MapVersionRow:
    name, at, number = said.partition("@")
    mine = [row for row in rows if row.map == name]
    if mine and not at:
        return next((row for row in mine if row.current), mine[0])
    if mine:
        found = next((row for row in mine if str(row.number) == number), None)
        if found is None:
            there = ", ".join(str(row.number) for row in reversed(mine))
            raise CommandError(f"The map {name!r} has no version {number!r}.", f"It has {there}.")
        return found
    if re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_HASH},64}}", said):
        hashed = [row for row in rows if row.hash.startswith(said)]
        if len(hashed) == 1:
            return hashed[0]
        if hashed:
            raise CommandError(f"{len(hashed)} versions begin with {said!r}.", "Write more of the hash.")
    known = sorted({row.map for row in rows})
    hint = did_you_mean(nearest(name, known)).lstrip("; ").capitalize()
    listed = f"Published are {', '.join(known)}." if known else "No map is published: `milepost publish MAP_FOLDER`."
    raise CommandError(f"There is no folder with a map, and no published map, {said!r}.", hint or listed)
