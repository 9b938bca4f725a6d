"""`/metrics` for Prometheus. How long requests take, FastAPI measures itself, by the patterns of their addresses."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from milepost import metrics
from milepost.intake.store_checks import LATE_AFTER
from milepost.store import messages, overdue
from milepost.store.errors import StoreError
from milepost.temporal import exporter
from milepost.web.identity import is_among
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
_bearer = HTTPBearer(auto_error=False)
_PATIENCE = 3.0  # seconds
_WEEK = 7 * 86_400


@router.get("/metrics")
async def show(
    served: Served, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Response:
    """Shows the metrics of this process, and those that are read from the database, to whoever has the token.

    Raises:
        HTTPException: 404, no token is set; 401, it is another one.
    """
    token = served.settings.metrics_token
    if token is None:
        raise HTTPException(404)
    if not is_among(credentials.credentials if credentials else "", (token.get_secret_value(),)):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    try:
        async with asyncio.timeout(_PATIENCE):
            await _read_gauges(served)
        metrics.STORE_UP.set(1)
    except (StoreError, SQLAlchemyError, TimeoutError, OSError):
        metrics.STORE_UP.set(0)  # what was read from it before stays as it was
    return Response(exporter.exposition(), media_type=exporter.CONTENT_TYPE)


async def _read_gauges(served: Services) -> None:
    context = served.intake.context
    before, now = context.wall() - LATE_AFTER, context.wall()
    async with served.store.reading() as session:
        counts = await overdue.counts(session, context.clock.journey_of(before), int(before))
        waiting, oldest = await overdue.waiting_facts(session)
        failed = await messages.count_failed(session, since=context.now() - _WEEK)
    metrics.JOURNEYS.set(counts.open, {"state": "open"})
    metrics.JOURNEYS.set(counts.late, {"state": "late"})
    metrics.JOURNEYS.set(counts.blocked, {"state": "blocked"})
    metrics.INBOX_FACTS.set(waiting)
    metrics.INBOX_OLDEST.set(0 if oldest is None else max(now - oldest, 0))
    metrics.FAILED_DELIVERIES.set(failed)
