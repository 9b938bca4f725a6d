"""Health checks for load balancers, container engines and people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from milepost.store.database import check
from milepost.store.errors import StoreError
from milepost.web.services import Served

router = APIRouter(include_in_schema=False)
_PATIENCE = 3.0


@router.get("/health")
async def health(served: Served) -> JSONResponse:
    """Ready while the database answers. Facts are taken in without Temporal too, so that alone isn't a failure."""
    database, temporal = await asyncio.gather(_answers(check(served.store)), _answers(served.temporal()))
    body = {
        "status": "ready" if database and temporal else ("degraded" if database else "away"),
        "database": "ok" if database else "away",
        "temporal": "ok" if temporal else "away",
    }
    return JSONResponse(body, 200 if database else 503)


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
