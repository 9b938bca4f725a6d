"""A data folder on which commands are given: its clock stands where it is put, and what they print is kept."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from typer.testing import CliRunner

from milepost.channels.links import LinkSigner
from milepost.cli.main import app
from milepost.planner.instants import Instant, parse
from milepost.store import journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import open_store
from milepost.store.schema_upgrade import upgrade
from tests.ports import free_port
from tests.recorded.normal import ROOT, normal, without_random_ids
from tests.recorded.store_rows import TABLES, rows_of
from tests.web.nearby import NearbyJourneyClient

START = parse("2026-03-02T15:00:00Z")
HOUR, DAY = 3600, 86_400
NEVER = 1e11  # a wall clock that is not reached: before it journey time stands still
FOREIGN = ("MILEPOST_DATABASE_URL", "MILEPOST_SETTINGS", "MILEPOST_DEBUG", "TEMPORAL_ADDRESS", "TEMPORAL_PROFILE")
VOLATILE = frozenset({"channel_id", "received_at", "seen", "sent_at", "tried_at"})


class IntakeContext:
    """A data folder, the commands given on it, and what they printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.printed: dict[str, dict[str, Any]] = {}
        self.now: Instant = START
        self._file = self.data / "milepost.db"
        self._environment: dict[str, str | None] = {
            **dict.fromkeys(FOREIGN),
            "TEMPORAL_CONFIG_FILE": "/dev/null",
            "MILEPOST_TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
            "MILEPOST_DATA": str(self.data),
            "COLUMNS": "80",
            "TZ": "America/New_York",
        }
        self.data.mkdir()
        asyncio.run(upgrade(self.url))
        self.set_clock(START)

    @property
    def url(self) -> str:
        """The address of the folder's database."""
        return f"sqlite:///{self._file}"

    def set_clock(self, at: Instant) -> None:
        """Let it be this instant, for all commands to come."""
        self.now = at
        with closing(sqlite3.connect(self._file)) as database, database:
            database.execute(
                "INSERT OR REPLACE INTO clock (id, wall_epoch, journey_epoch, speed) VALUES (1, ?, ?, 1)", (NEVER, at)
            )

    def give(self, name: str, *words: object, form: str = "--json") -> list[Any]:
        """Give a command and keep what it printed under a name; returns the objects."""
        given = [str(word) for word in words]
        more = [form] if form else []
        result = CliRunner().invoke(app, [*given, *more], env=self._environment)
        structlog.reset_defaults()
        assert name not in self.printed, name
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        objects = [json.loads(line) for line in result.stdout.splitlines()] if form else [json.loads(result.stdout)]
        self.printed[name] = {"command": [*given, *more], "exit_code": result.exit_code, "printed": objects}
        return objects

    def tell(self, name: str, *words: object) -> None:
        """Tell a fact under an id of its own, so that nothing hangs on a random one."""
        self.give(f"tell_{name}", "tell", *words, "--id", f"told-{name}")

    def pass_time(self, until: Instant | None = None) -> None:
        """Let the journeys take in what they were told, and live up to an instant."""
        if until is not None:
            self.set_clock(until)
        asyncio.run(self._advance())

    async def _advance(self) -> None:
        store = open_store(self.url)
        journey_client = NearbyJourneyClient(
            store, CompiledMaps(store), LinkSigner("s" * 32, "http://milepost.example"), lambda: self.now
        )
        async with store.reading() as session:
            running = [row.id for row in await journeys.running(session)]
        for journey in running:
            await journey_client.advance(journey, self.now)
        await store.close()

    def documents(self) -> dict[str, Any]:
        """All that was printed, and at last what the database holds, without what differs from run to run."""
        rows = rows_of(self._file, (*TABLES, "timeline"))
        ids = {row["id"]: f"fact {number}" for number, row in enumerate(rows["facts"], 1)}
        told = {name: said for name, said in self.printed.items() if name.startswith("tell_")}
        found = {f"{name}.json": said for name, said in self.printed.items() if name not in told}
        found |= {"tell.json": told, "rows.json": _steady(rows)}
        random = {known: name for known, name in ids.items() if not known.startswith("told-")}
        folders = {"FOLDER": self.folder}
        return {name: normal(without_random_ids(said, random), folders) for name, said in found.items()}


def _steady(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _steady(value) for key, value in data.items() if key not in VOLATILE}
    return [_steady(each) for each in data] if isinstance(data, list) else data


def copied_map(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of the shipped enterprise map with some text replaced."""
    target = folder / name
    shutil.copytree(ROOT / "maps" / "enterprise-save-time", target)
    file = target / "map.yaml"
    text = file.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text)
    return target
