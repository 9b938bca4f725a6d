"""How fast a book of 5,000 customers is imported, until each has a running journey: `milepost import`."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from temporalio.client import Client

from benchmarks.figures import Figure
from benchmarks.installation import ROOT, in_a_folder, installation
from milepost.language.loader import load
from milepost.store import maps
from milepost.store.database import Store

CUSTOMERS = 5000
MAP = ROOT / "maps" / "enterprise-save-time"
HEADER = "id,name,timezone,country,language,contacts,team,tier,goal,health,seats,renews_on\n"
ROW = (
    "c{0},Company {0},America/New_York,US,en,Sam Poe <sam@c{0}.example> sponsor,"
    "csm=ana@vendor.example; account_executive=bo@vendor.example,enterprise,save_time,75,50,2030-09-01\n"
)


def figures() -> Iterator[Figure]:
    """Customers a second."""
    yield Figure(f"import of {CUSTOMERS:,} customers", CUSTOMERS / in_a_folder(_measure), "1/s", "60")


async def _measure(client: Client, folder: Path) -> float:
    file = folder / "book.csv"
    file.write_text(HEADER + "".join(ROW.format(number) for number in range(CUSTOMERS)))
    async with installation(client, folder, fill) as here:
        begun = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "milepost", "import", str(file), cwd=ROOT, env={**os.environ, **here.environment},
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == 0
        await here.all_have_begun()
        assert here.count("journeys") == CUSTOMERS
        return time.perf_counter() - begun


async def fill(store: Store) -> None:
    """Publishes the map of the customers."""
    loaded = load(MAP / "map.yaml")
    async with store.transaction() as session:
        await maps.publish(session, MAP.name, MAP.name, dict(loaded.files or {}), int(time.time()))
