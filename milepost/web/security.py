"""Guards every request: limits its size and its time, checks its origin, and adds security headers to the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import chain

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from milepost import limits
from milepost.settings import Settings
from milepost.web.forms import comes_from_us
from milepost.web.request_limits import API, RequestLimits, limits_of

_DIGITS = 15
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
PRIVATE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow, noarchive"}
"""Headers of pages that a link alone opens: the link must not leak, and search engines must not list the page."""
_BY_LINK = ("/plan/", "/proof/", "/preferences/", "/unsubscribe/", "/wall/", "/calendar/")
_WITH_SECRETS = (*_BY_LINK, "/sign-in/link/", "/sign-in/oidc/")
_FROM_ANYWHERE = (API, "/unsubscribe/")
"""Where requests are allowed to come from other sites: programs have a key, mail programs a signed address."""


def is_by_link(path: str) -> bool:
    """Returns whether a link alone lets people in, as it does customers."""
    return path.startswith(_BY_LINK)


def add_headers(headers: MutableHeaders, path: str) -> None:
    """Sets the headers that a page hasn't set itself."""
    for name, value in (HEADERS | PRIVATE if path.startswith(_WITH_SECRETS) else HEADERS).items():
        headers.setdefault(name, value)


class Guard:
    """Refuses bodies that are too large and forms from other sites; adds the security headers to every answer."""

    def __init__(
        self, app: ASGIApp, settings: Settings, refuse: Callable[[Request, HTTPException], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._own = settings.links_begin_with
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                add_headers(headers, path)
                if self._own.startswith("https://"):
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        problem = self._problem(scope)
        if problem is None:
            await self._app(scope, _limited(receive, limits_of(path)), send_with_headers)
        else:
            response = await self._refuse(Request(scope), problem)
            await response(scope, receive, send_with_headers)

    def _problem(self, scope: Scope) -> HTTPException | None:
        headers = Headers(scope=scope)
        path: str = scope["path"]
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > _DIGITS or int(length) > limits_of(path).size:
            return too_large(limits_of(path).size)
        if (
            len(scope["raw_path"]) + len(scope["query_string"]) + sum(map(len, chain(*scope["headers"])))
            > limits.HEADERS
        ):
            return HTTPException(431, f"The address and the headers have more than {limits.HEADERS // 1024} KB.")
        if "\0" in path or b"%00" in scope["query_string"]:
            return HTTPException(400, "The address has a NUL character (%00).")
        if scope["method"] in _UNSAFE and not path.startswith(_FROM_ANYWHERE):
            own = {f"{scope['scheme']}://{headers.get('host', '')}", _origin(self._own)}
            if not comes_from_us(headers, own):
                return HTTPException(403, "This form was sent from another site.")
        return None


def too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"That is more than {limit // 1024} KB.")


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/', 1)[0]}"


def _limited(receive: Receive, limit: RequestLimits) -> Receive:
    """Counts the bytes that arrive, as the length may be missing, and the seconds until they all have."""
    size, deadline = 0, asyncio.get_running_loop().time() + limit.seconds
    complete = False

    async def receive_counted() -> Message:
        nonlocal size, complete
        try:
            async with asyncio.timeout_at(None if complete else deadline):
                message = await receive()
        except TimeoutError:
            message_text = f"The body did not arrive within {limit.seconds:g} seconds."
            raise HTTPException(408, message_text, headers={"connection": "close"}) from None
        complete = not message.get("more_body", False)
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > limit.size:
                raise too_large(limit.size)
        return message

    return receive_counted
