"""Exports the book of customers as it is stored, in the form that an import reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from itertools import islice
from typing import IO

from milepost.customer import Customer
from milepost.imports.book_writer import BookWriter, entry_cells
from milepost.intake.context import IntakeContext
from milepost.intake.intake import Intake
from milepost.planner.present_entry import LastTimes, present_entry
from milepost.planner.state import State
from milepost.store import customers, earlier_ends, journeys, timeline
from milepost.store.tables import JourneyRow

_AT_ONCE = 500
_NO_TIMES = LastTimes()


async def export_book(intake: Intake, file: IO[str], *, with_journeys: bool = True) -> int:
    """Writes all customers to a file (opened with `newline=""`), ordered by id; returns how many there are.

    With their journeys it has columns that say where each of them stands, so that an import elsewhere goes on from
    there. Customers are read a few hundred at a time, twice: once to see which columns there are.
    """
    attributes: set[str] = set()
    columns: set[str] = set()
    async for customer, cells in _customers(intake.context, with_journeys=with_journeys, with_times=False):
        attributes.update(customer.attributes)
        columns.update(cells)
    columns |= {column.replace(".verdict", ".at") for column in columns}  # only the second time dates are looked up
    book = BookWriter(file, sorted(attributes), sorted(columns))
    count = 0
    async for customer, cells in _customers(intake.context, with_journeys=with_journeys, with_times=True):
        book.write(customer, cells)
        count += 1
    return count


async def _customers(
    context: IntakeContext, *, with_journeys: bool, with_times: bool
) -> AsyncIterator[tuple[Customer, Mapping[str, str]]]:
    async with context.store.reading() as session:
        remaining = iter(await customers.ids(session))
    while together := list(islice(remaining, _AT_ONCE)):
        async with context.store.reading() as session:
            records = await customers.all_customers(session, only=together)
            latest = await journeys.last_journeys(session, together) if with_journeys else {}
            open_ones = [row.id for row in latest.values() if row.ended_at is None]
            times = await timeline.last_times(session, open_ones) if with_times else {}
            ended = await session.run_sync(earlier_ends.of_new, together) if with_journeys else {}
        for record in records:
            row = latest.get(record.id)
            if row is None:
                yield record, entry_cells(None, ended.get(record.id))
            else:
                yield record, await _cells(context, row, times.get(row.id, _NO_TIMES))


async def _cells(context: IntakeContext, row: JourneyRow, times: LastTimes) -> Mapping[str, str]:
    if row.ended_at is not None:
        return entry_cells(None, row.reason or "ended")
    compiled_map = await context.compiled_maps.of(row.version)
    return entry_cells(present_entry(compiled_map, State.from_json(dict(row.state)), context.now(), times))
