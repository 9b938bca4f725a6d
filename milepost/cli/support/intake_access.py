"""The intake of a command, which also works while Temporal is away."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from milepost.cli.support.database import open_database
from milepost.devserver.data_folder import address_of
from milepost.files.kept_files import kept_files
from milepost.intake.context import brand_of
from milepost.intake.intake import Intake
from milepost.settings import Settings
from milepost.store import clock
from milepost.temporal.connection import TemporalAddress, TemporalUnreachableError, connect, resolve
from milepost.temporal.logs import keep_quiet


@dataclass(frozen=True, slots=True)
class OpenIntake:
    """An intake, and why Temporal is away, if it is: facts are then recorded and delivered later.

    `named`: a setting names the Temporal server, so that people should hear that it is away.
    """

    intake: Intake
    away: str | None
    named: bool = True

    @property
    def later(self) -> str:
        """When recorded facts are delivered: the end of a sentence."""
        if not self.named:
            return "as soon as `milepost up` runs."
        return f"as soon as Temporal is back. {self.away or ''}".rstrip()


@asynccontextmanager
async def open_intake(settings: Settings, *, create: bool = False) -> AsyncIterator[OpenIntake]:
    """The intake of the settings' database and Temporal, which may be away.

    Raises:
        CommandError: there is no database, and `create` is False.
        TemporalSettingsError: the settings of Temporal can't be read.
    """
    keep_quiet()
    async with open_database(settings, create=create) as store:
        client, away = await _client(settings)
        async with store.reading() as session:
            journey_clock = await clock.read(session)
        yield OpenIntake(
            Intake(
                store,
                client,
                journey_clock,
                languages_folder=settings.languages,
                grace=settings.grace,
                files=kept_files(settings),
                brand=brand_of(settings),
            ),
            away,
            named=_is_named(settings),
        )


def _is_named(settings: Settings) -> bool:
    """Returns True if a setting, a variable or a profile names a server other than the one of `milepost up`."""
    address = address_of(settings)
    return address.address is not None or resolve(address) != resolve(TemporalAddress(alone=True))


async def _client(settings: Settings) -> tuple[Client | None, str | None]:
    try:
        return await connect(
            address_of(settings),
            identity=f"milepost-cli-{os.getpid()}@{socket.gethostname()}",
        ), None
    except TemporalUnreachableError as error:
        return None, str(error)
