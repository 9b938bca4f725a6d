"""A folder that another system writes books to, and books in step with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from milepost.intake.intake import Intake
from milepost.intake.sync import books
from milepost.intake.sync.recipe import Recipe
from milepost.intake.sync.run import SyncResult
from milepost.store import customers
from milepost.store.database import Store

LONG_AGO = 1_700_000_000


class Export:
    """A folder of files; each counts as written long ago."""

    def __init__(self, folder: Path, intake: Intake) -> None:
        self.folder, self.intake = folder, intake
        self.written = 0

    def write(self, *rows: str, name: str = "book.csv", heading: str = "id,name,tier", end: str = "\n") -> Path:
        return self.put(("\n".join((heading, *rows)) + end).encode(), name)

    def put(self, content: bytes, name: str = "book.csv") -> Path:
        file = self.folder / name
        file.write_bytes(content)
        self.written += 1
        os.utime(file, (LONG_AGO + self.written, LONG_AGO + self.written))
        return file

    async def keep(self, *, every: str | None = None, source: str | None = None, **recipe: Any) -> None:
        await books.register(
            self.intake,
            "crm",
            Recipe(source or str(self.folder), **recipe),
            every,
            self.secrets,
            by="ops@vendor.example",
        )

    async def run(self, **options: Any) -> SyncResult:
        return await books.run_now(self.intake, "crm", self.secrets, **options)

    async def status(self) -> dict[str, Any]:
        (status,) = await books.statuses(self.intake, "crm")
        return status.to_json()

    async def names(self) -> dict[str, str]:
        async with self.intake.context.store.reading() as session:
            return {each.id: each.name for each in await customers.all_customers(session)}

    secrets: dict[str, str] = {}  # noqa: RUF012 - a test replaces it


@pytest.fixture
async def export(tmp_path: Path, intake: Intake, store: Store) -> Export:
    folder = tmp_path / "export"
    folder.mkdir()
    return Export(folder, intake)
