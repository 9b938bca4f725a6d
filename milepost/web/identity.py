"""Identifies colleagues by a cookie, whose session is kept in the store, and lets in who may do what they ask for.

In a demo or a rehearsal on this machine anybody may look, and says who they are from a list before doing anything
(docs/decisions/0017-who-may-look-and-act.md).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.actor import acts
from milepost.errors import MilepostError
from milepost.explain.people_names import colleague_name
from milepost.oidc_settings import is_this_machine
from milepost.roles import Role
from milepost.settings import Settings
from milepost.store import books, sessions
from milepost.store.books import Book
from milepost.store.sessions import SignedIn, Way
from milepost.web.doors import NotForRoleError, NotInBookError, needed_for
from milepost.web.services import Served, Services

_BY_PROXIES = re.compile(r"forwarded|via|cdn-loop|x-(forwarded|original|real|envoy|amzn).*|cf-.*|.*client-ip")
"""The names of headers that proxies add: what came through one is never taken for this machine's own."""


class SignInNeededError(MilepostError):
    """The page is for colleagues; `onward` is the address to return to after signing in."""

    code = "sign_in_needed"

    def __init__(self, onward: str) -> None:
        self.onward = onward
        super().__init__("Sign in first.")


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague who has signed in: the address in lower case, the session that forms are tied to, role and way in."""

    address: str
    session: str
    role: Role
    way: Way


def is_open(served: Services, request: Request) -> bool:
    """Tells whether nobody has to sign in, but chooses who to be: people are played here, and nobody else comes."""
    return served.is_played and is_alone(served.settings, request)


def is_alone(settings: Settings, request: Request) -> bool:
    """Tells whether whoever asks sits at this machine: no password and no provider is set, and the request is its own.

    It comes from this machine and is for it. The host that was asked for counts too: a foreign name that leads here is
    a page trying to read ours.
    """
    is_closed = settings.desk_password is not None or settings.oidc_issuer is not None
    if is_closed or any(map(_BY_PROXIES.fullmatch, request.headers)):
        return False
    base = urlsplit(settings.links_begin_with).hostname or ""
    requested_host = _host_name(request.headers.get("host", ""))
    client = request.client.host if request.client else ""
    return all(is_this_machine(name) for name in (settings.host, base, requested_host, client))


def is_local(request: Request) -> bool:
    """Tells whether the browser asked for this machine by a name of itself, so that its other ports can be reached."""
    return is_this_machine(_host_name(request.headers.get("host", "")))


def _host_name(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # an address in brackets that is none
        return ""


def is_right_password(settings: Settings, password: str) -> bool:
    """Compares with the desk password or, if none is set, with the API keys."""
    desk = settings.desk_password
    return is_among(password, (desk.get_secret_value(),) if desk else settings.accepted_api_keys())


def is_among(text: str, secrets_: Iterable[str]) -> bool:
    """Compares a text with all of the secrets, in constant time."""
    return any([hmac.compare_digest(_digest(text), _digest(each)) for each in secrets_])  # noqa: C419 - all, always


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def cookie_name(settings: Settings, begin: str = "milepost_session") -> str:
    """Returns the name of a cookie. Browsers share cookies between ports, so it has that of our own address.

    Whoever signs in to a rehearsal beside it stays signed in here.
    """
    port = urlsplit(settings.links_begin_with).port
    return begin if port is None else f"{begin}_{port}"


async def signed_in(request: Request, services: Services) -> Person | None:
    """Returns the colleague whose session the request's cookie names, while it lasts."""
    secret, now = request.cookies.get(cookie_name(services.settings)), int(services.wall().timestamp())
    if not secret:
        return None
    async with services.store.reading() as session:
        found = await sessions.of_secret(session, secret, now, idle_seconds(services.settings))
    if found is None or (found.way is Way.MACHINE and not is_open(services, request)):
        return None
    if found.is_stale:
        await services.store.write(partial(sessions.touch, digest=found.digest, now=now))
    return Person(found.address, found.digest, _role(services.settings, found), found.way)


def idle_seconds(settings: Settings) -> int:
    """Returns after how many seconds without a request a session ends."""
    return settings.session_idle_days * sessions.DAY


def _role(settings: Settings, found: SignedIn) -> Role:
    """Returns what the colleague may do: everything, for whoever sits at the machine and while nobody is an admin."""
    if found.way is Way.MACHINE or found.address in settings.admins:
        return Role.ADMIN
    without = Role.COLLEAGUE if found.has_admin or settings.admins else Role.ADMIN
    return found.role or without


async def who_looks(request: Request, served: Served) -> Person | None:
    """Returns the colleague who looks at a page; None if nobody has to sign in for that.

    Raises:
        SignInNeededError: one has to, and nobody has signed in.
        NotAllowedError: the page is for other roles, or about others' customers.
    """
    if is_open(served, request):
        return await signed_in(request, served)
    return await who_acts(request, served)


async def who_acts(request: Request, served: Served) -> Person:
    """Returns the colleague who does something.

    Raises:
        SignInNeededError: nobody has said who they are.
        NotAllowedError: it is for other roles, or about others' customers.
    """
    person = await signed_in(request, served)
    if person is None:
        raise SignInNeededError(_onward(request))
    needed = needed_for(request.method, request.scope["route"].path)
    if not person.role.includes(needed):
        raise NotForRoleError(person.address, person.role, needed)
    acts(person.address)
    params = request.path_params
    await refuse_others(served, person, customer=params.get("customer"), colleague=params.get("person"))
    return person


async def book_of(session: AsyncSession, served: Services, person: Person | None) -> Book:
    """Returns whose customers somebody may look at: everybody's, where nobody has to sign in."""
    if person is None:
        return books.EVERYBODYS
    return await books.of(session, person.address, person.role, served.now())


async def refuse_others(
    served: Services, person: Person | None, *, customer: str | None = None, colleague: str | None = None
) -> None:
    """Lets somebody on who looks after the customer, or who may look at the colleague's day.

    Raises:
        NotInBookError: they don't, or there is no such customer.
    """
    if person is None or person.role.includes(Role.OPERATIONS) or not (customer or colleague):
        return
    async with served.store.reading() as session:
        book = await book_of(session, served, person)
        if colleague and not book.is_of(colleague):
            raise NotInBookError(colleague_name(colleague))
        if customer and not await books.has(session, book, customer):
            raise NotInBookError(f"Customer {customer!r}")


def _onward(request: Request) -> str:
    """Returns the page that was asked for; of a form that was sent, the page that it was on."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    page = urlsplit(request.headers.get("referer", ""))
    if not page.path or page.netloc != request.headers.get("host"):
        return "/desk"
    return safe_onward(page.path + (f"?{page.query}" if page.query else ""))


def safe_onward(address: str | None) -> str:
    """Returns the address if it is one of our pages; anything else becomes the start page."""
    if not address or address[0] != "/" or address[1:2] in ("/", "\\") or any(ord(char) < 0x20 for char in address):  # noqa: PLR2004 - control characters
        return "/"
    return address


Looking = Annotated[Person | None, Depends(who_looks)]
Acting = Annotated[Person, Depends(who_acts)]
