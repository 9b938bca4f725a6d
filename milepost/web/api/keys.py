"""Lets programs in: by a key that was made with scopes, or by one of the settings', which may do everything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, NoReturn

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from milepost.actor import acts
from milepost.planner.facts import KEY
from milepost.scopes import Scope
from milepost.store import keys
from milepost.text import listing
from milepost.web.api.scopes import ADDRESSES, FACTS
from milepost.web.identity import is_among
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.throttle import Throttle, client_of

WRONG_KEYS = 20
"""So many wrong keys may a client try in a minute."""
_EVERYTHING = frozenset(Scope)
_bearer = HTTPBearer(
    auto_error=False,
    description="A key that `milepost keys make` printed, one of MILEPOST_API_KEYS, or the key in the data folder.",
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a request came with, and what it may do."""

    name: str
    scopes: frozenset[Scope]

    @property
    def teller(self) -> str:
        """Who tells what a request names nobody for."""
        return f"key {self.name}"

    def check_may_tell(self, kind: str) -> None:
        """Checks that the key may tell, or undo, facts of a kind.

        Raises:
            KeyScopeError: they do what another scope is for.
        """
        needed = frozenset({FACTS[kind]} if kind in FACTS else ())
        if not self.scopes >= needed:
            raise KeyScopeError(self, needed)


class KeyScopeError(ProblemError):
    """The key works, and isn't for this."""

    def __init__(self, key: Key, needed: frozenset[Scope]) -> None:
        missing = listing(sorted(needed - key.scopes))
        super().__init__(
            403,
            "scope_missing",
            f"The key {key.name!r} is for {listing(sorted(key.scopes))}, and this needs {missing}.",
            "An admin makes a key that may do this, at /ops/keys or with `milepost keys make`.",
        )


class Throttles:
    """What keys and clients of an application may do in a minute."""

    def __init__(self, requests_per_minute: int) -> None:
        self.wrong_keys, self.requests = Throttle(WRONG_KEYS), Throttle(requests_per_minute)


async def check_key(
    request: Request, served: Served, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Key:
    """Compares the key of a request with all accepted ones; returns it.

    Raises:
        HTTPException: 401, there is no key, or it is wrong; 429, that was too often.
        KeyScopeError: it may not do this.
    """
    return await let_in(request, served, credentials.credentials if credentials else "")


KeyUsed = Annotated[Key, Depends(check_key)]
"""The key that a request came with."""


async def let_in(request: Request, served: Services, written: str, challenge: str = "Bearer") -> Key:
    """Returns a key that may do what the request asks for; raises as `check_key` does."""
    throttles: Throttles = request.app.state.api_throttles
    key = await _key_of(served, written)
    if key is None:
        refuse(request, written, challenge)
    _slow_down(throttles.requests, key.name)
    needed = ADDRESSES.get((request.method, request.scope["route"].path))
    scopes = _EVERYTHING if needed is None else frozenset({needed})
    if not key.scopes >= scopes:
        raise KeyScopeError(key, scopes)
    acts(f"{KEY}{key.name}")
    return key


def refuse(request: Request, written: str, challenge: str) -> NoReturn:
    """Refuses a request with a wrong key, which counts as a try, or with none.

    Raises:
        HTTPException: 401; 429, that was too often.
    """
    throttles: Throttles = request.app.state.api_throttles
    if written:
        _slow_down(throttles.wrong_keys, client_of(request))
    raise HTTPException(401, headers={"WWW-Authenticate": challenge})


def _slow_down(throttle: Throttle, who: str) -> None:
    if wait := throttle.seconds_to_wait(who, counts=True):
        raise HTTPException(429, headers={"Retry-After": str(wait)})


async def _key_of(served: Services, written: str) -> Key | None:
    """Returns which key it is, after its use was written down."""
    named, now = served.settings.named_api_keys(), int(served.wall().timestamp())
    configured = [name for name, each in named if is_among(written, (each,))]
    async with served.store.reading() as session:
        if configured:
            key, used_at = Key(configured[0], _EVERYTHING), (await keys.used(session, configured)).get(configured[0])
        elif written.startswith(keys.MARK) and (stored := await keys.of_key(session, written)) is not None:
            key, used_at = Key(stored.name, stored.scopes), stored.used_at
        else:
            return None
    if keys.is_worth_telling(used_at, now):
        await served.store.write(partial(keys.touch, name=key.name, now=now))
    return key
