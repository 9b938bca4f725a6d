"""How large a request may be, and how long it may take to arrive, by its address."""

from __future__ import annotations

from dataclasses import dataclass

from milepost import limits

API = "/api/"
IMPORTS = "/ops/imports"


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The most bytes of a request's body, and the seconds in which it has to arrive."""

    size: int
    seconds: float = limits.RECEIVING


def limits_of(path: str) -> RequestLimits:
    """Returns the limits of a request to this path. The page of uploads itself says of a large one what is wrong."""
    if path.startswith(API):
        return RequestLimits(limits.BODY)
    if path == IMPORTS:
        return RequestLimits(limits.UPLOAD_READ, limits.UPLOADING)
    return RequestLimits(limits.MAPPING if path.startswith(f"{IMPORTS}/") else limits.FORM)
