"""The report of a rehearsal: a file that says how far it is while it runs, and how it went at the end."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from milepost.store import clock
from milepost.store.database import Store
from milepost.store.rehearsal_account import began_at, read_rehearsal

_EVERY = 2.0  # seconds
_DAY = 86_400


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write the file at once: whoever reads it never finds half of it."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(report, ensure_ascii=False), "utf-8")
    beside.replace(path)


async def keep_writing(store: Store, path: Path | None, address: str) -> None:
    """Write how far the rehearsal is, every two seconds until cancelled; `address` is that of its pages."""
    while path is not None:
        async with store.reading() as session:
            began, runs = await began_at(session), await clock.read(session)
            account = await read_rehearsal(session)
        days = 0 if began is None else max(runs.journey_of(time.time()) - began, 0) // _DAY
        report = {"over": False, "address": address, "days": days, "account": account.to_json()}
        await asyncio.to_thread(write_report, path, report)
        await asyncio.sleep(_EVERY)
