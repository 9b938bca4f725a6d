"""Runs the rehearsals that people start on pages, each as a program of its own that ends with this one.

What it gets are files in a folder of its own and no setting of this machine: it can reach neither the database nor
anybody. It writes a report into the folder, which is read into the row of the rehearsal every second.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import structlog
from sqlalchemy.orm import Session

from milepost.devserver.children import Child, Program
from milepost.devserver.locks import holder_of
from milepost.errors import MilepostError
from milepost.intake.context import IntakeContext
from milepost.intake.import_sources import ImportOptions, StoredFiles, stored_files
from milepost.settings import PREFIX, Settings
from milepost.store import imports, maps, rehearsals
from milepost.store.errors import ImportStatusError
from milepost.store.import_tables import ImportRow
from milepost.store.rehearsal_tables import RehearsalRow
from milepost.store.rehearsals import RehearsalStatus

log = structlog.get_logger()
_LOOK_EVERY = 1.0  # seconds
_STOPS_WITHIN = 30.0  # seconds: what it writes at its end is worth waiting for
_FOLDER, _LOCK, _REPORT = "rehearsals", "rehearsal.lock", "report.json"
_LAST_LINES = 4  # of a rehearsal that failed
_STOPPED_WITH_US = "Milepost was stopped or started again, and the rehearsal ended with it. Start it once more."


class NothingToRehearseError(MilepostError):
    """There is no published map, or no book any more."""

    code = "nothing_to_rehearse"


@dataclass(frozen=True, slots=True)
class RehearsalOrder:
    """What somebody wants to be rehearsed: the book of an import, for so many days.

    `people` is how many made-up people stand in for a persona that a customer has nobody for.
    """

    import_number: int
    days: int
    people: int
    form: str
    by: str


class RehearsalRuns:
    """Starts rehearsals, looks after the one that this process runs, and ends it with this process."""

    def __init__(self, settings: Settings, context: IntakeContext) -> None:
        self._folder = settings.data.expanduser().resolve() / _FOLDER
        self._password = settings.desk_password.get_secret_value() if settings.desk_password else None
        self._context = context
        self._running: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self, order: RehearsalOrder) -> int:
        """Starts a rehearsal; returns its number.

        Raises:
            UnknownImportError: there is no such import.
            NothingToRehearseError: no map is published, or the book was removed.
            RehearsalRunsError: another one runs.
        """
        context = self._context
        async with context.store.reading() as session:
            book = await imports.get(session, order.import_number)
            published = {row.map: dict(row.files) for row in await maps.current(session)}
        files = await stored_files(context, order.import_number)
        if files is None:
            raise NothingToRehearseError("The file of this book was removed.", "Upload it again.")
        if not published:
            raise NothingToRehearseError("No map is published yet.", "Publish one: a rehearsal plays your maps.")
        row = RehearsalRow(
            import_number=order.import_number,
            form=order.form,
            status=RehearsalStatus.RUNNING,
            days=order.days,
            people=order.people,
            played=0,
            started_at=context.now(),
            started_by=order.by,
            beat_at=int(context.wall()),
        )
        number, is_new = await context.store.write(partial(self._add, row, order.import_number))
        if is_new:
            argv = partial(_argv, book, files, published, order)
            task = asyncio.create_task(self._run(number, argv))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return number

    def _add(self, row: RehearsalRow, import_number: int, session: Session) -> tuple[int, bool]:
        book = imports.lock(session, import_number)
        if book.status not in imports.IN_PREPARATION:
            raise ImportStatusError(import_number, book.status, "rehearsed")
        book.keep_until = int(self._context.wall()) + imports.KEPT_SECONDS
        return rehearsals.add(session, row, self._context.wall())

    async def close(self) -> None:
        """Ends the rehearsal that this process runs, and says so in its row."""
        self._closing = True
        if self._running:
            await asyncio.wait(self._running)

    async def note_lost(self) -> None:
        """Notes that a rehearsal has died with the process that ran it, and removes what that has left behind."""
        async with self._context.store.reading() as session:
            row = await rehearsals.current(session)
        folders = list(self._folder.glob("*")) if self._folder.is_dir() else []
        for folder in folders:
            if holder_of(folder / _LOCK) is None:
                shutil.rmtree(folder, ignore_errors=True)
        is_ours = row is not None and self._folder / str(row.number) in folders
        is_silent = row is not None and rehearsals.status_of(row, self._context.wall()) is RehearsalStatus.LOST
        if row is not None and (is_silent or (is_ours and not (self._folder / str(row.number)).exists())):
            await self._end(row.number, RehearsalStatus.LOST, _STOPPED_WITH_US)

    async def _run(self, number: int, argv_in: Any) -> None:
        folder = self._folder / str(number)
        try:
            await asyncio.to_thread(_make, folder)
            argv = await asyncio.to_thread(argv_in, folder)
            await self._look_after(number, folder, argv)
        except OSError as error:
            why = f"The rehearsal can't be written to {str(self._folder)!r}: {error.strerror or error}."
            await self._end(number, RehearsalStatus.FAILED, why)
        except Exception:  # it must not stay at work for ever
            log.exception("a rehearsal failed", number=number)
            await self._end(number, RehearsalStatus.FAILED, "The rehearsal could not be run; the log says why.")
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _look_after(self, number: int, folder: Path, argv: list[str]) -> None:
        taken = [name for name in os.environ if name.startswith((PREFIX, "TEMPORAL_"))]
        program = Program(
            name="rehearsal",
            argv=argv,
            env={**dict.fromkeys(taken), "MILEPOST_DESK_PASSWORD": self._password, "TMPDIR": str(folder)},
            sole=folder / _LOCK,
            stop_within=_STOPS_WITHIN,
        )
        child = await Child.spawn(program, lambda _name, _line: None)
        ended = asyncio.create_task(child.wait())
        goes_on = True
        while not ended.done() and goes_on and not self._closing:
            await asyncio.wait({ended}, timeout=_LOOK_EVERY)
            goes_on = await self._context.store.write(
                lambda session: rehearsals.beat(session, number, self._context.wall(), _going_on(folder))
            )
        was_stopped = not ended.done()
        if was_stopped:
            await child.stop()
        await ended
        await self._account(number, folder, child.tail(), was_stopped=was_stopped)

    async def _account(self, number: int, folder: Path, tail: tuple[str, ...], *, was_stopped: bool) -> None:
        report = _report(folder) or {}
        account = report.get("account") if report.get("over") else None
        if self._closing and was_stopped:
            await self._end(number, RehearsalStatus.LOST, _STOPPED_WITH_US, account)
        elif was_stopped:
            await self._end(number, RehearsalStatus.STOPPED, None, account)
        elif account is None:
            why = "\n".join(tail[-_LAST_LINES:]).replace(f"{folder}{os.sep}", "")
            await self._end(number, RehearsalStatus.FAILED, why or "It ended by itself.")
        else:
            await self._end(number, RehearsalStatus.DONE, None, account)

    async def _end(
        self, number: int, status: RehearsalStatus, problem: str | None, account: dict[str, Any] | None = None
    ) -> None:
        def end(session: Session) -> None:
            row = rehearsals.lock(session, number)
            if row.status in rehearsals.AT_WORK:
                row.account, row.problem = account or row.account, problem
                row.played = row.days if status is RehearsalStatus.DONE else row.played
                rehearsals.end(row, status, self._context.now())

        await self._context.store.write(end)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)


def _argv(
    book: ImportRow, files: StoredFiles, published: dict[str, dict[str, str]], order: RehearsalOrder, folder: Path
) -> list[str]:
    """Writes the maps and files into the folder; returns the command that rehearses them."""
    for map_id, texts in published.items():
        for name, text in texts.items():
            path = folder / "maps" / map_id / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    suffix = PurePath(book.file).suffix.lower()
    path = folder / f"book{suffix if suffix in ('.csv', '.xlsx', '.txt', '.tsv') else '.csv'}"
    path.write_bytes(files.book)
    options = ImportOptions.from_json(book.options)
    values: dict[str, str | int | None] = {
        "--map": str(folder / "maps"),
        "--book": str(path),
        "--stage": options.stage,
        "--since": options.since,
        "--sheet": options.sheet,
        "--encoding": options.encoding,
        "--days": order.days,
        "--people": order.people,
        "--report": str(folder / _REPORT),
    }
    if book.mapping is not None:
        values["--mapping"] = str(folder / "mapping.yaml")
        (folder / "mapping.yaml").write_text(book.mapping, "utf-8")
    if files.contacts is not None:
        values["--contacts"] = str(folder / "contacts")
        (folder / "contacts").write_bytes(files.contacts)
    given = [f"{name}={value}" for name, value in values.items() if value not in (None, "")]
    return [sys.executable, "-P", "-m", "milepost", "rehearse", *given]


def _report(folder: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        report: dict[str, Any] = json.loads((folder / _REPORT).read_text("utf-8"))
        return report
    return None


def _going_on(folder: Path) -> dict[str, Any] | None:
    report = _report(folder)
    return None if report is None or report["over"] else report
