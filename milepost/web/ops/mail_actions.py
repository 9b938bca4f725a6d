"""Forms about mail: release, send now, cancel, try again; hold mail and free it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from milepost.intake import mail as mail_orders
from milepost.intake import mail_hold
from milepost.intake.context import IntakeContext
from milepost.intake.mail import MOST, MailAction, MailOrder, MailResult
from milepost.intake.mail_list import MailStatus, mail_lines
from milepost.intake.released_together import undo_order
from milepost.planner.enums import HoldReason, MailSwitch
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import Instant
from milepost.planner.written_facts import WrittenFact
from milepost.store import bounced_messages, customers, held_mail, journeys, messages
from milepost.store.mail_switches import MOST_FIRST, Scope, Switch
from milepost.store.messages import FailureCause
from milepost.store.tables import MessageRow
from milepost.text import count_of
from milepost.web import forms
from milepost.web.form_values import Line, Text, Token, required
from milepost.web.identity import Acting
from milepost.web.ops.mail import ADDRESS, UNDO_FORM, WAITING, Narrowed
from milepost.web.pages import back_to, render, shell
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix=ADDRESS, include_in_schema=False)
_MOST_SHOWN = 20
_DONE = {
    MailAction.RELEASE: "released",
    MailAction.SEND_NOW: "sent now",
    MailAction.CANCEL: "cancelled",
    MailAction.RETRY: "sent again",
}


@router.post("/order")
async def order(
    request: Request,
    served: Served,
    person: Acting,
    form: Token,
    *,
    action: Annotated[str, Form(max_length=20)] = "",
    pick: Annotated[tuple[str, ...], Form(max_length=200)] = (),
    all: Annotated[Literal["", "yes"], Form()] = "",  # noqa: A002 - the field's word
    customer: Line = "",
    map: Line = "",  # noqa: A002 - the field's word
    message: Line = "",
    why: Line = "",
    status: Line = "",
    reason: Text = "",
) -> Response:
    """Does something with the messages that were picked, or with all that the filters leave."""
    sent = forms.read(served, person.session, form, "mail")
    if action not in set(MailAction):
        raise ProblemError(422, "action_missing", "What to do is missing.", "Go back and press one of the buttons.")
    does = MailAction(action)
    tab = MailStatus.FAILED if does is MailAction.RETRY else MailStatus.HELD
    wanted = Narrowed(MailStatus(status) if status in WAITING else tab, customer, map, message, why)
    keys = await _all(served, does, wanted) if all else [_key(each) for each in pick]
    if not keys:
        raise ProblemError(422, "nothing_picked", "No message was picked.", "Go back and tick some, or all.")
    given = MailOrder(does, person.address, reason or None, sent.id, source="ops")
    results = await mail_orders.order(served.intake.context, given, keys)
    page = _account(does, results, wanted.address(), served.intake.context)
    if page["refused"] or page["later"]:
        around = shell(request, served, person, "Mail", "mail", zone=await served.zone())
        return render("ops/mail_account.html", page, around, 200 if page["any_done"] else 409)
    return back_to(wanted.address(), "released" if does is MailAction.RELEASE else "mail")


@router.post("/undo")
async def undo(request: Request, served: Served, person: Acting, form: Token) -> Response:
    """Takes back what was released in one order, as far as it hasn't left: it waits again."""
    [order_id] = forms.read(served, person.session, form, UNDO_FORM).subject
    results = await undo_order(served.intake.context, order_id, by=person.address)
    refused = [(each, each.refused) for each in results if each.refused is not None]
    if results and not refused:
        return back_to(ADDRESS, "release_undone")
    done = len(results) - len(refused)
    page = {
        "done": f"{count_of(done, 'release')} undone." if done else "Nothing was undone: it has left, or was undone.",
        "later": [],
        "more_later": 0,
        "refused": refused[:_MOST_SHOWN],
        "more_refused": max(len(refused) - _MOST_SHOWN, 0),
        "back": ADDRESS,
        "can_be_taken_back": False,
    }
    around = shell(request, served, person, "Mail", "mail", zone=await served.zone())
    return render("ops/mail_account.html", page, around, 200 if done else 409)


async def _all(served: Services, action: MailAction, wanted: Narrowed) -> list[tuple[str, str]]:
    """Returns what the filters leave: of what is to be released or sent now, all that waits for that."""
    if action is MailAction.RETRY:
        failed = await mail_lines(served.intake.context, wanted.filter, await served.zone(), MOST)
        return [(line.customer, line.message) for line in failed]
    held = wanted.filter.held
    is_let_go = action in (MailAction.RELEASE, MailAction.SEND_NOW) and wanted.status is MailStatus.HELD
    if is_let_go and held.why is None:
        held = replace(held, why=HoldReason.RELEASE)
    async with served.store.reading() as session:
        return await held_mail.keys(session, held, MOST)


def _key(text: str) -> tuple[str, str]:
    customer, _, message = text.partition(" ")
    return customer, message


def _account(action: MailAction, results: list[MailResult], back: str, context: IntakeContext) -> dict[str, Any]:
    """Returns what was done, what goes when if not as soon as it can be, and what was refused and why."""
    now = context.now()
    soon = now + int(context.journey_grace.total_seconds())
    refused = [(each, each.outcome) for each in results if isinstance(each.outcome, RefusedError)]
    later = [(each, each.departure.sentence(now)) for each in results if each.departure and each.departure.at > soon]
    done = len(results) - len(refused)
    return {
        "done": f"{count_of(done, 'message')} {_DONE[action]}." if done else "Nothing was done.",
        "any_done": done > 0,
        "later": later[:_MOST_SHOWN],
        "more_later": max(len(later) - _MOST_SHOWN, 0),
        "refused": refused[:_MOST_SHOWN],
        "more_refused": max(len(refused) - _MOST_SHOWN, 0),
        "back": back,
        "can_be_taken_back": action is MailAction.RELEASE and done > 0,
    }


@router.post("/failed")
async def failed(
    served: Served,
    person: Acting,
    form: Token,
    pick: Annotated[str, Form(max_length=200)] = "",
    *,
    permanent: Annotated[Literal["", "true"], Form()] = "",
    why: Text = "",
) -> Response:
    """A provider told us, on the phone or by mail, that a message won't arrive; `permanent`: nobody has the address."""
    sent = forms.read(served, person.session, form, "mail")
    customer, message = _key(pick)
    words = required(why, "reason", "Go back and write what the provider said.")
    async with served.store.reading() as session:
        row = await customers.get_row(session, customer)
        running = await journeys.open_of(session, row.id)
        if running is None:
            hint = "Nobody waits for this message any more: there is nothing to do."
            raise ProblemError(409, "no_open_journey", "The customer has no open journey.", hint)
        contact = (await messages.get(session, running.id, message)).contact
    fact = WrittenFact(message_failed=message, permanent=bool(permanent) or None, why=words, contact=contact)
    notice = await forms.record_fact(served, sent, row.id, fact, by=person.address, source="ops")
    await served.store.write(partial(_record_failed, running.id, fact, served.now()))
    return back_to(f"{ADDRESS}/{running.id}/{message}", "message_failed" if notice == "noted" else notice)


def _record_failed(journey: str, fact: WrittenFact, now: Instant, session: Session) -> None:
    row = session.get(MessageRow, (journey, fact.message_failed))
    if row is not None:
        cause = FailureCause.ADDRESS if fact.permanent else FailureCause.REFUSED
        bounced_messages.record_bounced(session, row, now, fact.why or "", cause)


@router.post("/hold-again")
async def hold_again(served: Served, person: Acting, form: Token, reason: Text = "") -> Response:
    """Holds what was released by name and hasn't left, whoever's mail it is."""
    forms.read(served, person.session, form, "mail")
    await mail_hold.hold_again(served.intake.context, by=person.address, why=reason or None)
    return back_to(ADDRESS, "switched")


@router.post("/switch")
async def switch(
    served: Served,
    person: Acting,
    form: Token,
    *,
    mail: Annotated[str, Form(max_length=10)] = "",
    customer: Line = "",
    map: Line = "",  # noqa: A002 - the field's word
    first: Line = "",
    reason: Text = "",
    next: Line = "",  # noqa: A002 - the field's word
) -> Response:
    """Holds mail from now on, or lets it go: of a customer, of a map, or all."""
    forms.read(served, person.session, form, "mail")
    if mail not in set(MailSwitch):
        raise ProblemError(422, "switch_missing", "Whether to hold or to free is missing.", "Go back and choose.")
    if first and not (first.isascii() and first.isdecimal() and 0 < int(first[:6]) <= MOST_FIRST):
        raise ProblemError(
            422,
            "first",
            f"{first!r} isn't a number of messages.",
            f"Go back and write 1 to {MOST_FIRST}, or leave it empty.",
        )
    position = MailSwitch(mail)
    number = int(first) if first and position is MailSwitch.HELD else None
    await mail_hold.turn(
        served.intake.context,
        Scope(customer or None, None if customer else map or None),
        Switch(position, number),
        by=person.address,
        why=reason or None,
    )
    return back_to(f"/ops/customers/{customer}" if customer and next == "customer" else ADDRESS, "switched")
