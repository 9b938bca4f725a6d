"""How large a request may be, and how long it may take to arrive, by its address."""

from __future__ import annotations

from dataclasses import dataclass

from milepost import limits

API = "/api/"
IMPORTS = "/ops/imports"
PUBLISH = "/ops/publish"
PLAN = "/plan/"
PLAN_UPLOAD = "/upload"
"""The end of the address to which a form with files is sent."""
FILES = "/files"
"""The end of the addresses to which colleagues and programs send files."""
API_IMPORTS = f"{API}v1/imports"
API_INBOUND = f"{API}v1/inbound/"


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The most bytes of a request's body, and the seconds in which it has to arrive."""

    size: int
    seconds: float = limits.RECEIVING


def limits_of(path: str) -> RequestLimits:
    """Returns the limits of a request to this path. Whoever takes uploads says of a large one what is wrong."""
    if path in (IMPORTS, API_IMPORTS, PUBLISH):
        return RequestLimits(limits.UPLOAD_READ, limits.UPLOADING)
    if path.startswith(PLAN) and path.endswith(PLAN_UPLOAD):
        return RequestLimits(limits.UPLOAD_READ, limits.UPLOADING)
    if path.startswith((API, "/desk/", "/ops/")) and path.endswith(FILES):
        return RequestLimits(limits.UPLOAD_READ, limits.UPLOADING)
    if path.startswith(API_INBOUND):
        return RequestLimits(limits.INBOUND)
    if path.startswith(API):
        return RequestLimits(limits.BODY)
    return RequestLimits(limits.MAPPING if path.startswith(f"{IMPORTS}/") else limits.FORM)
