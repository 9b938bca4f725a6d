"""The page on which a person chooses which mail to get, and the address that takes one click in a mail program.

The links in mails lead here; they work without a plan, after its end, and need no sign-in. Looking changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.channels.links import LinkForgedError, PreferencesLink
from milepost.channels.smtp import ONE_CLICK
from milepost.customer import ChoiceWay, Contact, Mail, strictest
from milepost.intake.preferences import Preference, choose, preference_of
from milepost.store import customers, journeys, mail_choices
from milepost.store.errors import UnknownCustomerError, UnknownJourneyError
from milepost.store.mail_choices import Choice
from milepost.translations.reader import Reader, translatable
from milepost.web import forms
from milepost.web.form_values import Line, Token
from milepost.web.pages import Values, back_to, notice_for, render_for
from milepost.web.portal.plan_link import FORGED, PlanClosedError
from milepost.web.portal.throttle import let_through
from milepost.web.problems import ProblemError
from milepost.web.readers import remember_reader
from milepost.web.services import Served, Services

router = APIRouter(include_in_schema=False, dependencies=[Depends(let_through)])
_KIND = "preferences"
_GONE = (
    410,
    translatable("This link is no longer in use"),
    translatable(
        "It was made for somebody whose address we no longer have, so no mail goes there. If you still get mail from "
        "us, use the link in the latest one, or write to the person who looks after you."
    ),
)
_CHOICES = (
    (
        Mail.ALL,
        translatable("All mails"),
        translatable("Your steps, reminders, questions about results, and what you need to know."),
    ),
    (
        Mail.ESSENTIAL,
        translatable("Fewer mails"),
        translatable("Only essential ones: what you need to know, and our questions whether a result is there."),
    ),
    (
        Mail.NONE,
        translatable("No mails"),
        translatable("Nothing at all. If something needs you, a person will get in touch in another way."),
    ),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The preferences that a link opens; `form` is the token of the page's form."""

    token: str
    link: PreferencesLink
    preference: Preference
    form: str
    reader: Reader

    @property
    def path(self) -> str:
        return f"/preferences/{self.token}"


async def _open(request: Request, served: Services, token: str) -> Opened:
    """Returns the preferences of the person whom a link was made for.

    Raises:
        PlanClosedError: the link is forged, or its person or customer was forgotten or is gone.
    """
    try:
        link = served.links.read_preferences(token)
    except LinkForgedError:
        raise PlanClosedError(*FORGED) from None
    try:
        async with served.store.reading() as session:
            customer = (await journeys.get(session, link.journey)).customer_id
            addresses = await session.run_sync(mail_choices.addresses_of, customer)
            record = await customers.get(session, customer)
    except (UnknownJourneyError, UnknownCustomerError):
        raise PlanClosedError(*_GONE) from None
    address = served.links.whose(link, addresses)
    if address is None:
        raise PlanClosedError(*_GONE)
    contact = next((each for each in record.contacts if each.has_address(address)), Contact(address, address))
    reader = remember_reader(request, contact.language or record.language, contact.country or record.country)
    preference = await preference_of(served.intake.context, address)
    return Opened(token, link, preference, forms.token(served, token, _KIND), reader)


@router.get("/preferences/{token}")
async def preferences(request: Request, served: Served, token: str) -> Response:
    """Which mail the person gets, and what else there is to choose."""
    opened = await _open(request, served, token)
    return _page(served, opened, told=notice_for(opened.reader, request))


@router.post("/preferences/{token}")
async def change(request: Request, served: Served, token: str, form: Token, mail: Line = "") -> Response:
    """The person chooses."""
    opened = await _open(request, served, token)
    sent = forms.read(served, token, form, _KIND)
    if mail not in set(Mail):
        return _page(served, opened, complaint=opened.reader.gettext("Please choose one."), status=422)
    address = opened.preference.address
    made = await choose(
        served.intake.context, Choice(address, Mail(mail), ChoiceWay.PAGE, f"page/{sent.id}", by=address)
    )
    return back_to(opened.path, "chosen" if made.new else "as_before")


@router.get("/unsubscribe/{token}")
async def before_unsubscribing(request: Request, served: Served, token: str) -> Response:
    """The same page, for mail programs that only follow the link; it proposes less mail, and changes nothing."""
    opened = await _open(request, served, token)
    return _page(served, opened, chosen=strictest((opened.preference.mail, opened.link.stops)))


@router.post("/unsubscribe/{token}")
async def unsubscribe(request: Request, served: Served, token: str) -> Response:
    """One click in a mail program (RFC 8058): no sign-in, no form of ours, no redirect; as often as one likes."""
    opened = await _open(request, served, token)
    name, _, value = ONE_CLICK.partition("=")
    if (await request.form()).get(name) != value:
        hint = f"Open {opened.path} to choose which mails you get."
        raise ProblemError(422, "not_one_click", f"Nothing has changed: the request doesn't say {ONE_CLICK}.", hint)
    address, request_id = opened.preference.address, served.intake.context.new_id()
    choice = Choice(address, opened.link.stops, ChoiceWay.ONE_CLICK, f"one_click/{request_id}", by=address)
    made = await choose(served.intake.context, choice)
    return render_for(
        served, opened.reader, "portal/unsubscribed.html", {"opened": opened, "mail": made.preference.mail}
    )


def _page(
    served: Services,
    opened: Opened,
    *,
    told: str | None = None,
    complaint: str | None = None,
    chosen: Mail | None = None,
    status: int = 200,
) -> Response:
    page = {
        **_values(opened.preference, chosen),
        "path": opened.path,
        "form": opened.form,
        "told": told,
        "complaint": complaint,
    }
    return render_for(served, opened.reader, "portal/preferences.html", page, status=status)


async def preferences_preview(served: Services, reader: Reader, address: str, preview: Values) -> Response:
    """Returns the page as its person sees it, with nothing to choose; `preview` is what stands above it."""
    preference = await preference_of(served.intake.context, address)
    page = {**_values(preference), "form": None, "told": None, "complaint": None, "preview": preview}
    return render_for(served, reader, "portal/preferences.html", page)


def _values(preference: Preference, chosen: Mail | None = None) -> Values:
    return {"preference": preference, "chosen": chosen or preference.mail, "choices": _CHOICES}
