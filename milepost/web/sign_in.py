"""Pages to sign in and out: with a provider, by a mailed link, by the one password, or by a choice on the machine."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AfterValidator
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.store import customers, people, sessions
from milepost.store.sessions import Way
from milepost.text import storable
from milepost.web.identity import (
    cookie_name,
    idle_seconds,
    is_alone,
    is_open,
    is_right_password,
    safe_onward,
    signed_in,
)
from milepost.web.pages import notice, render
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.throttle import Throttle, client_of

TRIES = 20
"""So often a minute a client may try to sign in."""
OIDC_PATH = "/sign-in/oidc"
"""Leads to the provider with which colleagues sign in."""
_LEFT = "This address belongs to somebody who has left. An admin can say otherwise."
Address = Annotated[str, Form(max_length=limits.ADDRESS), AfterValidator(storable)]
Onward = Annotated[str, Form(alias="next", max_length=2000)]
router = APIRouter(include_in_schema=False)


def slow_down(request: Request) -> None:
    """Counts a try to sign in, as a dependency.

    Raises:
        ProblemError: its client has tried too often.
    """
    tries = request.app.state.sign_ins
    assert isinstance(tries, Throttle)
    wait = tries.seconds_to_wait(client_of(request), counts=True)
    if wait:
        message = "Somebody tried to sign in too often from where you are."
        raise ProblemError(429, "too_many_tries", message, f"Wait {wait} seconds, then try again.")


Counted = [Depends(slow_down)]


@router.get("/sign-in")
async def page(request: Request, served: Served) -> Response:
    """Asks for the address and, if needed, the password."""
    return render("sign_in.html", await sign_in_page(request, served, request.query_params.get("next")))


@router.post("/sign-in", dependencies=Counted)
async def sign_in(
    request: Request,
    served: Served,
    address: Address = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    onward: Onward = "/",
) -> Response:
    """Begins a session of the colleague."""
    values = await sign_in_page(request, served, onward)
    if not (values["is_open"] or values["takes_password"]):
        raise ProblemError(404, "not_found", "There is no password here.", "Sign in in another way.")
    problem = await _problem(served, address.strip(), password, asks=values["takes_password"])
    if problem is not None:
        return render("sign_in.html", {**values, "address": address, "problem": problem}, status=403)
    way = Way.PASSWORD if values["takes_password"] else Way.MACHINE
    secret = await served.store.write(partial(begin_session, address=address, way=way, served=served))
    return let_in(served, secret, onward)


@router.post("/sign-out")
async def sign_out(request: Request, served: Served) -> Response:
    """Ends the session; whoever came in with the provider is told that they are still signed in there."""
    person = await signed_in(request, served)
    is_by_provider = person is not None and person.way is Way.OIDC and served.provider is not None
    response = RedirectResponse("/signed-out" if is_by_provider else "/sign-in", 303)
    if person is not None:
        await served.store.write(
            partial(sessions.end, digest=person.session, address=person.address, now=int(served.wall().timestamp()))
        )
        name = cookie_name(served.settings)
        response.delete_cookie(name, httponly=True, samesite="lax", secure=served.is_https)
    return response


def let_in(served: Services, secret: str, onward: str) -> Response:
    """Leads on with the cookie of a session that has just begun."""
    response = RedirectResponse(safe_onward(onward), 303)
    name = cookie_name(served.settings)
    response.set_cookie(name, secret, max_age=sessions.LONGEST, httponly=True, samesite="lax", secure=served.is_https)
    return response


async def sign_in_page(request: Request, served: Services, onward: str | None) -> dict[str, Any]:
    """Returns the values of the page: the ways that there are. Colleagues are only disclosed where anybody may look."""
    settings, may_choose = served.settings, is_open(served, request)
    async with served.store.reading() as session:
        colleagues = await customers.colleagues(session) if may_choose else []
    return {
        "provider": served.provider and served.provider.name,
        "provider_address": f"{settings.links_begin_with}{OIDC_PATH}?{urlencode({'next': safe_onward(onward)})}",
        "colleagues": colleagues,
        "is_open": may_choose,
        "takes_password": not may_choose and (served.provider is None or settings.desk_password is not None),
        "mails_links": not may_choose and settings.channel == "smtp",
        "prints_links": not may_choose and is_alone(settings, request),
        "onward": safe_onward(onward),
        "notice": notice(request),
        "address": "",
        "problem": None,
        "mailed": None,
    }


def is_address(written: str) -> bool:
    """Tells whether this can be a mail address."""
    name, at, host = written.partition("@")
    return bool(name and at and host) and not any(char.isspace() for char in written)


NO_ADDRESS = "Write your mail address, such as ana@vendor.example."


async def _problem(served: Services, address: str, password: str, *, asks: bool) -> str | None:
    if not is_address(address):
        return NO_ADDRESS
    if asks and not is_right_password(served.settings, password):
        return "That isn't the password. Operations know it: it is MILEPOST_DESK_PASSWORD, or else the API key."
    async with served.store.reading() as session:
        person = await session.run_sync(people.find, address)
    return _LEFT if person is not None and person.left_at is not None else None


def begin_session(session: Session, *, address: str, way: Way, served: Services) -> str:
    """Begins a session of a colleague; returns its secret."""
    now = int(served.wall().timestamp())
    sessions.remove_over(session, now, idle_seconds(served.settings))
    return sessions.begin(session, address, way, now)
