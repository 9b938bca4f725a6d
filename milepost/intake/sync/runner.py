"""Runs books in step when their time has come. Every worker has one; each run is made by one of them."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from milepost.errors import MilepostError
from milepost.intake.intake import Intake
from milepost.intake.sync import books
from milepost.intake.sync.errors import InvalidSyncError
from milepost.intake.sync.recipe import Recipe, mapping_text
from milepost.intake.sync.run import SyncRun
from milepost.settings import Settings
from milepost.store import syncs
from milepost.store.errors import StoreUnreachableError

log = structlog.get_logger()
BOOK = "settings"
"""The name of the book that the settings have."""
INTERVAL = 10.0  # seconds between two looks


class SyncRunner:
    """Looks for books that are due, and brings them in step, one after the other."""

    def __init__(self, intake: Intake, settings: Settings) -> None:
        self._intake, self._settings = intake, settings
        self._authorization = settings.sync_secrets()
        self._has_settled = False

    async def run(self, every: float = INTERVAL) -> None:
        """Runs until cancelled."""
        while True:
            try:
                if not self._has_settled:
                    await self.take_settings()
                    self._has_settled = True
                await self.run_due()
            except (StoreUnreachableError, SQLAlchemyError, OSError) as error:
                log.warning("books can't be kept in step, the database is away", why=type(error).__name__)
            await asyncio.sleep(every)

    async def take_settings(self) -> None:
        """Keeps the book that the settings name in step, and no other that earlier settings named."""
        settings = self._settings
        if settings.sync_source is None:
            async with self._intake.context.store.reading() as session:
                earlier = await syncs.find(session, BOOK)
            if earlier is not None and earlier.created_by == BOOK:
                await books.stop(self._intake, BOOK)
            return
        try:
            name, text = await asyncio.to_thread(mapping_text, settings.sync_mapping)
            recipe = Recipe(settings.sync_source, settings.sync_contacts, text, name)
            await books.register(self._intake, BOOK, recipe, settings.sync_every, self._authorization, by=BOOK)
        except InvalidSyncError as error:
            log.error("the book of the settings can't be kept in step", why=str(error))  # noqa: TRY400 - our own words

    async def run_due(self) -> int:
        """Brings every book in step whose time has come; returns how many runs it made."""
        made = 0
        async with self._intake.context.store.reading() as session:
            names = await syncs.due(session, self._intake.context.wall())
        for name in names:
            async with self._intake.context.store.reading() as session:
                row = await syncs.find(session, name)
            if row is None:
                continue
            try:
                result = await SyncRun(self._intake, row, self._authorization).run(only_due=True)
            except StoreUnreachableError:
                raise
            except MilepostError as error:
                log.error("a book can't be kept in step", book=name, code=error.code)  # noqa: TRY400 - no traceback: cells
                continue
            if result is not None:
                made += 1
                log.info("a book was read", book=name, status=str(result.status), **result.counts)
        return made
