"""Reaching Temporal from the command line: where it is, and doing without it where that is possible."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from commands.support.opening import opened
from door.door import Door
from embedded.connection import TemporalUnreachableError, connect
from embedded.logs import keep_quiet
from embedded.place import place_of
from journeys.language.model import AttributeType
from settings import Settings
from store import clock
from store.importing import types_of


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """The door, and why Temporal is away, if it is: what is told is then kept for later."""

    door: Door
    away: str | None


@asynccontextmanager
async def opened_door(settings: Settings, *, make: bool = False) -> AsyncIterator[OpenDoor]:
    """The door to the data folder's store and to Temporal, which may be away.

    Raises:
        CommandError: there is no database, and none is to be made.
        TemporalSettingsError: the settings of Temporal cannot be read.
    """
    keep_quiet()
    async with opened(settings, make=make) as store:
        client, away = await _client(settings)
        async with store.reading() as session:
            runs = await clock.read(session)
        yield OpenDoor(Door(store, client, runs), away)


async def declared(door: Door) -> dict[str, AttributeType]:
    """The types of the attributes that published maps declare, by name."""
    types: dict[str, AttributeType] = {}
    for chart in await door.house.charts.current():
        types.update(types_of(chart.map.attributes))
    return types


async def _client(settings: Settings) -> tuple[Client | None, str | None]:
    keys = settings.encryption_keys
    try:
        return await connect(
            place_of(settings),
            encryption_keys=keys.get_secret_value() if keys else None,
            identity=f"milepost-cli-{os.getpid()}@{socket.gethostname()}",
        ), None
    except TemporalUnreachableError as error:
        return None, str(error)
