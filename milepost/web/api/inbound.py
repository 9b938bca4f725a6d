"""The address at which mail providers and mail servers post mails that came in."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from milepost.channels.bounces import subscription_url
from milepost.channels.inbound.mail import InboundMail, UnreadableMailError, read_mail
from milepost.channels.inbound.providers import PROVIDERS, read_posted
from milepost.intake.replies import take_mail
from milepost.web.api.bounces import confirm_subscription
from milepost.web.api.json_body import StorableJsonRoute
from milepost.web.api.preference_shapes import MailTakenShown
from milepost.web.api.providers import check_provider, check_provider_key, json_of
from milepost.web.api.routes import API_ERRORS
from milepost.web.problems import ProblemError
from milepost.web.services import Served

_basic = HTTPBasic(auto_error=False, description="Any user; MILEPOST_INBOUND_KEY is the password.")
_bearer = HTTPBearer(auto_error=False, description="MILEPOST_INBOUND_KEY, or a key of the API.")


async def check_inbound_key(
    request: Request,
    served: Served,
    basic: Annotated[HTTPBasicCredentials | None, Depends(_basic)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Compares the key of a request with those that may post mails.

    Raises:
        HTTPException: 401, there is no key, or it is wrong.
    """
    await check_provider_key(request, served, served.settings.inbound_key, basic, bearer)


router = APIRouter(
    prefix="/api/v1/inbound/mail",
    dependencies=[Depends(check_inbound_key)],
    responses=API_ERRORS,
    route_class=StorableJsonRoute,
    tags=["mail"],
)


@router.post("", summary="Post a mail that came in")
async def take_raw(served: Served, request: Request) -> MailTakenShown:
    """Post a mail as it came (`message/rfc822`). One that comes again changes nothing."""
    raw = await request.body()
    return await _take(served, lambda: read_mail(raw))


@router.post("/{provider}", summary="Post a mail that came in, as a provider does")
async def take(served: Served, provider: str, request: Request) -> MailTakenShown:
    """Post a mail as `postmark` (inbound webhook) or `ses` (a rule with an SNS action) does, in JSON."""
    check_provider(provider, PROVIDERS)
    data = await json_of(request)
    if (url := subscription_url(data)) is not None:
        await confirm_subscription(url)
    return await _take(served, lambda: read_posted(provider, data))


async def _take(served: Served, read: Any) -> MailTakenShown:
    try:
        mail: InboundMail | None = await asyncio.to_thread(read)
    except UnreadableMailError as error:
        raise ProblemError(422, error.code, error.message, error.hint) from None
    if mail is None:
        return MailTakenShown(status="none")
    return MailTakenShown(status=await take_mail(served.intake.context, mail))
