"""Slows down whoever guesses links: after some that aren't ours, a client waits before it may open any."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fastapi import Request
from starlette.responses import HTMLResponse

from milepost.channels.links import LinkForgedError, LinkSigner
from milepost.translations.reader import translatable
from milepost.web.pages import render_for
from milepost.web.portal.plan_link import PlanClosedError
from milepost.web.readers import reader_of
from milepost.web.services import Served, services
from milepost.web.throttle import Throttle, client_of

GUESSES = 20
"""Links that aren't ours, within a minute, of one client. People mistype none: links come cut, in one mail or two."""
_BY_ROW = ("/proof/", "/wall/", "/calendar/")
_HEADING = translatable("Please wait a moment")
_MESSAGE = translatable(
    "Too many addresses that aren't ours were opened from where you are. Wait a minute, then open the link again from "
    "the message that it came in; it still works."
)


async def let_through(request: Request, served: Served, token: str) -> None:
    """Lets a request with a link through, as a dependency of routers. Nothing is awaited, so no burst slips past.

    Raises:
        PlanClosedError: its client has guessed too often.
    """
    throttle = request.app.state.guesses
    assert isinstance(throttle, Throttle)
    is_guess = not _is_ours(served.links, request.url.path, token)
    wait = throttle.seconds_to_wait(client_of(request), counts=is_guess)
    if wait:
        raise PlanClosedError(429, _HEADING, _MESSAGE, wait=wait)


def _is_ours(signer: LinkSigner, path: str, token: str) -> bool:
    for read in _reads(signer, path):
        with suppress(LinkForgedError):
            read(token)
            return True
    return False


def _reads(signer: LinkSigner, path: str) -> tuple[Callable[[str], object], ...]:
    """Returns what reads the links of an address."""
    if path.startswith("/plan/"):
        return signer.read, signer.read_earlier
    return (signer.read,) if path.startswith(_BY_ROW) else (signer.read_preferences,)


async def on_closed(request: Request, error: Exception) -> HTMLResponse:
    """Shows the page of a link that doesn't open."""
    assert isinstance(error, PlanClosedError)
    reader = reader_of(request)
    page = {"heading": reader.gettext(error.heading), "message": reader.gettext(error.message)}
    response = render_for(services(request), reader, "portal/closed.html", page, status=error.status)
    if error.wait is not None:
        response.headers["retry-after"] = str(error.wait)
    return response
