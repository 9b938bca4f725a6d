"""Checks of what in the database waits, stands still, or has failed; each says what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.calendar_data import calendar_data as data_of_this_process
from milepost.intake.check import Check, failed, ok, warning
from milepost.intake.context import retention_of
from milepost.intake.sync.books import brief
from milepost.planner.instants import Instant, text
from milepost.settings import Settings
from milepost.store import calendar_data, messages, overdue, retention
from milepost.store.compiled_maps import CompiledMaps
from milepost.text import count_of

LATE_AFTER = 120.0  # seconds: by then the sweeper has tried several times
_WEEK = 7 * 86_400  # seconds


async def store_checks(
    session: AsyncSession, settings: Settings, journey_of: Callable[[float], Instant], wall: float
) -> list[Check]:
    """Checks facts and journeys, deliveries, zones and holidays, books in step and retention at an instant (`wall`).

    `journey_of` turns an instant of the wall clock into journey time.
    """
    return [
        *await _journeys(session, journey_of, wall),
        await _deliveries(session, journey_of(wall)),
        await _calendar_data(session),
        *await _books(session, wall),
        *await _retention(session, settings, wall),
    ]


async def map_check(compiled_maps: CompiledMaps) -> Check:
    """Checks that the versions which journeys begin on can be read by this Milepost."""
    wrong = await compiled_maps.unreadable()
    if not wrong:
        return ok("Maps", "All that customers begin on can be read.")
    text = " ".join(f"{map_id}: {error.message}." for map_id, error in wrong.items())
    return failed("Maps", text, next(iter(wrong.values())).hint)


async def _journeys(session: AsyncSession, journey_of: Callable[[float], Instant], wall: float) -> list[Check]:
    before = wall - LATE_AFTER
    counts = await overdue.counts(session, journey_of(before), int(before))
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


async def _calendar_data(session: AsyncSession) -> Check:
    other = await calendar_data.others(session)
    if other is None:
        return ok("Zones and holidays", "Journeys are planned with those of this machine.")
    text = f"Journeys were last planned with {other}; this machine has {data_of_this_process()}."
    return warning("Zones and holidays", text, "Install the same version of Milepost, from its lock file, everywhere.")


async def _books(session: AsyncSession, wall: float) -> list[Check]:
    """Checks that books in step are taken in, if there are any."""
    stand = await brief(session, wall)
    needed = [each["needed"] for each in stand if each["needed"]]
    if needed:
        to_do = "The page of books in step, or `milepost sync status`, says what became of each run."
        return [warning("Books in step", " ".join(needed), to_do)]
    return [ok("Books in step", f"{count_of(len(stand), 'book')}, all read in time.")] if stand else []


async def _deliveries(session: AsyncSession, now: Instant) -> Check:
    number = await messages.count_failed(session, since=now - _WEEK)
    if not number:
        return ok("Deliveries", "None has failed in the last 7 days.")
    text = f"{count_of(number, 'message')} failed in the last 7 days."
    return warning(
        "Deliveries",
        text,
        "Each says why, on the page Mail or after `milepost mail --status failed`; colleagues have a task for each.",
    )


async def _retention(session: AsyncSession, settings: Settings, wall: float) -> list[Check]:
    """Checks that old data is removed every day, if a setting asks for that."""
    if not retention_of(settings).is_on:
        return []
    ran_at = await retention.last_run(session)
    if ran_at is None or ran_at < wall - 2 * retention.DAY:
        last = "It never was." if ran_at is None else f"The last time was {text(ran_at)}."
        return [warning("Retention", f"Old data isn't removed every day. {last}", "See that a worker runs.")]
    return [ok("Retention", f"Old data was last removed {text(ran_at)}.")]
