"""Forms that only our own pages can send, each of which takes effect once; and the facts that they record.

Each form carries a signed token: what it is about, whose page it stands on, and an id of its own. The id becomes the
fact's id, so a form that is sent twice tells one fact.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from itsdangerous import BadData
from starlette.datastructures import Headers

from milepost.errors import MilepostError
from milepost.intake.acknowledgement import acknowledgement_of
from milepost.intake.facts import FactStatus
from milepost.planner.written_facts import WrittenFact
from milepost.store import facts
from milepost.translations.reader import translatable
from milepost.web.services import Services

MAX_AGE_SECONDS = 2 * 86_400
PATIENCE = 1.0
"""Seconds for which a form waits until its page can show what follows from it."""
_SALT = "milepost.form.1"
_NOTICES = {
    FactStatus.DELIVERED: "noted",
    FactStatus.COUNTED: "noted",
    FactStatus.PENDING: "later",
    FactStatus.KEPT: "kept",
    FactStatus.KNOWN: "again",
}
_SUBJECT = ("step", "outcome", "task")


class FormRefusedError(MilepostError):
    """The form didn't come from one of our pages, or the page is too old."""

    code = "form_refused"

    def __init__(self) -> None:
        super().__init__(
            translatable("This form is too old, or isn't from this page; nothing was done."),
            translatable("Go back, reload the page and try again."),
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


def fact_id(form: Form, fact: WrittenFact, source: str) -> str:
    """Returns the id of the fact that a form stands for."""
    return f"{source}/{form.id}/{fact.kind}"


async def record_fact(served: Services, form: Form, customer: str, fact: WrittenFact, *, by: str, source: str) -> str:
    """Records the fact that a form stands for; returns the key of the notice for its reader (`pages.NOTICES`).

    Raises:
        RefusedError: the fact doesn't make sense; nothing is stored.
    """
    identified = fact.model_copy(update={"id": fact_id(form, fact, source)})
    receipt = await served.intake.record_fact(customer, identified, by=by, source=source)
    if receipt.delivered:
        await wait_until_taken_in(served, [(customer, receipt.fact_id)])
    return notice_of(receipt.status)


async def wait_until_taken_in(served: Services, told: Iterable[tuple[str, str]]) -> None:
    """Waits a moment for the journeys, so that the page which is shown next has what follows from the facts.

    `told` are customers and facts. It is one moment for all of them: whoever waits for one has waited for the others.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    for customer, fact_id in told:
        if (left := until - loop.time()) <= 0:
            return
        await acknowledgement_of(served.store, customer, fact_id, timeout=left)


def notice_of(status: FactStatus) -> str:
    """Returns the key of the notice about a fact that came in (`pages.NOTICES`)."""
    return _NOTICES[status]


async def pending_facts(served: Services, customers: Collection[str]) -> dict[tuple[str, str], str]:
    """Returns the kind of the last fact that a journey has yet to take in, by customer and step, outcome or task.

    With it a page shows at once what its reader has just done.
    """
    async with served.store.reading() as session:
        rows = await facts.pending_of(session, customers)
    return {
        (row.customer_id, subject): row.kind
        for row in rows
        for subject in (*(str(row.data[name]) for name in _SUBJECT if name in row.data), *row.data.get("steps", ()))
    }


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
