"""Signing in by a link that works once: asking for one by mail, and using one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Path, Request
from starlette.responses import Response

from milepost.channels.protocol import DeliveryError
from milepost.channels.registry import channel_for
from milepost.intake import sign_in_links
from milepost.store import sessions
from milepost.web.pages import render
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.sign_in import NO_ADDRESS, Address, Counted, Onward, is_address, let_in, sign_in_page

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)
Secret = Annotated[str, Path(max_length=100)]


@router.post("/sign-in/mail", dependencies=Counted)
async def ask_for_link(
    request: Request, served: Served, later: BackgroundTasks, address: Address = "", onward: Onward = "/"
) -> Response:
    """Mails a link to the address if it is a colleague's. The answer is the same, as soon, for everybody."""
    values, address = await sign_in_page(request, served, onward), address.strip()
    if not values["mails_links"]:
        raise ProblemError(404, "not_found", "No mail is sent from here.", "Sign in with the password.")
    if not is_address(address):
        return render("sign_in.html", {**values, "address": address, "problem": NO_ADDRESS}, status=403)
    later.add_task(_mail_link, served, address)
    response = render("sign_in.html", {**values, "address": address, "mailed": address})
    response.background = later
    return response


@router.get("/sign-in/link/{secret}")
async def shown(served: Served, secret: Secret) -> Response:
    """Asks whether to sign in. That it is opened changes nothing: programs that check mails open links, too."""
    async with served.store.reading() as session:
        link = await sessions.link_of(session, secret, int(served.wall().timestamp()))
    if link is None:
        raise _used_up()
    return render("sign_in_link.html", {"address": link.address, "action": f"{sign_in_links.PATH}{secret}"})


@router.post("/sign-in/link/{secret}", dependencies=Counted)
async def sign_in(served: Served, secret: Secret) -> Response:
    """Begins the session that the link is for; the link opens nothing from then on."""
    cookie = await served.store.write(partial(sessions.use_link, secret=secret, now=int(served.wall().timestamp())))
    if cookie is None:
        raise _used_up()
    return let_in(served, cookie, "/desk")


async def _mail_link(served: Services, address: str) -> None:
    settings = served.settings
    try:
        mailed = await sign_in_links.mail_one(
            served.intake.context, channel_for(settings), address, settings.links_begin_with, admins=settings.admins
        )
    except DeliveryError as error:
        log.warning("a link to sign in with could not be mailed", why=type(error).__name__)
        return
    if not mailed:
        log.info("no link to sign in with was mailed: not a colleague, or enough of them wait")


def _used_up() -> ProblemError:
    return ProblemError(410, "link_over", "This link was used already, or is too old.", "Ask for another one.")
