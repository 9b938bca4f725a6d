"""What the requests of mail providers have in common: their key, their name and their JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from fastapi import HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasicCredentials
from pydantic import SecretStr

from milepost.text import listing, nearest
from milepost.web.api.keys import let_in, refuse
from milepost.web.identity import is_among
from milepost.web.problems import ProblemError
from milepost.web.services import Services

_CHALLENGE = 'Basic realm="milepost"'


async def check_provider_key(
    request: Request,
    served: Services,
    own: SecretStr | None,
    basic: HTTPBasicCredentials | None,
    bearer: HTTPAuthorizationCredentials | None,
) -> None:
    """Compares the key of a request with the provider's own, and with those of the API.

    Raises:
        HTTPException: 401, there is no key, or it is wrong; some providers send theirs only after such an answer. 429,
            that was too often.
        KeyScopeError: it is a key of the API that may not do this.
    """
    own_keys = (own.get_secret_value(),) if own else ()
    if any(is_among(each, own_keys) for each in (basic and basic.password, bearer and bearer.credentials) if each):
        return
    if bearer is None:  # a key of the API is no password
        refuse(request, basic.password if basic else "", _CHALLENGE)
    await let_in(request, served, bearer.credentials, _CHALLENGE)


def check_provider(provider: str, known: Collection[str]) -> None:
    """Checks the name of a provider.

    Raises:
        ProblemError: 404, it is none of the known ones; says which was probably meant.
    """
    if provider not in known:
        near = nearest(provider, known)
        hint = f"Did you mean {near!r}?" if near else f"There are {listing(sorted(known))}."
        raise ProblemError(404, "unknown_provider", f"There is no mail provider {provider!r}.", hint)


async def json_of(request: Request) -> Any:
    """Returns the JSON of a request.

    Raises:
        HTTPException: 400, it can't be read.
    """
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPException(400) from None
