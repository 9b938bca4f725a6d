"""Forms of a customer's page about the record and the whole journey: people, team, another version, a new journey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import Response

from milepost.customer import Customer
from milepost.intake import customer_files
from milepost.intake.enrolment import NoEnrolment
from milepost.intake.typed_entry import read_entry
from milepost.planner.entry_point import JourneyStart
from milepost.planner.written_facts import WrittenContact, WrittenFact
from milepost.web import forms
from milepost.web.form_values import Address, Line, Text, required
from milepost.web.ops.act_route import ActRoute
from milepost.web.ops.actions import SentForm
from milepost.web.ops.customer_tabs import PEOPLE, RESULTS
from milepost.web.problems import ProblemError

router = APIRouter(prefix="/ops/customers/{customer}", include_in_schema=False, route_class=ActRoute)
_ROLE = "role."
"""Begins the name of the field with whoever has a role."""


@router.post("/contacts")
async def contacts(
    sent: SentForm,
    *,
    name: Line = "",
    email: Address = "",
    personas: Annotated[list[str] | None, Form()] = None,
    timezone: Line = "",
    language: Line = "",
    former: Address = "",
    do: Annotated[Literal["save", "remove"], Form()] = "save",
    reason: Text = "",
) -> Response:
    """A person on the customer's side is added, changed (`former` is the address until now), or no longer there."""
    if do == "remove":
        required(reason, "reason", "Go back and write why this person is no longer a contact.")
        return await _change(sent, lambda customer: _without(customer, former), reason)
    values = {"personas": tuple(personas or ()), "timezone": timezone or None, "language": language or None}
    try:
        written = WrittenContact(name=required(name, "name"), email=email, **values)
    except ValidationError as error:
        field = error.errors(include_url=False)[0]["loc"][0]
        raise ProblemError(422, "contact_wrong", f"The {field} can't be taken.", "Go back and correct it.") from None
    return await _change(sent, lambda customer: _with(customer, former or email, written), reason)


@router.post("/team")
async def team(request: Request, sent: SentForm, reason: Text = "") -> Response:
    """Other colleagues look after the customer; an empty field leaves a role without anybody."""
    required(reason, "reason")
    form = await request.form()
    chosen = {
        name.removeprefix(_ROLE): str(value).strip().lower() for name, value in form.items() if name.startswith(_ROLE)
    }

    def edit(customer: Customer) -> Customer:
        everybody = {**customer.team, **chosen}
        return customer.having(team={role: address for role, address in everybody.items() if address})

    return await _change(sent, edit, reason)


@router.post("/move")
async def move(
    sent: SentForm, version: Line = "", when: Annotated[Literal["now", "next"], Form()] = "next", reason: Text = ""
) -> Response:
    """The journey moves to another version of its map, at once or when its next stage opens."""
    required(reason, "reason")
    fact = WrittenFact(map_changed=required(version, "version"), at_next_stage=True if when == "next" else None)
    return await sent.record(fact, why=reason)


@router.post("/enroll")
async def enroll(
    sent: SentForm,
    map: Line = "",  # noqa: A002 - the field's word
    *,
    reason: Text = "",
    stage: Line = "",
    since: Line = "",
    enters: Text = "",
) -> Response:
    """A journey begins: on a map, or on the one that is for the customer; with a reason whatever `reenter` says.

    It begins in the middle where `stage`, `since` and `enters` say so, which has what a file for `--enters` has.
    """
    typed = {name: value for name, value in (("stage", stage), ("since", since)) if value}
    entry = read_entry(enters, "What you typed", typed) if typed or enters else None
    start = JourneyStart(entry, reason or None, sent.person.address if reason else None)
    result = await sent.served.intake.enrol(sent.customer, map_id=map or None, start=start)
    if isinstance(result, NoEnrolment):
        message = f"No map is for this customer: {result.why}."
        raise ProblemError(409, "no_map", message, "Go back and choose a map, or correct the attributes first.")
    return sent.back("noted" if result.started else "later")


@router.post("/forget-file")
async def forget_file(
    sent: SentForm, file: Line = "", reason: Text = "", sure: Annotated[Literal["", "yes"], Form()] = ""
) -> Response:
    """The content of a file is deleted; its name, size and hash stay, and the timeline says why."""
    why = required(reason, "reason")
    if sure != "yes":
        raise ProblemError(422, "not_sure", "Nothing was deleted.", "Go back and tick the box: it can't be undone.")
    await customer_files.delete(sent.served.intake.context, sent.customer, file, by=sent.person.address, why=why)
    return sent.back("file_deleted", RESULTS, "files")


async def _change(sent: SentForm, edit: Callable[[Customer], Customer], reason: str) -> Response:
    """Changes the record, and keeps the reason as a note on the timeline."""
    saved = await sent.served.intake.change_customer(sent.customer, edit, by=sent.person.address)
    told = [(saved.customer, receipt.fact_id) for receipt in saved.receipts if receipt.delivered]
    await forms.wait_until_taken_in(sent.served, told)
    if reason and saved.receipts:
        return await sent.record(WrittenFact(note=f"Why: {reason}"), PEOPLE, "people")
    return sent.back("noted" if saved.receipts else "as_it_was", PEOPLE, "people")


def _with(customer: Customer, former: str, written: WrittenContact) -> Customer:
    """Returns the customer with a person, in the place of the one who had the address `former`."""
    new = written.contact()
    known = next((each for each in customer.contacts if each.has_address(former)), None)
    if known is not None:
        kept = known if known.name == new.name else replace(known, first_name=None, last_name=None)
        typed = {name: getattr(new, name) for name in ("name", "email", "personas", "timezone", "language")}
        new = replace(kept, **typed)
    others = [each for each in customer.contacts if each is known or not each.has_address(new.email)]
    if known is None:
        return customer.having(contacts=(*others, new))
    return customer.having(contacts=tuple(new if each is known else each for each in others))


def _without(customer: Customer, address: str) -> Customer:
    if not any(each.has_address(address) for each in customer.contacts):
        message = "That person is no contact of this customer any more."
        raise ProblemError(409, "contact_gone", message, "Reload the page to see who is.")
    return customer.having(contacts=tuple(each for each in customer.contacts if not each.has_address(address)))
