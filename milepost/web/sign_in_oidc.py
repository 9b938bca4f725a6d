"""Signing in with a provider of identities: the way there, the way back, and what is left to do after signing out."""

from __future__ import annotations

import hmac
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.responses import RedirectResponse, Response

from milepost.intake import oidc_people
from milepost.oidc.errors import NotBegunHereError, OidcError, ProviderUnreachableError, ProviderUnusableError
from milepost.oidc.flow import LASTS, Flow
from milepost.oidc.identity import identity_of
from milepost.oidc.provider import RETURN_PATH, Provider
from milepost.web.identity import cookie_name, idle_seconds, safe_onward
from milepost.web.pages import render
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.sign_in import OIDC_PATH, Counted, let_in

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)
_STATUS = {
    "sign_in_cancelled": 200,  # nothing failed: somebody changed their mind
    "sign_in_not_begun_here": 400,
    "provider_unusable": 502,
    "client_refused": 502,
    "provider_unreachable": 503,
}


def _provider(served: Served) -> Provider:
    if served.provider is None:
        raise ProblemError(404, "not_found", "Nobody signs in with a provider here.", "Sign in in another way.")
    return served.provider


Asked = Annotated[Provider, Depends(_provider)]


@router.get(OIDC_PATH, dependencies=Counted)
async def leave(
    served: Served, provider: Asked, onward: Annotated[str, Query(alias="next", max_length=2000)] = "/"
) -> Response:
    """Leads to the provider."""
    flow = Flow.begin(safe_onward(onward), int(served.wall().timestamp()))
    response = RedirectResponse(await provider.address_to_sign_in(flow), 303)
    response.set_cookie(
        _cookie(served),
        _signed(served).dumps(flow.to_json()),
        max_age=LASTS,
        httponly=True,
        samesite="lax",
        secure=served.is_https,
    )
    return response


@router.get(RETURN_PATH)
async def come_back(request: Request, served: Served, provider: Asked) -> Response:
    """Begins the session of whoever the provider vouches for."""
    now = int(served.wall().timestamp())
    flow = _flow(request, served, now)
    claims = await provider.claims(provider.code_in(request.query_params), flow, now=now)
    identity = identity_of(claims, served.settings)
    secret = await oidc_people.let_in(served.intake.context, identity, idle=idle_seconds(served.settings))
    response = let_in(served, secret, flow.onward)
    response.delete_cookie(_cookie(served), httponly=True, samesite="lax", secure=served.is_https)
    return response


@router.get("/signed-out")
async def signed_out(provider: Asked) -> Response:
    """Says that one is still signed in at the provider, and leads there to sign out."""
    try:
        address = await provider.address_to_sign_out()
    except (ProviderUnreachableError, ProviderUnusableError) as error:
        log.warning("the provider can't be asked where to sign out", code=error.code, why=error.why)
        address = None
    return render("signed_out.html", {"provider": provider.name, "address": address})


async def on_error(_: Request, error: Exception) -> Response:
    """Says why somebody isn't signed in."""
    assert isinstance(error, OidcError)
    log.warning("somebody could not sign in with the provider", code=error.code, why=error.why)
    page = {"heading": error.heading, "message": error.message, "hint": error.hint}
    return render("sign_in_problem.html", page, status=_STATUS.get(error.code, 403))


def _flow(request: Request, served: Services, now: int) -> Flow:
    """Returns the sign-in that the browser began and now comes back from.

    Raises:
        NotBegunHereError: it began none, or another one, or too long ago.
    """
    try:
        flow = Flow.from_json(_signed(served).loads(request.cookies.get(_cookie(served), "")))
    except BadData:
        raise NotBegunHereError("there is no cookie, or not one of ours") from None
    if not hmac.compare_digest(flow.state.encode(), request.query_params.get("state", "").encode()):
        raise NotBegunHereError("the state is another one's")
    if not 0 <= now - flow.began_at <= LASTS:
        raise NotBegunHereError("it began too long ago")
    return flow


def _cookie(served: Services) -> str:
    return cookie_name(served.settings, "milepost_oidc")


def _signed(served: Services) -> URLSafeTimedSerializer:
    return served.serializer("oidc")
