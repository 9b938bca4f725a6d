"""Health checks for load balancers, container engines and people."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from milepost.store.database import check
from milepost.store.errors import StoreError
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
_PATIENCE = 3.0


@router.get("/health")
async def health(served: Served) -> JSONResponse:
    """Ready while the database answers. Facts are taken in without Temporal too, so that alone isn't a failure."""
    database, temporal = await asyncio.gather(_database(served), _temporal(served))
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


async def _database(served: Services) -> bool:
    try:
        await asyncio.wait_for(check(served.store), _PATIENCE)
    except (StoreError, SQLAlchemyError, TimeoutError, OSError):
        return False
    return True


async def _temporal(served: Services) -> bool:
    try:
        return await asyncio.wait_for(served.temporal(), _PATIENCE)
    except TimeoutError:
        return False
