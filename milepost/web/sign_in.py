"""Pages to sign in and out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import AfterValidator
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.store import customers
from milepost.text import storable
from milepost.web.identity import COOKIE, MAX_AGE_SECONDS, is_open, is_right_password, safe_onward, signed, signed_in
from milepost.web.pages import render
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def page(request: Request, served: Served) -> Response:
    """Asks for the address and, if needed, the password."""
    return render("sign_in.html", await _page(request, served, request.query_params.get("next")))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    served: Served,
    address: Annotated[str, Form(max_length=limits.ADDRESS), AfterValidator(storable)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    onward: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Keeps the colleague's address in a signed cookie."""
    values = await _page(request, served, onward)
    problem = _problem(served, address.strip(), password, asks=values["asks_password"])
    if problem is not None:
        return render("sign_in.html", {**values, "address": address, "problem": problem}, status=403)
    response = RedirectResponse(safe_onward(onward), 303)
    response.set_cookie(
        COOKIE,
        signed(served, address),
        max_age=MAX_AGE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=served.is_https,
    )
    return response


@router.post("/sign-out")
async def sign_out(request: Request, served: Served) -> Response:
    """Deletes the cookie."""
    response = RedirectResponse("/sign-in", 303)
    if signed_in(request, served) is not None:
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=served.is_https)
    return response


def _problem(served: Services, address: str, password: str, *, asks: bool) -> str | None:
    name, at, host = address.partition("@")
    if not (name and at and host) or any(char.isspace() for char in address):
        return "Write your mail address, such as ana@vendor.example."
    if asks and not is_right_password(served.settings, password):
        return "That isn't the password. Operations know it: it is MILEPOST_DESK_PASSWORD, or else the API key."
    return None


async def _page(request: Request, served: Services, onward: str | None) -> dict[str, Any]:
    """Returns the values of the page. Colleagues are only disclosed where no password is needed."""
    asks_password = not is_open(served.settings, request)
    async with served.store.reading() as session:
        colleagues = [] if asks_password else await customers.colleagues(session)
    onward = safe_onward(onward)
    return {"colleagues": colleagues, "asks_password": asks_password, "onward": onward, "address": "", "problem": None}
