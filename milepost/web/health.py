"""Health checks for load balancers, container engines and people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from milepost.calendar_data import calendar_data
from milepost.intake.context import retention_of
from milepost.intake.store_checks import LATE_AFTER
from milepost.intake.sync.books import brief
from milepost.planner.instants import text
from milepost.store import calendar_data as data_of_others
from milepost.store import overdue, retention
from milepost.store.database import check
from milepost.store.errors import StoreError
from milepost.store.overdue import OverdueCounts
from milepost.text import count_of
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
_PATIENCE = 3.0  # seconds


@router.get("/health")
async def health(served: Served) -> JSONResponse:
    """Ready while everything answers and journeys keep time; 503 where a person is needed.

    Facts are taken in without Temporal too, and journeys go on by themselves when it is back: that it is away is told,
    and becomes a failure when journeys are late by it.
    """
    database, temporal = await asyncio.gather(_answers(check(served.store)), _answers(served.temporal()))
    counts = await _counts(served) if database else None
    needed = _needed(counts)
    body = {
        "status": "away" if not database else "needs_attention" if needed else "ready" if temporal else "degraded",
        "database": "ok" if database else "away",
        "temporal": "ok" if temporal else "away",
        "journeys": None if counts is None else asdict(counts),
        "needed": needed,
        "calendar_data": calendar_data(),
        "last_planned_with": await _other_data(served) if counts else None,
        **(await _retention(served) if database and counts else {}),
        **(await _books(served) if database and counts else {}),
    }
    return JSONResponse(body, 200 if database and not needed else 503)


async def _counts(served: Services) -> OverdueCounts | None:
    context = served.intake.context
    before = context.wall() - LATE_AFTER
    try:
        async with asyncio.timeout(_PATIENCE), served.store.reading() as session:
            return await overdue.counts(session, context.clock.journey_of(before), int(before))
    except (StoreError, SQLAlchemyError, TimeoutError, OSError):
        return None


async def _other_data(served: Services) -> str | None:
    """Returns the zones and holidays that were planned with last, if they are other than those of this process."""
    async with served.store.reading() as session:
        return await data_of_others.others(session)


async def _retention(served: Services) -> dict[str, str | None]:
    """Says when old data was last removed, if a setting asks for that."""
    if not retention_of(served.settings).is_on:
        return {}
    async with served.store.reading() as session:
        ran_at = await retention.last_run(session)
    return {"retention_ran_at": None if ran_at is None else text(ran_at)}


async def _books(served: Services) -> dict[str, Any]:
    """Says how the books stand that are kept in step, if there are any; none keeps this process from serving."""
    async with served.store.reading() as session:
        stand = await brief(session, served.intake.context.wall())
    return {"books": stand} if stand else {}


def _needed(counts: OverdueCounts | None) -> list[str]:
    """Returns what a person has to do, a sentence each."""
    if counts is None:
        return []
    needed = []
    if counts.late or counts.waiting_facts:
        needed.append(
            f"{count_of(counts.late, 'journey')} late, {count_of(counts.waiting_facts, 'fact')} waiting: see that a "
            "worker runs and that Temporal answers."
        )
    if counts.blocked:
        needed.append(
            f"{count_of(counts.blocked, 'journey')} can't be planned: the customers' page lists them, with the reason."
        )
    return needed


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Answers while the process runs."""
    return {"status": "live"}


async def _answers(check: Awaitable[bool | None]) -> bool:
    """Tells whether a check succeeds in time; only an explicit False is a no."""
    try:
        return await asyncio.wait_for(check, _PATIENCE) is not False
    except (StoreError, SQLAlchemyError, TimeoutError, OSError):
        return False
