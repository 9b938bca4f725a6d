"""Lets in requests to the API that carry one of its keys."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from milepost.web.services import Served

_bearer = HTTPBearer(auto_error=False, description="One of MILEPOST_API_KEYS, or the key in the data folder.")


def check_key(served: Served, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Compares the key with all accepted ones, in constant time.

    Raises:
        HTTPException: 401, there is no key, or it is wrong.
    """
    key = _digest(credentials.credentials if credentials else "")
    matches = [hmac.compare_digest(key, _digest(each)) for each in served.settings.accepted_api_keys()]
    if not any(matches):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
