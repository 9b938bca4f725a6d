"""Forms that only our own pages can send, each of which takes effect once.

Each form carries a signed token: what it is about, whose page it stands on, and an id of its own. The id becomes the
fact's id, so a form that is sent twice tells one fact.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from itsdangerous import BadData
from starlette.datastructures import Headers

from milepost.errors import MilepostError
from milepost.web.services import Services

MAX_AGE_SECONDS = 2 * 86_400
_SALT = "milepost.form.1"


class FormRefusedError(MilepostError):
    """The form didn't come from one of our pages, or the page is too old."""

    code = "form_refused"

    def __init__(self) -> None:
        super().__init__(
            "This form is too old, or isn't from this page; nothing was done.",
            "Go back, reload the page and try again.",
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: `subject` holds what it is about, `id` is the form's own."""

    subject: tuple[str, ...]
    id: str


def token(services: Services, owner: str, kind: str, *subject: str) -> str:
    """Returns the token of a form on a page of `owner`: a colleague's session, or a customer's link."""
    return str(services.serializer(f"{_SALT}\n{owner}").dumps([secrets.token_urlsafe(9), kind, *subject]))


def read(services: Services, owner: str, text: str, kind: str) -> Form:
    """Reads the token of a form that was sent.

    Raises:
        FormRefusedError: the token is not ours, is somebody else's, is of another kind, or is older than two days.
    """
    try:
        own_id, its_kind, *subject = services.serializer(f"{_SALT}\n{owner}").loads(text, max_age=MAX_AGE_SECONDS)
    except (BadData, ValueError, TypeError) as error:
        raise FormRefusedError from error
    if its_kind != kind:
        raise FormRefusedError
    return Form(tuple(subject), own_id)


def comes_from_us(headers: Headers, allowed: set[str]) -> bool:
    """Tells whether a request that changes something comes from one of our pages, as far as the browser says.

    `allowed` are our origins. A page that tells no referrer has the origin `null`; browsers that say where a request
    comes from are believed, for others the form's token decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin in (None, "null") or origin in allowed
