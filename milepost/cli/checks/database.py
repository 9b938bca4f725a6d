"""Checks of the database, and of what in it waits, stands still, or has failed."""

from __future__ import annotations

import time

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.calendar_data import calendar_data as data_of_this_process
from milepost.cli.checks.check import Check, failed, ok, warning
from milepost.cli.support.database import database_exists
from milepost.errors import MilepostError
from milepost.intake.context import retention_of
from milepost.intake.sync.books import brief
from milepost.planner.instants import text
from milepost.settings import Settings
from milepost.store import calendar_data, clock, messages, overdue, retention
from milepost.store.database import Store, check, open_store
from milepost.store.failures import place_of
from milepost.store.schema_upgrade import newest_revision, revision_of
from milepost.text import count_of
from milepost.web.health import LATE_AFTER

_DATABASE = "Database"
_WEEK = 7 * 86_400  # seconds


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
            async with store.reading() as session:
                found = [checked, *await _check_journeys(session), await _check_deliveries(session)]
                found.append(await _check_calendar_data(session))
                found += await _check_books(session)
                return [*found, *await _check_retention(session, settings)]
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


async def _check_journeys(session: AsyncSession) -> list[Check]:
    before = time.time() - LATE_AFTER
    counts = await overdue.counts(session, (await clock.read(session)).journey_of(before), int(before))
    run = "See that a worker runs and that Temporal answers; `milepost recover` starts what Temporal has lost."
    waiting = f"{count_of(counts.waiting_facts, 'fact')} waiting for more than {LATE_AFTER:g} seconds."
    late = f"{counts.late} of {count_of(counts.open, 'open journey')} late."
    blocked = f"{count_of(counts.blocked, 'journey')} that can't be planned."
    why = "`milepost customers` lists them, `milepost show CUSTOMER` says why."
    return [
        failed("Facts", waiting, run) if counts.waiting_facts else ok("Facts", "None waits too long."),
        failed("Late journeys", late, run) if counts.late else ok("Late journeys", late),
        failed("Blocked journeys", blocked, why) if counts.blocked else ok("Blocked journeys", "None."),
    ]


async def _check_calendar_data(session: AsyncSession) -> Check:
    other = await calendar_data.others(session)
    if other is None:
        return ok("Zones and holidays", "Journeys are planned with those of this machine.")
    text = f"Journeys were last planned with {other}; this machine has {data_of_this_process()}."
    return warning("Zones and holidays", text, "Install the same version of Milepost, from its lock file, everywhere.")


async def _check_books(session: AsyncSession) -> list[Check]:
    """Checks that books in step are taken in, if there are any."""
    stand = await brief(session, time.time())
    needed = [each["needed"] for each in stand if each["needed"]]
    if needed:
        to_do = "The page of books in step, or `milepost sync status`, says what became of each run."
        return [warning("Books in step", " ".join(needed), to_do)]
    return [ok("Books in step", f"{count_of(len(stand), 'book')}, all read in time.")] if stand else []


async def _check_deliveries(session: AsyncSession) -> Check:
    now = (await clock.read(session)).journey_of(time.time())
    number = await messages.count_failed(session, since=now - _WEEK)
    if not number:
        return ok("Deliveries", "None has failed in the last 7 days.")
    text = f"{count_of(number, 'message')} failed in the last 7 days."
    return warning("Deliveries", text, "The outbox page says why; colleagues have a task for each.")


async def _check_retention(session: AsyncSession, settings: Settings) -> list[Check]:
    """Checks that old data is removed every day, if a setting asks for that."""
    if not retention_of(settings).is_on:
        return []
    ran_at = await retention.last_run(session)
    if ran_at is None or ran_at < time.time() - 2 * retention.DAY:
        last = "It never was." if ran_at is None else f"The last time was {text(ran_at)}."
        return [warning("Retention", f"Old data isn't removed every day. {last}", "See that a worker runs.")]
    return [ok("Retention", f"Old data was last removed {text(ran_at)}.")]
