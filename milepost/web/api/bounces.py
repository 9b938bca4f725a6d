"""The address at which mail providers tell what became of mails, each in the shape that it has."""

from __future__ import annotations

from typing import Annotated

import httpx
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from milepost.channels.bounces import PROVIDERS, UnreadableEventsError, read_events, subscription_url
from milepost.intake.bounces import take_events
from milepost.web.api.json_body import StorableJsonRoute
from milepost.web.api.preference_shapes import EventsTakenShown
from milepost.web.api.providers import check_provider, check_provider_key, json_of
from milepost.web.api.routes import API_ERRORS
from milepost.web.problems import ProblemError
from milepost.web.services import Served

log = structlog.get_logger()
CONFIRMING_SECONDS = 10.0
_basic = HTTPBasic(auto_error=False, description="Any user; MILEPOST_BOUNCE_KEY is the password.")
_bearer = HTTPBearer(auto_error=False, description="MILEPOST_BOUNCE_KEY, or a key of the API.")


async def check_bounce_key(
    request: Request,
    served: Served,
    basic: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Compares the key of a request with those that may tell of bounces.

    Raises:
        HTTPException: 401, there is no key, or it is wrong; some providers send theirs only after such an answer.
    """
    await check_provider_key(request, served, served.settings.bounce_key, basic, bearer)


router = APIRouter(
    prefix="/api/v1/bounces",
    dependencies=[Depends(check_bounce_key)],
    responses=API_ERRORS,
    route_class=StorableJsonRoute,
    tags=["preferences"],
)


@router.post("", summary="Tell of mails that came back")
async def take_generic(served: Served, request: Request) -> EventsTakenShown:
    """Tell of refused addresses, reports of spam and unsubscriptions, in a shape for whatever has none of the others.

    One object or a list: `{"address": "sam@acme.example", "kind": "bounce", "permanent": true, "why": "550 5.1.1",
    "message": "<the Message-ID>"}`. `kind` is `bounce`, `complaint` or `unsubscribed`. A bounce that isn't permanent
    changes nothing; without `permanent`, `why` decides.
    """
    return await _take(served, "generic", request)


@router.post("/{provider}", summary="Tell of mails that came back, as a provider does")
async def take(served: Served, provider: str, request: Request) -> EventsTakenShown:
    """Take in the events of `ses` (through SNS), `postmark`, `sendgrid` or `mailgun`, as they send them.

    Events that don't matter, and addresses that nobody has, are answered with 200 as well.
    """
    check_provider(provider, PROVIDERS)
    return await _take(served, provider, request)


async def _take(served: Served, provider: str, request: Request) -> EventsTakenShown:
    data = await json_of(request)
    if (url := subscription_url(data)) is not None:
        await confirm_subscription(url)
    try:
        events = read_events(provider, data)
    except UnreadableEventsError as error:
        raise ProblemError(422, error.code, error.message, error.hint) from None
    taken = await take_events(served.intake.context, events)
    return EventsTakenShown(taken=taken.taken, unknown=taken.unknown)


async def confirm_subscription(url: str) -> None:
    """Confirms a subscription of Amazon SNS by opening the address that it sent.

    Raises:
        ProblemError: Amazon can't be reached; it asks again.
    """
    try:
        async with httpx.AsyncClient(timeout=CONFIRMING_SECONDS, follow_redirects=False) as client:
            (await client.get(url)).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("a subscription of Amazon SNS can't be confirmed", why=type(error).__name__)
        hint = "Open the SubscribeURL of the request, or let Amazon send it again."
        raise ProblemError(503, "not_confirmed", "The subscription can't be confirmed from here.", hint) from None
