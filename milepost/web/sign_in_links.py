"""Signing in by a link that works once: asking for one by mail, and using one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import structlog
from fastapi import APIRouter, BackgroundTasks, Form, Path, Request
from starlette.responses import Response

from milepost import limits
from milepost.channels.protocol import DeliveryError
from milepost.channels.registry import channel_for
from milepost.intake import operators_link, sign_in_links
from milepost.intake.errors import UnnamedPersonError
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
    if link.address == sessions.OPERATOR:
        return await _operators_page(served, secret)
    return render("sign_in_link.html", {"address": link.address, "action": f"{sign_in_links.PATH}{secret}"})


@router.post("/sign-in/link/{secret}", dependencies=Counted)
async def sign_in(
    served: Served, secret: Secret, address: Address = "", name: Annotated[str, Form(max_length=limits.NAME)] = ""
) -> Response:
    """Begins the session that the link is for; the link opens nothing from then on.

    Whoever runs Milepost says with the `address`, and the `name`, who they are.
    """
    context, now = served.intake.context, int(served.wall().timestamp())
    async with served.store.reading() as session:
        link = await sessions.link_of(session, secret, now)
    if link is not None and link.address == sessions.OPERATOR:
        try:
            cookie = await operators_link.use(context, secret, address, name, named=served.settings.admins)
        except UnnamedPersonError as error:
            return await _operators_page(served, secret, address=address, name=name, problem=error)
        onward = "/"
    else:
        cookie, onward = await served.store.write(partial(sessions.use_link, secret=secret, now=now)), "/desk"
    if cookie is None:
        raise _used_up()
    return let_in(served, cookie, onward)


async def _operators_page(
    served: Services, secret: str, *, address: str = "", name: str = "", problem: UnnamedPersonError | None = None
) -> Response:
    async with served.store.reading() as session:
        admins = await operators_link.admins(session, served.settings.admins)
    page = {
        "action": f"{sign_in_links.PATH}{secret}",
        "admins": admins,
        "address": address,
        "name": name,
        "problem": problem,
    }
    return render("sign_in_operator.html", page, status=200 if problem is None else 422)


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
    hint = (
        "Ask for another one. Whoever runs Milepost gets one from `milepost sign-in ADDRESS`, and from `milepost up`."
    )
    return ProblemError(410, "link_over", "This link was used already, or is too old.", hint)
