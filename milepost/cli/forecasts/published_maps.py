"""The maps that are published: the versions that new journeys begin on."""

from __future__ import annotations

import asyncio
from operator import attrgetter

from milepost.cli.support.database import open_database
from milepost.cli.support.errors import CommandError
from milepost.language.loader import from_files
from milepost.settings import Settings
from milepost.store import maps
from milepost.store.errors import UnreadableVersionError


def published_maps(settings: Settings) -> tuple[tuple[dict[str, str], ...], dict[str, int]]:
    """The texts of the current version of each map, and its number by the map's id.

    Raises:
        CommandError: there are none.
        UnreadableVersionError: a later Milepost published one of them.
    """
    return asyncio.run(_published(settings))


async def _published(settings: Settings) -> tuple[tuple[dict[str, str], ...], dict[str, int]]:
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
    return tuple(dict(row.files) for row in rows), {row.map: row.number for row in rows}
