"""Who may use the API: whoever has one of its keys."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from milepost.web.services import Served

_bearer = HTTPBearer(auto_error=False, description="One of MILEPOST_API_KEYS, or the key in the data folder.")


def check_key(served: Served, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Compare the key with all that are accepted, in constant time.

    Raises:
        HTTPException: 401, there is none or it is not right.
    """
    key = _digest(given.credentials if given else "")
    matches = [hmac.compare_digest(key, _digest(known)) for known in served.settings.accepted_api_keys()]
    if not any(matches):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
