"""Lets in requests to the API that carry one of its keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from milepost.web.identity import is_among
from milepost.web.services import Served

_bearer = HTTPBearer(auto_error=False, description="One of MILEPOST_API_KEYS, or the key in the data folder.")


def check_key(served: Served, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Compares the key with all accepted ones.

    Raises:
        HTTPException: 401, there is no key, or it is wrong.
    """
    if not is_among(credentials.credentials if credentials else "", served.settings.accepted_api_keys()):
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
