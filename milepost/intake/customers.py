"""Saves customer records, checked against the maps, and sends the changes to the running journey."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from milepost.customer import BUILT_IN_ATTRIBUTES, ChoiceWay, Customer, keep_refused
from milepost.imports.customer_checks import FieldProblem, check_customer
from milepost.imports.vocabulary import Vocabulary
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.enrolment import Enrolment, NoEnrolment, begin_on_match, started
from milepost.intake.errors import InvalidCustomerError
from milepost.intake.facts import FactReceipt, nudge_all, receipt_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.fact_checks import fits
from milepost.planner.facts import AttributesSet, ContactsGiven, Fact, HandedOver, TeamGiven, to_json
from milepost.planner.instants import Instant
from milepost.store import customers, earlier_ends, former_colleagues, inbox, journeys, mail_choices, successors
from milepost.store.errors import UnknownCustomerError
from milepost.store.inbox import NewFact, RecordedFact
from milepost.store.mail_choices import RecordOrigin
from milepost.store.successors import HandedOn
from milepost.store.tables import JourneyRow

FROM_A_FILE = "import"
"""The source of records that a file brings."""


@dataclass(frozen=True, slots=True)
class SavedCustomer:
    """The result of saving a record: the receipts of the facts for its journey, and its enrolment, if there is any.

    `handed_on` are roles that went to the successor of the colleague whom a file named.
    """

    customer: str
    new: bool
    receipts: tuple[FactReceipt, ...]
    enrolment: Enrolment | NoEnrolment | None
    handed_on: tuple[HandedOn, ...] = ()


async def save(
    context: IntakeContext,
    customer: Customer,
    *,
    by: str | None = None,
    source: str = "api",
    start: JourneyStart = PLAIN,
    ended: str | None = None,
) -> SavedCustomer:
    """Replaces a customer's record. Its journey gets the changes as facts; if it first matches a map, one begins.

    None begins for a customer whose journey has `ended` before, for that reason.

    Raises:
        InvalidCustomerError: fields that differ from the stored record can't be taken; nothing is stored.
        RefusedError: the customer can't enter where `start` says; nothing is stored.
    """
    edit = _Edit(customer.id, lambda _: customer, by, source, start, ended)
    return await _save(context, edit)


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

    return await _save(context, _Edit(customer, edited, by, "api"))


@dataclass(frozen=True, slots=True)
class _Edit:
    """A change of a customer's record by somebody. `ended` is why its journey is over: then none begins."""

    customer: str
    make: Callable[[Customer | None], Customer]
    by: str | None
    source: str
    start: JourneyStart = PLAIN
    ended: str | None = None


async def _save(context: IntakeContext, edit: _Edit) -> SavedCustomer:
    saved = await context.store.write(partial(_written, context, edit))
    begun = saved.journey
    enrolment = await started(context, begun) if isinstance(begun, JourneyRow) else begun
    reached = await nudge_all(context, saved.recorded)
    receipts = [await receipt_of(context, record, reached) for record in saved.recorded]
    return SavedCustomer(saved.customer, saved.new, tuple(receipts), enrolment, saved.handed_on)


@dataclass(frozen=True, slots=True)
class _Written:
    """What one transaction wrote: a record, the facts for its journey, and the journey that began or why none did."""

    customer: str
    new: bool
    recorded: list[RecordedFact]
    journey: JourneyRow | NoEnrolment | None
    handed_on: tuple[HandedOn, ...] = ()


def _written(context: IntakeContext, edit: _Edit, session: Session) -> _Written:
    now = context.now()
    running, before = _held(session, edit.customer)
    customer = _settled(context, edit, before, session)
    vocabulary = Vocabulary.of(context.compiled_maps.load_current(session))
    problems = [problem for problem in check_customer(customer, vocabulary) if _is_changed(problem, before, customer)]
    if problems:
        raise InvalidCustomerError(customer.id, problems)
    customers.write(session, [customer], now)
    changes: list[Fact] = []
    if before is not None and running is not None:
        compiled_map = context.compiled_maps.load(session, running.version)
        changes = changes_of(context, before, customer, compiled_map, edit.by)
    recorded = _record(session, customer.id, changes, now, edit.source)
    journey: JourneyRow | NoEnrolment | None = None
    if running is None and edit.ended is None:
        journey = begin_on_match(context, customer, before, edit.start, session)
    elif before is None and edit.ended is not None:
        earlier_ends.settle(session, customer.id, edit.ended, now)
    is_from_file = before is None and edit.source == FROM_A_FILE
    moves = tuple(successors.load(session).handed_on(customer.team)) if is_from_file else ()
    recorded += _hand_on(context, customer.id, moves, session)
    return _Written(customer.id, before is None, recorded, journey, moves)


def _hand_on(context: IntakeContext, customer: str, moves: Iterable[HandedOn], session: Session) -> list[RecordedFact]:
    """Gives roles of a new customer to whoever took over from the colleague that a file names, as a hand-over does."""
    recorded: list[RecordedFact] = []
    for move in moves:
        now, id_ = context.now(), context.new_id()
        fact = HandedOver(id=id_, at=now, by="milepost", former=move.former, to=move.to, roles=move.roles)
        customers.hand_over(session, customer, fact, now)
        if inbox.recipients(session, [customer])[customer].journey is not None:
            recorded += _record(session, customer, [fact], now, FROM_A_FILE)
    return recorded


def _settled(context: IntakeContext, edit: _Edit, before: Customer | None, session: Session) -> Customer:
    """Returns the record with what stands whatever a record says: hand-overs, refused addresses, people's choices."""
    customer = edit.make(before)
    if before is not None and edit.source == FROM_A_FILE:  # somebody may have handed over since the row was read
        formers = former_colleagues.load(session, [customer.id])
        customer = former_colleagues.without_outdated(before, customer, formers.get(customer.id, {}))
    if before is not None:
        customer = customer.having(id=before.id, contacts=keep_refused(before.contacts, customer.contacts))
    how = ChoiceWay.IMPORT if edit.source == FROM_A_FILE else ChoiceWay.RECORD
    origin = RecordOrigin(how, edit.by, context.new_id)
    return customer.having(contacts=mail_choices.settled(session, customer.contacts, origin, context.now()))


def _held(session: Session, customer: str) -> tuple[JourneyRow | None, Customer | None]:
    """Returns the customer's open journey and record, by whichever id; both stay so until the transaction ends."""
    running = journeys.held_open(session, customer)
    customers.hold(session, customer)
    try:
        before = customers.load(session, customer)
    except UnknownCustomerError:
        return running, None
    return (running, before) if before.id == customer else _held(session, before.id)


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
