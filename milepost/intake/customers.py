"""Saves customer records, checked against the maps, and sends the changes to the running journey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from milepost.customer import BUILT_IN_ATTRIBUTES, ChoiceWay, Customer, keep_refused
from milepost.imports.customer_checks import FieldProblem, check_customer
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import IntakeContext, customer_of, find_customer
from milepost.intake.enrolment import Enrolment, NoEnrolment, begin_on_match, started
from milepost.intake.errors import InvalidCustomerError
from milepost.intake.facts import FactReceipt, nudge_all, receipt_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.fact_checks import fits
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, TeamGiven, to_json
from milepost.planner.instants import Instant
from milepost.store import customers, former_colleagues, inbox, journeys, mail_choices
from milepost.store.errors import UnknownCustomerError
from milepost.store.inbox import NewFact, RecordedFact
from milepost.store.mail_choices import RecordOrigin
from milepost.store.tables import JourneyRow

FROM_A_FILE = "import"
"""The source of records that a file brings."""


@dataclass(frozen=True, slots=True)
class SavedCustomer:
    """The result of saving a record: the receipts of the facts for its journey, and its enrolment, if there is any."""

    customer: str
    new: bool
    receipts: tuple[FactReceipt, ...]
    enrolment: Enrolment | NoEnrolment | None


async def save(
    context: IntakeContext,
    customer: Customer,
    *,
    by: str | None = None,
    source: str = "api",
    start: JourneyStart = PLAIN,
    begins: bool = True,
) -> SavedCustomer:
    """Replaces a customer's record. Its journey gets the changes as facts; if it first matches a map, one `begins`.

    Raises:
        InvalidCustomerError: fields that differ from the stored record can't be taken; nothing is stored.
        RefusedError: the customer can't enter where `start` says; nothing is stored.
    """
    return await _save(context, customer.id, lambda _: customer, by, source, start=start if begins else None)


async def change(
    context: IntakeContext, customer: str, edit: Callable[[Customer], Customer], *, by: str | None = None
) -> SavedCustomer:
    """Changes a customer's record as it is stored now, so that two changes of different fields both stay.

    Raises:
        UnknownCustomerError: there is no such customer; the nearest id is suggested.
        InvalidCustomerError: fields that differ from the stored record can't be taken; nothing is stored.
    """
    async with context.store.reading() as session:
        await customer_of(session, customer)  # says which id is near

    def edited(before: Customer | None) -> Customer:
        if before is None:  # forgotten meanwhile
            raise UnknownCustomerError(customer)
        return edit(before)

    return await _save(context, customer, edited, by, "api")


async def _save(
    context: IntakeContext,
    customer_id: str,
    edit: Callable[[Customer | None], Customer],
    by: str | None,
    source: str,
    *,
    start: JourneyStart | None = PLAIN,
) -> SavedCustomer:
    now = context.now()
    vocabulary = Vocabulary.of(await context.compiled_maps.current())
    async with context.store.transaction() as session:
        running, before = await _held(session, customer_id)
        customer = edit(before)
        if before is not None and source == FROM_A_FILE:  # somebody may have handed over since the row was read
            formers = await former_colleagues.of(session, [customer.id])
            customer = former_colleagues.without_outdated(before, customer, formers.get(customer.id, {}))
        if before is not None:
            customer = customer.having(id=before.id, contacts=keep_refused(before.contacts, customer.contacts))
        how = ChoiceWay.IMPORT if source == "import" else ChoiceWay.RECORD
        origin = RecordOrigin(how, by, context.new_id)
        contacts = await session.run_sync(mail_choices.settled, customer.contacts, origin, now)
        customer = customer.having(contacts=contacts)
        problems = [
            problem for problem in check_customer(customer, vocabulary) if _is_changed(problem, before, customer)
        ]
        if problems:
            raise InvalidCustomerError(customer.id, problems)
        compiled_map = await context.compiled_map(running)
        await customers.save(session, [customer], now)
        changes = changes_of(context, before, customer, compiled_map, by) if before and compiled_map else []
        recorded = await session.run_sync(_record, customer.id, changes, now, source)
        journey: JourneyRow | NoEnrolment | None = None
        if running is None and start is not None:
            journey = await session.run_sync(partial(begin_on_match, context, customer.id, before, start))
    enrolment = await started(context, journey) if isinstance(journey, JourneyRow) else journey
    reached = await nudge_all(context, recorded)
    receipts = [await receipt_of(context, record, reached) for record in recorded]
    return SavedCustomer(customer.id, before is None, tuple(receipts), enrolment)


async def _held(session: AsyncSession, customer: str) -> tuple[JourneyRow | None, Customer | None]:
    """Returns the customer's open journey and record, by whichever id; both stay so until the transaction ends."""
    running = await journeys.open_of(session, customer, hold=True)
    await customers.hold(session, customer)
    before = await find_customer(session, customer)
    return (running, before) if before is None or before.id == customer else await _held(session, before.id)


def catch_up(context: IntakeContext, session: Session, known: Customer, compiled_map: CompiledMap, source: str) -> None:
    """Tells the customer's journey, which is open again, what of the record it doesn't know; it knows `known`."""
    changes = changes_of(context, known, customers.load(session, known.id), compiled_map, "milepost")
    _record(session, known.id, changes, context.now(), source)


def _record(session: Session, customer: str, changes: list[Fact], now: Instant, source: str) -> list[RecordedFact]:
    if not changes:
        return []
    recipient = inbox.recipients(session, [customer])[customer]
    new = [NewFact(recipient, inbox.checked(to_json(change), now), source) for change in changes]
    return inbox.record(session, new, now)


def _is_changed(problem: FieldProblem, before: Customer | None, after: Customer) -> bool:
    """Tells whether a problem comes with this record: what is stored already can't be refused any more."""
    if before is None:
        return True
    field, _, rest = problem.field.partition(".")
    if field == "attributes":
        return before.attributes.get(rest) != after.attributes.get(rest)
    return bool(getattr(before, field) != getattr(after, field))


def changes_of(
    context: IntakeContext, before: Customer, after: Customer, compiled_map: CompiledMap, by: str | None
) -> list[Fact]:
    """Returns facts with what a journey doesn't know of a customer yet, without attributes that its map lacks."""
    now = context.now()
    changes: list[Fact] = []
    attributes = _changed_attributes(before, after, compiled_map)
    if attributes:
        changes.append(AttributesSet(id=context.new_id(), at=now, by=by, attributes=attributes))
    if before.contacts != after.contacts:
        changes.append(ContactsGiven(id=context.new_id(), at=now, by=by, contacts=after.contacts))
    if dict(before.team) != dict(after.team):
        changes.append(TeamGiven(id=context.new_id(), at=now, by=by, team=dict(after.team)))
    return changes


def _changed_attributes(before: Customer, after: Customer, compiled_map: CompiledMap) -> dict[str, Any]:
    names = sorted({*before.attributes, *after.attributes, *BUILT_IN_ATTRIBUTES})
    return {
        name: _value(after, name)
        for name in names
        if _value(before, name) != _value(after, name) and fits(name, _value(after, name), compiled_map.map.attributes)
    }


def _value(customer: Customer, name: str) -> Any:
    return getattr(customer, name) if name in BUILT_IN_ATTRIBUTES else customer.attributes.get(name)
