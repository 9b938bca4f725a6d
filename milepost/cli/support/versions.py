"""Versions of maps as people name them on the command line: a folder, `MAP@NUMBER`, `MAP`, or a hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from milepost.cli.support.database import database_exists, open_database
from milepost.cli.support.errors import CommandError
from milepost.cli.support.map_folders import sound_map
from milepost.explain.sentences import version_text
from milepost.language.loader import MAP_FILE, content_hash
from milepost.language.names import nearest
from milepost.planner.compiled_map import CompiledMap
from milepost.settings import Settings
from milepost.store import maps
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.tables import MapVersionRow
from milepost.store.version_names import SHORTEST_HASH, find_version, version_hint

_LISTED = 12  # folders that an error names


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a map; `name` is for people."""

    name: str
    compiled_map: CompiledMap
    files: Mapping[str, str]


async def version_of(settings: Settings, typed: str) -> Version:
    """Returns the version that somebody typed.

    Raises:
        CommandError: there is none, or it has errors; the message lists them, or the versions that exist.
    """
    path = Path(typed)
    if _is_map(path):
        map_, loaded = sound_map(path, "Correct them, then compare.")
        files = loaded.files or {}
        return Version(str(path), CompiledMap.of(map_, content_hash(files), files), files)
    if not database_exists(settings):
        raise _unknown(typed, ())
    async with open_database(settings) as store:
        async with store.reading() as session:
            rows = await maps.versions(session)
        row = find_version(rows, typed)
        if row is None:
            raise _unknown(typed, rows)
        compiled_maps = CompiledMaps(store)
        name = f"{row.map} {version_text(row.number, row.hash)}"
        return Version(name, await compiled_maps.of(row.hash), await compiled_maps.files(row.hash))


def _is_map(path: Path) -> bool:
    return (path / MAP_FILE).is_file() or (path.is_file() and path.suffix in (".yaml", ".yml"))


def _unknown(typed: str, rows: Sequence[MapVersionRow]) -> CommandError:
    """The error for neither a folder nor a published version, with a suggestion."""
    path, (name, at, number) = Path(typed), typed.partition("@")
    mine = [row for row in rows if row.map == name]
    if mine and at:
        return CommandError(f"The map {name!r} has no version {number!r}.", version_hint(mine))
    many = sum(row.hash.startswith(typed) for row in rows)
    if many and (len(typed) >= SHORTEST_HASH or not typed.isdecimal()):
        begin = "1 version begins" if many == 1 else f"{many} versions begin"
        return CommandError(f"{begin} with {typed!r}.", f"Write more of the hash, at least {SHORTEST_HASH} characters.")
    published = sorted({row.map for row in rows})
    if path.is_dir():
        below = sorted(str(file.parent) for file in path.glob(f"*/{MAP_FILE}"))[:_LISTED]
        hint = f"Maps in it: {', '.join(below)}." if below else "Name a map's folder, or a published map."
        return CommandError(f"{typed!r} is a folder without {MAP_FILE}.", hint)
    folders = {str(file.parent): file.parent.name for file in path.parent.glob(f"*/{MAP_FILE}")}
    near = nearest(typed, folders) or nearest(name, published)
    if near is not None:
        hint = f"Did you mean {near + (at + number if near in published else '')!r}?"
    elif typed.isdecimal() and published:
        hint = f"A number goes with its map: {published[0]}@{typed}."
    else:
        hint = f"Published are {', '.join(published)}." if published else "No map is published here."
    return CommandError(f"There is no folder with a map, and no published map, {typed!r}.", hint)
