"""The service of books in step: which there are, how they stand, and running one now."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.intake.intake import Intake
from milepost.intake.sync.errors import InvalidSyncError, SyncBusyError, UnknownSyncError
from milepost.intake.sync.recipe import Recipe
from milepost.intake.sync.run import SyncResult, SyncRun
from milepost.intake.sync.schedule import Schedule
from milepost.intake.sync.source import is_address
from milepost.planner.instants import optional_text, text
from milepost.store import syncs
from milepost.store.sync_tables import SyncRow, SyncRunRow
from milepost.store.syncs import Vanished

_MOST_RUNS = 10
_MOST_VANISHED = 500
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")


@dataclass(frozen=True, slots=True)
class BookStatus:
    """How a book in step stands: its last runs, the newest first, and who vanished from it."""

    row: SyncRow
    runs: tuple[SyncRunRow, ...]
    customers: int
    vanished_count: int
    vanished: tuple[Vanished, ...]
    last_taken_in: int | None

    @property
    def recipe(self) -> Recipe:
        return Recipe.from_json(self.row.recipe)

    @property
    def last(self) -> SyncRunRow | None:
        """The run that began last."""
        return self.runs[0] if self.runs else None

    def to_json(self) -> dict[str, Any]:
        recipe = self.recipe
        return {
            "name": self.row.name,
            "source": recipe.source,
            "contacts": recipe.contacts,
            "mapping": recipe.mapping_name,
            "every": self.row.schedule,
            "next_at": optional_text(self.row.next_at),
            "last_taken_in_at": optional_text(self.last_taken_in),
            "failures": self.row.failures,
            "customers": self.customers,
            "vanished_count": self.vanished_count,
            "vanished": [{"customer": e.customer, "name": e.name, "since": text(e.since)} for e in self.vanished],
            "runs": [_run_json(each) for each in self.runs],
        }


def _run_json(run: SyncRunRow) -> dict[str, Any]:
    return {
        "number": run.number,
        "started_at": text(run.started_at),
        "ended_at": optional_text(run.ended_at),
        "status": run.status,
        "why": run.why,
        "customers": run.counts,
        "problems": run.problems,
    }


def name_of(source: str) -> str:
    """Returns the name that a book gets where nobody gives it one: that of its folder, file or host."""
    last = httpx.URL(source).host if is_address(source) else Path(source).resolve().stem
    return re.sub(r"[^a-z0-9_.-]+", "-", last.casefold()).strip("-.")[:60] or "book"


async def register(
    intake: Intake, name: str, recipe: Recipe, every: str | None, authorization: Mapping[str, str], *, by: str | None
) -> SyncRow:
    """Keeps a book in step from now on; one of this name is changed. Without a schedule it runs when somebody says so.

    Raises:
        InvalidSyncError: the name, the source, the mapping or the schedule can't be used.
    """
    _check(name, recipe, authorization)
    schedule = Schedule.parse(every) if every is not None else None
    wall = int(intake.context.wall())
    fresh = {"failures": 0, "files": {}, "salt": secrets.token_hex(16), "created_at": wall, "created_by": by}
    return await intake.context.store.write(partial(_register, name, recipe, schedule, fresh))


async def draft(intake: Intake, name: str, recipe: Recipe, authorization: Mapping[str, str]) -> SyncRow:
    """Returns a book as it would be kept in step, without storing it: what is known of the one of this name counts.

    Raises:
        InvalidSyncError: the name, the source or the mapping can't be used.
    """
    _check(name, recipe, authorization)
    async with intake.context.store.reading() as session:
        row = await syncs.find(session, name)
    known = {"salt": row.salt, "files": row.files} if row else {"salt": secrets.token_hex(16), "files": {}}
    return SyncRow(name=name, recipe=recipe.to_json(), schedule=None, failures=0, created_by=None, **known)


def _register(
    name: str, recipe: Recipe, schedule: Schedule | None, fresh: Mapping[str, Any], session: Session
) -> SyncRow:
    wall = fresh["created_at"]
    row = syncs.load(session, name)
    if row is None:
        row = SyncRow(name=name, recipe=recipe.to_json(), **fresh)
        session.add(row)
    elif row.recipe != recipe.to_json():
        row.recipe, row.files = recipe.to_json(), {}
        row.next_at = wall if row.schedule else None
    if schedule is not None and row.schedule != schedule.text:
        row.schedule, row.next_at = schedule.text, wall
    session.flush()
    return row


def _check(name: str, recipe: Recipe, authorization: Mapping[str, str]) -> None:
    if not _NAME.fullmatch(name):
        hint = "Use small letters, digits and - _ . only, at most 60."
        raise InvalidSyncError(f"{name!r} can't be the name of a book.", hint)
    if not 1 <= recipe.most_vanished <= 100:  # noqa: PLR2004 - percent
        raise InvalidSyncError(f"{recipe.most_vanished} isn't a percentage from 1 to 100.", "")
    recipe.read_mapping()
    for source in filter(None, (recipe.source, recipe.contacts)):
        if not is_address(source):
            continue
        try:
            url = httpx.URL(source)
        except httpx.InvalidURL as error:
            raise InvalidSyncError(f"The address {source!r} can't be read: {error}.", "") from None
        if url.userinfo:
            hint = "Leave it out; MILEPOST_SYNC_AUTHORIZATION has what each host is sent."
            raise InvalidSyncError("The address has a password in it, which would be stored.", hint)
        if url.scheme == "http" and url.host in authorization and url.host not in ("127.0.0.1", "::1", "localhost"):
            hint = f"Write https://{url.host}."
            raise InvalidSyncError(f"{url.host} would be sent its secret unencrypted.", hint)


async def run_now(
    intake: Intake, name: str, authorization: Mapping[str, str], *, accept_vanished: bool = False
) -> SyncResult:
    """Brings a book in step now.

    Raises:
        UnknownSyncError: there is none of this name.
        SyncBusyError: somebody else does so at this moment.
    """
    run = SyncRun(intake, await get(intake, name), authorization, accept_vanished=accept_vanished)
    result = await run.run()
    if result is None:
        raise SyncBusyError(name)
    return result


async def run_soon(intake: Intake, name: str, *, accepted_vanished: int | None = None) -> None:
    """Lets a worker bring a book in step as soon as it can, whatever its schedule says.

    It is taken in although up to `accepted_vanished` customers are missing in it.

    Raises:
        UnknownSyncError: there is none of this name.
    """
    await get(intake, name)
    wall = int(intake.context.wall())

    def change(session: Session) -> None:
        row = syncs.load(session, name)
        if row is not None:
            row.next_at = wall
            row.accepted_vanished = accepted_vanished or row.accepted_vanished

    await intake.context.store.write(change)


async def get(intake: Intake, name: str) -> SyncRow:
    """Returns the book of this name.

    Raises:
        UnknownSyncError: there is none.
    """
    async with intake.context.store.reading() as session:
        row = await syncs.find(session, name)
        if row is None:
            raise UnknownSyncError(name, [each.name for each in await syncs.all_syncs(session)])
    return row


async def stop(intake: Intake, name: str) -> SyncRow:
    """Lets a book run by itself no more; what is known of it stays.

    Raises:
        UnknownSyncError: there is none of this name.
    """
    await get(intake, name)

    def change(session: Session) -> SyncRow | None:
        row = syncs.load(session, name)
        if row is not None:
            row.schedule = row.next_at = None
        return row

    await intake.context.store.write(change)
    return await get(intake, name)


async def remove(intake: Intake, name: str) -> None:
    """Removes what is known of a book; its customers stay.

    Raises:
        UnknownSyncError: there is none of this name.
    """
    await get(intake, name)

    def change(session: Session) -> None:
        row = syncs.load(session, name)
        if row is not None:
            session.delete(row)

    await intake.context.store.write(change)


async def statuses(intake: Intake, name: str | None = None) -> list[BookStatus]:
    """Returns how all books in step stand, or the one of a name.

    Raises:
        UnknownSyncError: there is none of this name.
    """
    rows = [await get(intake, name)] if name is not None else None
    async with intake.context.store.reading() as session:
        return [await _status(session, row) for row in rows or await syncs.all_syncs(session)]


_OFTEN = 3  # runs that failed one after the other
_LATE = 600  # seconds


async def brief(session: AsyncSession, wall: float) -> list[dict[str, Any]]:
    """Returns how all books stand, in short, each with what a person has to do about it (None: nothing)."""
    result = []
    for row in await syncs.all_syncs(session):
        last = next(iter(await syncs.runs(session, row.name, 1)), None)
        needed = None
        if row.failures >= _OFTEN or (row.failures and await _is_long_ago(session, row, wall)):
            often = "" if row.failures == 1 else f" {row.failures} times in a row"
            needed = f"The book {row.name} wasn't taken in{often}: {last.why if last else ''}"
        elif row.next_at is not None and row.next_at < wall - _LATE:
            needed = f"The book {row.name} should have been read: see that a worker runs."
        result.append(
            {
                "name": row.name,
                "last_run": None if last is None else {"started_at": text(last.started_at), "status": last.status},
                "failures": row.failures,
                "next_at": optional_text(row.next_at),
                "needed": needed,
            }
        )
    return result


async def _is_long_ago(session: AsyncSession, row: SyncRow, wall: float) -> bool:
    """Tells whether a book was last taken in before twice the time between two runs."""
    if row.schedule is None:
        return False
    since = await syncs.last_taken_in(session, row.name) or row.created_at
    schedule = Schedule.parse(row.schedule)
    return schedule.after(schedule.after(since)) < wall


async def _status(session: AsyncSession, row: SyncRow) -> BookStatus:
    return BookStatus(
        row,
        tuple(await syncs.runs(session, row.name, _MOST_RUNS)),
        await syncs.count(session, row.name, vanished=False),
        await syncs.count(session, row.name, vanished=True),
        tuple(await syncs.vanished(session, row.name, _MOST_VANISHED)),
        await syncs.last_taken_in(session, row.name),
    )
