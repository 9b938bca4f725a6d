"""Imports a whole book of customers, and begins journeys for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from milepost.customer import Customer, merged_contact
from milepost.imports.csv_book import COLUMNS
from milepost.intake.context import find_customer
from milepost.intake.customers import SavedCustomer
from milepost.intake.enrolment import Enrolment, NoEnrolment
from milepost.intake.errors import EntryRefusedError
from milepost.intake.intake import Intake
from milepost.store import customers

AT_ONCE = 32
"""Customers that are saved at once: their commits are shared, and none waits for the others' answers from Temporal."""


@dataclass(frozen=True, slots=True)
class ImportedCustomer:
    """The result of importing a customer; `changes` lists what changed in a record that existed."""

    became: Literal["imported", "changed", "unchanged"]
    customer: Customer
    saved: SavedCustomer | None = None
    changes: tuple[str, ...] = ()

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
        return {"customer": self.customer.id, "became": self.became, "changes": list(self.changes), **journey}


async def import_customers(
    intake: Intake, records: Sequence[Customer], columns: Collection[str], *, by: str | None = None
) -> AsyncIterator[ImportedCustomer]:
    """Saves the customers of a book with these `columns`, many at once, and yields each result in the book's order."""
    for start in range(0, len(records), AT_ONCE):
        together = records[start : start + AT_ONCE]
        saves = (import_customer(intake, each, columns, by=by) for each in together)
        for result in await asyncio.gather(*saves, return_exceptions=True):  # none is left running behind an error
            if isinstance(result, BaseException):
                raise result
            yield result


async def import_customer(
    intake: Intake, record: Customer, columns: Collection[str], *, by: str | None = None
) -> ImportedCustomer:
    """Saves one customer of a book with these `columns`, in one transaction.

    Whatever the book has no column for stays as it is; a record that wouldn't change is left alone.
    """
    async with intake.context.store.reading() as session:
        before = await find_customer(session, record.id)
    customer = record if before is None else _merged(before, record, columns)
    if customer == before:
        return ImportedCustomer("unchanged", customer)
    saved = await intake.upsert_customer(customer, by=by, source="import")
    if before is None:
        return ImportedCustomer("imported", customer, saved)
    return ImportedCustomer("changed", customer, saved, tuple(_changes(before, customer)))


def _merged(before: Customer, record: Customer, columns: Collection[str]) -> Customer:
    """Returns the record with the columns of the book; an empty cell of an attribute removes the attribute."""
    fields = {name: getattr(record, name) for name in COLUMNS if name in columns and name != "id"}
    if "contacts" in fields:
        fields["contacts"] = tuple(merged_contact(before.contacts, contact) for contact in record.contacts)
    other = {name: value for name, value in before.attributes.items() if name not in columns}
    return replace(before, **fields, attributes={**other, **record.attributes})


def _changes(before: Customer, after: Customer) -> Iterator[str]:
    """Yields the columns that changed; for attributes, with the old and the new value."""
    yield from (name for name in COLUMNS if getattr(before, name) != getattr(after, name))
    old, new = before.attributes, after.attributes
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {_shown(old.get(name))} -> {_shown(new.get(name))}"


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)


async def enrol_all(intake: Intake) -> AsyncIterator[Enrolment | NoEnrolment]:
    """Begins a journey for every customer without an open one that a map fits, and yields each result."""
    async with intake.context.store.reading() as session:
        free = [each.id for each in await customers.without_open_journey(session)]
    for customer in free:
        try:
            yield await intake.enrol(customer)
        except EntryRefusedError as refused:
            yield NoEnrolment(customer, str(refused.why))
