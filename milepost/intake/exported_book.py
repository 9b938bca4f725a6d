"""Exports the book of customers as it is stored, in the form that an import reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import islice
from typing import IO

from milepost.customer import Customer
from milepost.imports.book_writer import BookWriter
from milepost.intake.intake import Intake
from milepost.store import customers

_AT_ONCE = 500


async def export_book(intake: Intake, file: IO[str]) -> int:
    """Writes all customers to a file (opened with `newline=""`), ordered by id; returns how many there are.

    They are read a few hundred at a time, twice: once to see which attributes there are.
    """
    attributes: set[str] = set()
    async for customer in _customers(intake):
        attributes.update(customer.attributes)
    book = BookWriter(file, sorted(attributes))
    count = 0
    async for customer in _customers(intake):
        book.write(customer)
        count += 1
    return count


async def _customers(intake: Intake) -> AsyncIterator[Customer]:
    async with intake.context.store.reading() as session:
        remaining = iter(await customers.ids(session))
    while together := list(islice(remaining, _AT_ONCE)):
        async with intake.context.store.reading() as session:
            records = await customers.all_customers(session, only=together)
        for record in records:
            yield record
