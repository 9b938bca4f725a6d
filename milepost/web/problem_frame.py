"""The frame around a page that says what went wrong: that of colleagues for whoever is one, so that nobody is lost."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.exc import DBAPIError

from milepost.store.errors import StoreError
from milepost.web.identity import is_open, signed_in
from milepost.web.pages import Values, shell
from milepost.web.services import services


async def frame_of(request: Request, title: str) -> Values | None:
    """Returns the frame; None for strangers, and where the database doesn't say who asks."""
    served = services(request)
    try:
        person = await signed_in(request, served)
        if person is None and not is_open(served, request):
            return None
        return shell(request, served, person, title, "", zone=await served.zone())
    except (StoreError, DBAPIError):
        return None
