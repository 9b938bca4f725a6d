"""Checks of the database, and of what in it waits, stands still, or has failed."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError

from milepost.cli.support.database import database_exists
from milepost.errors import MilepostError
from milepost.intake.check import Check, failed, ok
from milepost.intake.store_checks import map_check, store_checks
from milepost.settings import Settings
from milepost.store import clock
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, check, open_store
from milepost.store.failures import place_of
from milepost.store.schema_upgrade import newest_revision, revision_of

_DATABASE = "Database"


async def check_database(settings: Settings) -> list[Check]:
    """Checks that the database answers with the tables of this version, then what is in it."""
    if not database_exists(settings):
        text = f"There is none yet in {str(settings.data)!r}."
        return [failed(_DATABASE, text, "`milepost publish MAP_FOLDER` makes one; --data names another data folder.")]
    try:
        async with open_store(settings.database) as store:
            await check(store)
            checked = await _check_revision(store)
            if checked.to_do is not None:
                return [checked]
            of_maps = await map_check(CompiledMaps(store))
            async with store.reading() as session:
                runs = await clock.read(session)
                return [checked, of_maps, *await store_checks(session, settings, runs.journey_of, time.time())]
    except MilepostError as error:
        return [failed(_DATABASE, error.message, error.hint)]
    except SQLAlchemyError as error:
        return [failed(_DATABASE, f"It fails: {type(error).__name__}.", "Look into its log.")]


async def _check_revision(store: Store) -> Check:
    revision, newest = await revision_of(store), newest_revision()
    where = place_of(store.engine.url)
    if revision == newest:
        return ok(_DATABASE, f"{where} answers, at revision {revision}.")
    to_do = "`milepost migrate` brings it up to date, and so does the start of `up`, `worker` or `web`."
    if revision is None:
        return failed(_DATABASE, f"{where} has no tables of Milepost.", to_do)
    return failed(_DATABASE, f"{where} is at revision {revision}, this Milepost needs {newest}.", to_do)
