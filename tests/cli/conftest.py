"""Commands as people give them, on a data folder of the test's own and without a Temporal server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from activities.journey import NO_GRACE, JourneyActivities
from milepost.cli.main import app
from milepost.store import journeys
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import open_store
from milepost.wire.activities import AdvanceOrder
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
MAPS = ROOT / "maps"
HEADER = "id,name,timezone,country,language,contacts,team,tier,goal,health,renews_on\n"
TEAM = "csm=ana@vendor.example; account_executive=bo@vendor.example"
ACME = (
    f"acme,Acme,America/New_York,US,en,Sam Poe <sam@acme.example> sponsor,{TEAM},enterprise,save_time,75,2030-09-01\n"
)
LONELY = "lonely,Lonely,Europe/Berlin,DE,de,,,small,,50,\n"

Milepost = Callable[..., Result]
Acmes = Callable[[int], None]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set_own(monkeypatch, tmp_path / "data")


def _set_own(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """Nothing of this machine's settings; a terminal of 80 columns that is none; nobody at the Temporal address."""
    for name in (
        "MILEPOST_DATABASE_URL",
        "MILEPOST_SETTINGS",
        "MILEPOST_DEBUG",
        "TEMPORAL_ADDRESS",
        "TEMPORAL_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("MILEPOST_TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("MILEPOST_DATA", str(data))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TZ", "America/New_York")


@pytest.fixture
def milepost() -> Iterator[Milepost]:
    """Give a command: `milepost("show", "acme")`."""
    runner = CliRunner()
    yield lambda *words, **more: runner.invoke(app, [str(word) for word in words], **more)
    structlog.reset_defaults()


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """A book of customers with these rows."""

    def write(*rows: str, header: str = HEADER) -> Path:
        path = tmp_path / "book.csv"
        path.write_text(header + "".join(rows))
        return path

    return write


@pytest.fixture(scope="session")
def acmes_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which a shipped map is published and Acme has begun a journey; no map is for Lonely."""
    folder = tmp_path_factory.mktemp("acme")
    book, data = folder / "book.csv", folder / "data"
    book.write_text(HEADER + ACME + LONELY)
    with pytest.MonkeyPatch.context() as environment:
        _set_own(environment, data)
        for words in (("publish", str(MAPS / "enterprise-save-time")), ("import", str(book))):
            assert CliRunner().invoke(app, words).exit_code == 0
    structlog.reset_defaults()
    advance(data)
    return data


@pytest.fixture
def with_acme(acmes_data: Path, tmp_path: Path) -> None:
    """A shipped map is published; Acme has begun a journey, no map is for Lonely."""
    shutil.copytree(acmes_data, tmp_path / "data")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The shipped map with another first touchpoint, another title and another mail."""
    folder = tmp_path / "draft"
    shutil.copytree(MAPS / "enterprise-save-time", folder)
    file = folder / "map.yaml"
    text = file.read_text().replace("touchpoint: handoff\n", "touchpoint: baton\n")
    file.write_text(text.replace("after: handoff\n", "after: baton\n"))
    for scenario in (folder / "scenarios").glob("*.yaml"):
        scenario.write_text(scenario.read_text().replace(" handoff", " baton"))
    mail = folder / "messages" / "kickoff_recap.md"
    mail.write_text(mail.read_text() + "\nSee you soon.\n")
    return folder


@pytest.fixture
def acmes(milepost: Milepost, book: Callable[..., Path], tmp_path: Path) -> Acmes:
    """Begin journeys on a shipped map, of acme0, acme1, ...: so many, in the database of the environment."""

    def begin(many: int) -> None:
        rows = (ACME.replace("acme,Acme", f"acme{each},Acme {each}") for each in range(many))
        assert milepost("publish", MAPS / "enterprise-save-time").exit_code == 0
        assert milepost("import", book(*rows)).exit_code == 0
        asyncio.run(_advance(os.environ.get("MILEPOST_DATABASE_URL", f"sqlite:///{tmp_path / 'data' / 'milepost.db'}")))

    return begin


def spoil(customer: str) -> None:
    """Make the state of a customer's journey one that a later program wrote."""
    changed("UPDATE journeys SET state = json_set(state, '$.format', 99) WHERE customer_id = ?", customer)


def changed(statement: str, *values: str) -> None:
    """Change one row of the test's SQLite file behind the back of everybody."""
    file = Path(os.environ["MILEPOST_DATA"]) / "milepost.db"
    with closing(sqlite3.connect(file)) as database, database:
        assert database.execute(statement, values).rowcount == 1


def without_hashes(output: str) -> str:
    """The output with `version 2 (19059dbead57)` shortened to `version 2`, where the number is enough."""
    return re.sub(r"(version \d+) \([0-9a-f]{12}\)", r"\1", output)


def lines(result: Result) -> list[dict[str, Any]]:
    """The objects that a command with `--json` printed, one a line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def advance(data: Path, grace: timedelta = NO_GRACE) -> None:
    """Do as a worker would now: take in the recorded facts, and let happen what falls due.

    What people told can be undone for the grace.
    """
    asyncio.run(_advance(f"sqlite:///{data / 'milepost.db'}", grace))


async def _advance(url: str, grace: timedelta = NO_GRACE) -> None:
    store = open_store(url)
    worker = JourneyActivities(store, CompiledMaps(store), grace)
    async with store.reading() as session:
        running = await journeys.running(session)
    for row in running:
        await worker.advance(AdvanceOrder(row.id, row.revision + 1, int(time.time())))
    await store.close()
