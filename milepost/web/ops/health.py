"""The page on whether Milepost is well: what stands still, what waits, who works, and what to do about each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from temporalio.service import RPCError

from milepost.calendar_data import data_versions
from milepost.intake.check import Check, CheckStatus, failed, ok, warning
from milepost.intake.machine_checks import check_machine
from milepost.intake.store_checks import LATE_AFTER, map_check, store_checks
from milepost.planner.instants import Instant
from milepost.store import held_mail, messages, overdue
from milepost.store.errors import StoreError
from milepost.store.held_mail import HeldFilter
from milepost.store.messages import MessageStatus
from milepost.store.tables import JourneyRow
from milepost.temporal.task_queues import SEEN_WITHIN
from milepost.text import count_of, listing
from milepost.web.identity import Looking
from milepost.web.ops.customer_now import blocked_hint
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
MOST_LISTED = 20
"""Journeys of a kind that the page lists."""
_PATIENCE = 3.0  # seconds
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database says: the checks, journeys that are late or blocked with their customers, and mail by status.

    `waiting` is how many facts wait, and since when (wall clock) the oldest does.
    """

    checks: list[Check]
    late: list[tuple[JourneyRow, str]]
    blocked: list[tuple[JourneyRow, str]]
    waiting: tuple[int, Instant | None]
    mail: dict[str, int]


@router.get("/health")
async def page(request: Request, served: Served, viewer: Looking) -> Response:
    """The checks of `milepost doctor`, as far as a page can make them; each waits for its answer a moment only."""
    stored, temporal, workers = await asyncio.gather(
        _in_time(_stored(served)), _in_time(served.temporal()), _in_time(served.workers())
    )
    machine = await asyncio.to_thread(check_machine, served.settings)
    checks = [*_outside(stored, workers, temporal=temporal), *(stored.checks if stored else ()), *machine]
    values: dict[str, Any] = {
        "checks": checks,
        "failed": [each for each in checks if each.status is CheckStatus.FAILED],
        "warned": [each for each in checks if each.status is CheckStatus.WARNING],
        "stored": stored,
        "waits_since": stored.waiting[1] if stored else None,
        "hint": blocked_hint,
        "versions": data_versions(),
        "is_sqlite": served.store.is_sqlite,
    }
    zone = await served.zone() if stored else "UTC"
    return await render_aside("ops/health.html", values, shell(request, served, viewer, "Health", "health", zone=zone))


async def _stored(served: Services) -> _Stored:
    context = served.intake.context
    wall, clock = context.wall(), context.clock
    before = wall - LATE_AFTER
    of_maps = await map_check(served.compiled_maps)
    async with served.store.reading() as session:
        counts = {
            "held": await held_mail.count(session, HeldFilter()),
            "queued": await messages.count_with_status(session, MessageStatus.QUEUED),
            "failed": await messages.count_with_status(session, MessageStatus.FAILED),
        }
        return _Stored(
            [of_maps, *await store_checks(session, served.settings, clock.journey_of, wall)],
            await overdue.late_lines(session, clock.journey_of(before), int(before), MOST_LISTED),
            await overdue.blocked_lines(session, MOST_LISTED),
            await overdue.waiting_facts(session),
            counts,
        )


def _outside(stored: _Stored | None, workers: list[str] | None, *, temporal: bool | None) -> list[Check]:
    """Checks what this process depends on; None is what didn't answer in time."""
    checks = []
    if stored is None:
        checks.append(
            failed(
                "Database", f"It didn't answer within {_PATIENCE:g} seconds.", "See that it runs; look into its log."
            )
        )
    else:
        checks.append(ok("Database", "It answers."))
    if not temporal:
        to_do = "See that it runs. Facts are taken in meanwhile, and journeys go on by themselves when it is back."
        return [*checks, failed("Temporal", f"It didn't answer within {_PATIENCE:g} seconds.", to_do)]
    checks.append(ok("Temporal", "It answers."))
    seconds = SEEN_WITHIN.seconds
    if workers is None:
        checks.append(warning("Workers", "Temporal didn't say in time who asks it for work.", "Reload this page."))
    elif workers:
        named = listing(workers, most=3)
        checks.append(ok("Workers", f"{count_of(len(workers), 'worker')} in the last {seconds} seconds: {named}."))
    else:
        to_do = "Start `milepost up` or `milepost worker`: without one nothing goes on."
        checks.append(failed("Workers", f"None has asked for work in the last {seconds} seconds.", to_do))
    return checks


async def _in_time(answer: Awaitable[_T]) -> _T | None:
    """Returns an answer that comes in time; None where none does."""
    try:
        return await asyncio.wait_for(answer, _PATIENCE)
    except (StoreError, SQLAlchemyError, RPCError, RuntimeError, TimeoutError, OSError):
        return None
