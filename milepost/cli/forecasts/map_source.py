"""The maps of a forecast: those of a folder, or those that are published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

import typer

from milepost.cli.support.errors import CommandError
from milepost.cli.support.map_folders import map_files
from milepost.cli.support.output import aside
from milepost.explain.sentences import version_text
from milepost.language.loader import content_hash, from_files, load
from milepost.language.problems import errors_in
from milepost.people.map_check import check_maps
from milepost.planner.compiled_map import CompiledMap
from milepost.settings import Settings
from milepost.shipped import MAPS as SHIPPED

Files = Mapping[str, str]


@dataclass(frozen=True)
class MapSource:
    """The maps of a forecast: their texts, and where they come from.

    `folder` is None for published maps; `published` then has the number of each one's version.
    """

    texts: tuple[Files, ...]
    folder: Path | None = None
    published: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def compiled_maps(self) -> tuple[CompiledMap, ...]:
        return compiled_maps_of(self.texts)

    def __str__(self) -> str:
        if self.folder is not None:
            return f"the maps in the folder {str(self.folder)!r}"
        maps = {each.map.map: each.version for each in self.compiled_maps}
        versions = (f"{name} {version_text(self.published[name], version)}" for name, version in maps.items())
        return f"what is published: {', '.join(versions)}"

    def to_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder) if self.folder is not None else None, "published": dict(self.published)}


def map_source_of(settings: Settings, folder: Path | None, *, published: bool) -> MapSource:
    """The maps of a folder, or the published ones.

    By default: those in `maps` here or, where there is no such folder, those that Milepost ships.

    Raises:
        typer.BadParameter: both are asked for.
        CommandError: there are none, or they can't be used.
        UnreadableVersionError: a later Milepost published one of them.
    """
    if published and folder is not None:
        message = f"{str(folder)!r} can't go with --published, which takes the maps from the database; leave one out"
        raise typer.BadParameter(message, param_hint="--maps")
    if published:
        return asyncio.run(_published(settings))
    if folder is None:
        folder = Path("maps") if Path("maps").is_dir() else SHIPPED
    return MapSource(_below(folder), folder)


async def _published(settings: Settings) -> MapSource:
    """The current version of each published map."""
    from milepost.cli.support.database import open_database  # noqa: PLC0415 - every process would have the store
    from milepost.store import maps  # noqa: PLC0415 - slow to load
    from milepost.store.errors import UnreadableVersionError  # noqa: PLC0415 - slow to load

    async with open_database(settings) as store, store.reading() as session:
        rows = sorted(await maps.current(session), key=attrgetter("map"))
    if not rows:
        raise CommandError(
            "No map is published.",
            "Publish one with `milepost publish MAP_FOLDER`, or take the maps of a folder with --maps FOLDER.",
        )
    for row in rows:
        if problems := from_files(row.files).problems:
            raise UnreadableVersionError(row.hash, "; ".join(map(str, problems)))
    return MapSource(tuple(dict(row.files) for row in rows), None, {row.map: row.number for row in rows})


def _below(folder: Path) -> tuple[Files, ...]:
    """The texts of the maps in a folder, if none has errors."""
    if not folder.exists():
        raise CommandError(
            f"There is no folder {str(folder)!r} with maps.", "Name one, --maps FOLDER, or take --published."
        )
    maps = [load(file) for file in map_files(folder)]
    errors = errors_in(check_maps(maps))
    aside(*map(str, errors))
    if errors:
        raise CommandError("Maps with errors can't be forecast.", "Correct what is listed above; see milepost lint.")
    texts = {each.map.map: each.files or {} for each in maps if each.map is not None}
    return tuple(texts[name] for name in sorted(texts))


def compiled_maps_of(texts: Iterable[Files]) -> tuple[CompiledMap, ...]:
    """The compiled maps of texts without errors."""
    loaded = [(from_files(files).map, files) for files in texts]
    return tuple(CompiledMap.of(map_, content_hash(files), files) for map_, files in loaded if map_ is not None)
