"""Imports a whole book of customers, and begins journeys for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Literal

from sqlalchemy.orm import Session

from milepost.customer import BUILT_IN_ATTRIBUTES, Contact, Customer, address_key, merged_contact
from milepost.imports.layout import COLUMNS, WHOLE
from milepost.imports.row_reader import BookRow, RowProblem
from milepost.intake.begin_again import Verdict, again_json, begin_again
from milepost.intake.customers import SavedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.errors import EntryRefusedError, InvalidCustomerError
from milepost.intake.intake import Intake
from milepost.intake.kept_roles import KeptRole
from milepost.intake.likely_doubles import LikelyDouble, likely_doubles
from milepost.planner.entry_point import PLAIN, JourneyStart
from milepost.planner.fact_errors import RefusedError
from milepost.store import aliases, customers, earlier_ends, former_colleagues, successors
from milepost.store.former_colleagues import Formers
from milepost.store.successors import Successors
from milepost.text import yes_or_no

_ENDED = "enters.ended"
ENTRY = "enters"
"""The column that a problem of an entry is about."""
AT_ONCE = 32
"""Customers that are saved at once: their commits are shared, and none waits for the others' answers from Temporal."""


@dataclass(frozen=True, slots=True)
class ImportedCustomer:
    """The result of importing a customer; `changes` lists what changed in a record that existed.

    `problem` says why the row was refused: its map doesn't have the place where the customer should enter. `doubles`
    are customers who were there before and may be the same. `kept` are roles that stay although the row names a former
    colleague. `again` is what became of an open journey that had begun elsewhere, if that was asked for.
    """

    became: Literal["imported", "changed", "unchanged", "refused"]
    customer: Customer
    saved: SavedCustomer | None = None
    changes: tuple[str, ...] = ()
    problem: RowProblem | None = None
    doubles: tuple[LikelyDouble, ...] = ()
    kept: tuple[KeptRole, ...] = ()
    again: Verdict = None

    @property
    def enrolment(self) -> Enrolment | NoEnrolment | None:
        """The customer's enrolment; None if there was none to decide on."""
        return self.saved.enrolment if self.saved else None

    def to_json(self) -> dict[str, Any]:
        match self.enrolment:
            case Enrolment() as begun:
                journey = {"journey": begun.journey, "map": begun.map, "started": begun.started, "why_not": None}
            case other:
                why = None if other is None else other.why
                journey = {"journey": None, "map": None, "started": False, "why_not": why}
        besides: dict[str, Any] = {"may_be": [each.other for each in self.doubles]} if self.doubles else {}
        besides |= {"kept": list(map(str, self.kept))} if self.kept else {}
        return {
            "customer": self.customer.id,
            "became": self.became,
            "changes": list(self.changes),
            **journey,
            **besides,
            **again_json(self.again),
        }


async def import_customers(
    intake: Intake, rows: Iterable[BookRow], places: Collection[str], *, by: str | None = None, again: str | None = None
) -> AsyncIterator[ImportedCustomer]:
    """Saves the customers of a book, many at once, and yields each result in the book's order.

    `places` are what of a customer the book decides (`milepost.imports.layout.Layout.places`). `again` is why open
    journeys begin again that began elsewhere than the book says, and in which nothing has happened; None: they don't.
    """
    remaining = iter(rows)
    while together := list(islice(remaining, AT_ONCE)):
        known = await known_customers(intake, together)
        saves = (_import_row(intake, each, places, known, by=by, again=again) for each in together)
        for result in await asyncio.gather(*saves, return_exceptions=True):  # none is left running behind an error
            if isinstance(result, BaseException):
                raise result
            yield result


async def import_row(
    intake: Intake, row: BookRow, places: Collection[str], *, by: str | None = None
) -> ImportedCustomer:
    """Saves one customer of a book, in one transaction.

    Whatever the book doesn't decide stays as it is; a record that wouldn't change is left alone. Where the customer
    enters counts only if a journey begins.
    """
    return await _import_row(intake, row, places, await known_customers(intake, [row]), by=by)


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """The records of customers whom rows are about, and who handed their roles over; an earlier id is one, too.

    `ended` are those who had no journey here, with the reason for which theirs had ended before, or None. `doubles` are
    the rows of new customers who may be there already, by id; `successors` take the new
    customers of colleagues who handed over.
    """

    records: Mapping[str, Customer]
    formers: Mapping[str, Formers]
    ended: Mapping[str, str | None]
    doubles: Mapping[str, tuple[LikelyDouble, ...]]
    successors: Successors

    def of(self, row: BookRow) -> tuple[Customer | None, Formers]:
        """Returns the record of a row's customer, None if there is none, and who handed the customer's roles over."""
        before = self.records.get(row.customer.id)
        return before, {} if before is None else self.formers.get(before.id, {})


async def known_customers(intake: Intake, rows: Collection[BookRow]) -> KnownCustomers:
    """Looks the customers of some rows up, all at once: a question for each of them takes longer than its answer."""
    async with intake.context.store.reading() as session:
        return await session.run_sync(_load_known, [row.customer for row in rows])


def _load_known(session: Session, incoming: Collection[Customer]) -> KnownCustomers:
    ids = [each.id for each in incoming]
    records = {each.id: each for each in customers.load_all(session, ids)}
    if earlier := aliases.present_ids(session, [each for each in ids if each not in records]):
        present = {each.id: each for each in customers.load_all(session, earlier.values())}
        records |= {alias: present[customer] for alias, customer in earlier.items()}
    present_ids = {each.id for each in records.values()}
    formers, ended = former_colleagues.load(session, present_ids), earlier_ends.of_new(session, present_ids)
    doubles = likely_doubles(session, [each for each in incoming if each.id not in records])
    return KnownCustomers(records, formers, ended, doubles, successors.load(session))


async def _import_row(
    intake: Intake,
    row: BookRow,
    places: Collection[str],
    known: KnownCustomers,
    *,
    by: str | None,
    again: str | None = None,
) -> ImportedCustomer:
    result = await _save_row(intake, row, places, known, by=by)
    if again is None or row.ended is not None or result.became not in ("changed", "unchanged"):
        return result
    try:
        return replace(result, again=await begin_again(intake.context, result.customer.id, row.entry, by=by, why=again))
    except RefusedError as refused:
        return replace(result, became="refused", problem=_entry_problem(row, result.customer, refused))


async def _save_row(
    intake: Intake, row: BookRow, places: Collection[str], known: KnownCustomers, *, by: str | None
) -> ImportedCustomer:
    before, formers = known.of(row)
    if before is not None:
        await _settle_end(intake, before.id, row, places, known)
    customer, kept = (row.customer, ()) if before is None else taken(before, row, places, formers)
    if before is not None and formers:
        await _forget_formers(intake, before, row, formers)
    if customer == before:
        return ImportedCustomer("unchanged", customer, kept=kept)
    start = JourneyStart(row.entry, by=by) if row.entry else PLAIN
    try:
        saved = await intake.upsert_customer(customer, by=by, source="import", start=start, ended=row.ended)
    except RefusedError as refused:  # for where it enters, or as a map was published since the row was read
        return ImportedCustomer("refused", customer, problem=_entry_problem(row, customer, refused))
    if before is None:
        return ImportedCustomer("imported", customer, saved, doubles=known.doubles.get(customer.id, ()))
    return ImportedCustomer("changed", customer, saved, tuple(changes_between(before, customer)), kept=kept)


def _entry_problem(row: BookRow, customer: Customer, refused: RefusedError) -> RowProblem:
    column = ENTRY if row.entry and not isinstance(refused, InvalidCustomerError) else None
    return RowProblem(row.number, column, f"Customer {customer.id!r}: {refused}")


def taken(
    before: Customer, row: BookRow, places: Collection[str], formers: Formers
) -> tuple[Customer, tuple[KeptRole, ...]]:
    """Returns a customer's record with what a row decides, and what stays as it is although the row says otherwise.

    A hand-over stands: a row that gives a role back to somebody who handed it over is older than that.
    """
    customer = merged(before, row, places)
    outdated = former_colleagues.outdated_roles(before, customer, formers)
    kept = (KeptRole(role, before.team[role], customer.team[role]) for role in outdated)
    return former_colleagues.without_outdated(before, customer, formers), tuple(kept)


async def _settle_end(
    intake: Intake, customer: str, row: BookRow, places: Collection[str], known: KnownCustomers
) -> None:
    """Keeps what the book says of whether a customer's journey is over, for one who had none here yet."""
    if _ENDED not in places or known.ended.get(customer, row.ended) == row.ended:
        return
    now = intake.context.now()
    await intake.context.store.write(partial(earlier_ends.settle, customer=customer, reason=row.ended, now=now))


async def _forget_formers(intake: Intake, before: Customer, row: BookRow, formers: Formers) -> None:
    """Lets the file decide again about the roles for which it names whoever has them now: it has caught up."""
    team = row.customer.team
    roles = [
        role for role in formers if role in team and address_key(team[role]) == address_key(before.team.get(role, ""))
    ]
    if roles:
        await intake.context.store.write(partial(former_colleagues.forget, customer=before.id, roles=roles))


def merged(before: Customer, row: BookRow, places: Collection[str]) -> Customer:
    """Returns a customer's record with what a row of a book decides.

    An empty cell of an attribute removes the attribute, that of a role its person; that of a name or a time zone leaves
    it. A column of a team decides the roles that it names, one of contacts all contacts, and one of a persona's contact
    who has the persona. Of a team that the book has in full, roles that it doesn't name are removed.
    """
    record, said = row.customer, set(places) - row.unsaid
    fields = {name: getattr(record, name) for name in BUILT_IN_ATTRIBUTES if name in said}
    return replace(
        before,
        **fields,
        attributes=_decided("attributes", before.attributes, record.attributes, places),
        team=record.team if WHOLE["team"] in places else _decided("team", before.team, record.team, places),
        contacts=tuple(_contacts(before, record, said)),
    )


def _decided(
    kind: str, before: Mapping[str, Any], record: Mapping[str, Any], places: Collection[str]
) -> dict[str, Any]:
    """The values that the book decides, then those there were, then defaults of the mapping."""
    values = {name: value for name, value in record.items() if f"{kind}.{name}" in places or kind in places}
    kept = {name: value for name, value in before.items() if f"{kind}.{name}" not in places}
    return {**record, **kept, **values}


def _contacts(before: Customer, record: Customer, places: AbstractSet[str]) -> Iterator[Contact]:
    if not places.isdisjoint(("contacts", WHOLE["contacts"])):
        yield from (merged_contact(before.contacts, contact) for contact in record.contacts)
        return
    decided = {place.partition(".")[2] for place in places if place.startswith("contacts.")}
    listed = {contact.address_key: contact for contact in record.contacts}
    for contact in before.contacts:
        others = tuple(persona for persona in contact.personas if persona not in decided)
        if (again := listed.pop(contact.address_key, None)) is not None:
            yield merged_contact(before.contacts, again).having_personas(others)
        elif others or not contact.personas or not decided:
            yield replace(contact, personas=others) if decided else contact
    yield from listed.values()


def changes_between(before: Customer, after: Customer) -> Iterator[str]:
    """Yields the columns that changed; for attributes, with the old and the new value."""
    yield from (name for name in COLUMNS if getattr(before, name) != getattr(after, name))
    old, new = before.attributes, after.attributes
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {_shown(old.get(name))} -> {_shown(new.get(name))}"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    return yes_or_no(value) if isinstance(value, bool) else str(value)


async def enrol_all(intake: Intake) -> AsyncIterator[Enrolment | NoEnrolment]:
    """Begins a journey for every customer without an open one that a map fits, and yields each result.

    None begins for those whose journey had ended before they were imported.
    """
    async with intake.context.store.reading() as session:
        free = [each.id for each in await customers.without_open_journey(session)]
        ended = await session.run_sync(earlier_ends.everybody)
    for customer, reason in ended.items():
        yield NoEnrolment(customer, f"its journey had ended before it was imported ({reason})", reason)
    for customer in free:
        try:
            yield await intake.enrol(customer)
        except EntryRefusedError as refused:
            yield NoEnrolment(customer, str(refused.why))
