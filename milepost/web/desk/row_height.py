"""How high the rows of a desk are: a finger high, or close to each other, as this browser has chosen."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from milepost.web.form_values import Onward
from milepost.web.identity import safe_onward, who_looks
from milepost.web.services import Served

router = APIRouter(prefix="/desk", include_in_schema=False)
RowHeight = Literal["roomy", "close"]
_COOKIE, _YEAR = "milepost_rows", 365 * 24 * 60 * 60


def has_close_rows(request: Request) -> bool:
    return request.cookies.get(_COOKIE) == "close"


@router.post("/rows", dependencies=[Depends(who_looks)])
async def choose(served: Served, rows: Annotated[RowHeight, Form()], onward: Onward = "/desk") -> Response:
    """Remembers the choice in this browser for a year; it shows nothing to anybody and changes no record."""
    response = RedirectResponse(safe_onward(onward), 303)
    response.set_cookie(_COOKIE, rows, max_age=_YEAR, httponly=True, samesite="lax", secure=served.is_https)
    return response
