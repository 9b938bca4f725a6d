"""Looks at candidates behind their pages: one at a time in each process, by programs of their own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from milepost.errors import MilepostError
from milepost.intake.candidates import programs
from milepost.intake.candidates.candidates import draft_of
from milepost.intake.candidates.programs import VersionFiles
from milepost.intake.candidates.report import Check, Report
from milepost.intake.context import IntakeContext
from milepost.intake.publication import Impact, compiled_version, impact_since
from milepost.store import candidates, journeys, maps
from milepost.store.candidate_tables import CandidateRow
from milepost.store.errors import StoreUnreachableError
from milepost.store.tables import MapVersionRow
from milepost.versions.move_counts import MoveCounts

log = structlog.get_logger()
_BEAT_EVERY = 1.0  # seconds
_PAGE = 25  # journeys that are read at once, so that pages are answered between
_BROKEN = "It could not be looked at; the log of the web process says why."


class CandidateRuns:
    """The looks that this process takes; they end with it, and whoever opens their pages is told."""

    def __init__(self, context: IntakeContext) -> None:
        self._context = context
        self._turn = asyncio.Semaphore(1)
        self._running: set[asyncio.Task[None]] = set()

    def start(self, number: int) -> None:
        """Looks at a candidate as soon as it is its turn."""
        task = asyncio.create_task(_Look(self._context, number).take(self._turn))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def wait(self) -> None:
        """Waits until nothing is looked at any more."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        """Ends what goes on."""
        for task in self._running:
            task.cancel()
        await self.wait()


class _Look:
    """One look at one candidate."""

    def __init__(self, context: IntakeContext, number: int) -> None:
        self._context = context
        self._number = number
        self._done = self._total = 0

    async def take(self, turn: asyncio.Semaphore) -> None:
        looking = asyncio.create_task(self._look(turn))
        try:
            while not looking.done() and await self._beat():
                await asyncio.wait({looking}, timeout=_BEAT_EVERY)
        finally:
            if not looking.done():
                looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _beat(self) -> bool:
        """Says that it is alive; tells whether anybody still wants to know."""
        context = self._context
        try:
            return await context.store.write(
                lambda session: candidates.beat(session, self._number, context.wall(), self._done, self._total)
            )
        except (StoreUnreachableError, SQLAlchemyError):
            return True  # the next one may be heard

    async def _look(self, turn: asyncio.Semaphore) -> None:
        try:
            async with turn:
                report = await self._report()
            await self._end(report, None)
        except MilepostError as error:
            await self._end(None, f"{error.message} {error.hint or ''}".strip())
        except Exception:  # it must not stay at work for ever
            log.exception("a map could not be looked at", number=self._number)
            await self._end(None, _BROKEN)

    async def _end(self, report: Report | None, problem: str | None) -> None:
        data = None if report is None else report.to_json()
        end = partial(candidates.end_look, number=self._number, report=data, problem=problem, now=self._context.now())
        await self._context.store.write(end)

    async def _report(self) -> Report:
        async with self._context.store.reading() as session:
            row = await candidates.get(session, self._number)
        check = await programs.check(row.name, row.files)
        if check.map is None or check.errors:
            return Report(check)
        return await self._compared(row, check)

    async def _compared(self, row: CandidateRow, check: Check) -> Report:
        """Adds what publishing it would change and do, where the map was published before."""
        draft = await asyncio.to_thread(draft_of, row)
        new, now = VersionFiles(draft.compiled_map.version, draft.files), self._context.now()
        async with self._context.store.reading() as session:
            rows = await maps.versions(session, draft.compiled_map.map.map)
            current = next((each for each in rows if each.current), None)
            if current is None:
                return Report(check)

            async def count(version: MapVersionRow) -> MoveCounts | None:
                if await asyncio.to_thread(compiled_version, version) is None:
                    return None
                old = VersionFiles(version.hash, version.files)
                states = journeys.on_version(session, version.hash, page=_PAGE)
                return await programs.count_moves(old, new, states, now, self._on_journey)

            impact: Impact = await impact_since(session, rows, current, draft, count, self._on_total)
        return Report(check, current.hash, impact)

    def _on_total(self, total: int) -> None:
        self._total = total

    def _on_journey(self) -> None:
        self._done += 1
