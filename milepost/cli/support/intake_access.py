"""Reaching Temporal from the command line: where it is, and doing without it where that is possible."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from milepost.cli.support.database import opened
from milepost.devserver.address import address_of
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.intake import Intake
from milepost.settings import Settings
from milepost.store import clock
from milepost.temporal.connection import TemporalAddress, TemporalUnreachableError, connect, resolve
from milepost.temporal.logs import keep_quiet


@dataclass(frozen=True, slots=True)
class OpenIntake:
    """The door, and why Temporal is away, if it is: what is told is then kept for later.

    `named`: somebody said where Temporal is, so that it being away is worth a word.
    """

    intake: Intake
    away: str | None
    named: bool = True

    @property
    def later(self) -> str:
        """When what is kept goes on: the end of a sentence."""
        if not self.named:
            return "as soon as `milepost up` runs."
        return f"as soon as Temporal is back. {self.away or ''}".rstrip()


@asynccontextmanager
async def opened_intake(settings: Settings, *, make: bool = False) -> AsyncIterator[OpenIntake]:
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
        yield OpenIntake(Intake(store, client, runs), away, named=_is_named(settings))


async def vocabulary_of(intake: Intake) -> Vocabulary:
    """What the published maps know of customers."""
    return Vocabulary.of(await intake.context.compiled_maps.current())


def _is_named(settings: Settings) -> bool:
    """Whether a server of somebody's own is meant, and not the one of `milepost up`."""
    place = address_of(settings)
    return place.address is not None or resolve(place) != resolve(TemporalAddress(alone=True))


async def _client(settings: Settings) -> tuple[Client | None, str | None]:
    keys = settings.encryption_keys
    try:
        return await connect(
            address_of(settings),
            encryption_keys=keys.get_secret_value() if keys else None,
            identity=f"milepost-cli-{os.getpid()}@{socket.gethostname()}",
        ), None
    except TemporalUnreachableError as error:
        return None, str(error)
