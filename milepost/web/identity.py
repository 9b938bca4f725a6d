"""Identifies colleagues by a signed cookie, which keeps the address that they signed in with.

With a desk password set, it is asked for. Without one, and only while everything stays on this machine, anybody may
look, and says who they are from a list before doing anything (docs/decisions/0017-who-may-look-and-act.md).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from itsdangerous import BadData

from milepost.errors import MilepostError
from milepost.settings import Settings
from milepost.web.services import Served, Services

COOKIE = "milepost_session"
MAX_AGE_SECONDS = 7 * 86_400
_SALT = "milepost.session.1"


class SignInNeededError(MilepostError):
    """The page is for colleagues; `onward` is the address to return to after signing in."""

    code = "sign_in_needed"

    def __init__(self, onward: str) -> None:
        self.onward = onward
        super().__init__("Sign in first.")


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague who has signed in: the address in lower case, and a secret of this session that forms are tied to."""

    address: str
    session: str


def is_open(settings: Settings, request: Request) -> bool:
    """Tells whether no password is needed: none is set, and the request comes from this machine and is for it.

    The host that was asked for counts too: a foreign name that leads here is a page trying to read ours.
    """
    if settings.desk_password is not None:
        return False
    base = urlsplit(settings.links_begin_with).hostname or ""
    requested_host = _host_name(request.headers.get("host", ""))
    client = request.client.host if request.client else ""
    return all(_is_here(name) for name in (settings.host, base, requested_host, client))


def _host_name(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # an address in brackets that is none
        return ""


def _is_here(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_right_password(settings: Settings, password: str) -> bool:
    """Compares with the desk password or, if none is set, with the API keys."""
    desk = settings.desk_password
    return is_among(password, (desk.get_secret_value(),) if desk else settings.accepted_api_keys())


def is_among(text: str, secrets_: Iterable[str]) -> bool:
    """Compares a text with all of the secrets, in constant time."""
    return any([hmac.compare_digest(_digest(text), _digest(each)) for each in secrets_])  # noqa: C419 - all, always


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def signed(services: Services, address: str) -> str:
    """Returns the cookie of a colleague who has just signed in."""
    return str(services.serializer(_SALT).dumps([address.strip().lower(), secrets.token_urlsafe(12)]))


def signed_in(request: Request, services: Services) -> Person | None:
    """Returns the colleague whom the request's cookie names."""
    try:
        address, session = services.serializer(_SALT).loads(request.cookies.get(COOKIE, ""), max_age=MAX_AGE_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
    return Person(address, session)


def who_looks(request: Request, served: Served) -> Person | None:
    """Returns the colleague who looks at a page; None if nobody has to sign in for that.

    Raises:
        SignInNeededError: a password is needed, and nobody has signed in.
    """
    return signed_in(request, served) if is_open(served.settings, request) else who_acts(request, served)


def who_acts(request: Request, served: Served) -> Person:
    """Returns the colleague who does something.

    Raises:
        SignInNeededError: nobody has said who they are.
    """
    person = signed_in(request, served)
    if person is None:
        raise SignInNeededError(_onward(request))
    return person


def _onward(request: Request) -> str:
    if request.method != "GET":
        return "/desk"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def safe_onward(address: str | None) -> str:
    """Returns the address if it is one of our pages; anything else becomes the start page."""
    if not address or address[0] != "/" or address[1:2] in ("/", "\\") or any(ord(char) < 0x20 for char in address):  # noqa: PLR2004 - control characters
        return "/"
    return address


Looking = Annotated[Person | None, Depends(who_looks)]
Acting = Annotated[Person, Depends(who_acts)]
