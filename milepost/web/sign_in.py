"""Pages to sign in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from milepost.store import customers
from milepost.web.identity import COOKIE, MAX_AGE_SECONDS, is_open, is_right_password, safe_onward, signed, signed_in
from milepost.web.pages import render
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False)
_LONGEST = 320


@dataclass(frozen=True, slots=True)
class SignIn:
    """The page. `colleagues` can be chosen from where no password is needed; otherwise they aren't disclosed."""

    colleagues: tuple[str, ...]
    asks_password: bool
    onward: str
    address: str = ""
    problem: str | None = None


@router.get("/sign-in")
async def page(request: Request, served: Served) -> Response:
    """Asks for the address and, if needed, the password."""
    colleagues = await _colleagues(request, served)
    asks = not is_open(served.settings, request)
    return render("sign_in.html", SignIn(colleagues, asks, safe_onward(request.query_params.get("next"))))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    served: Served,
    address: Annotated[str, Form(max_length=_LONGEST)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    onward: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Keeps the colleague's address in a signed cookie."""
    asks = not is_open(served.settings, request)
    problem = _problem(served, address.strip(), password, asks=asks)
    if problem is not None:
        again = SignIn(await _colleagues(request, served), asks, safe_onward(onward), address, problem)
        return render("sign_in.html", again, status=403)
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
        return "That is not the password. Operations know it: it is MILEPOST_DESK_PASSWORD, or else the API key."
    return None


async def _colleagues(request: Request, served: Services) -> tuple[str, ...]:
    if not is_open(served.settings, request):
        return ()
    async with served.store.reading() as session:
        return tuple(await customers.colleagues(session))
