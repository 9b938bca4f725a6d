"""Forgetting a customer, in the database and in Temporal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from milepost.actor import actor
from milepost.audit_kinds import Kind
from milepost.intake.context import IntakeContext, customer_of
from milepost.intake.files import remove_leftovers
from milepost.intake.import_erasure import forget_in_imports, rows_with
from milepost.store import aliases, audit, customers, erasure
from milepost.store.audit import Entry
from milepost.store.errors import UnknownCustomerError


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is removed: rows by table, and runs of the workflows with their histories; None if Temporal is away.

    `ids` are the customer's: the present one, then those that it had before.
    """

    rows: Mapping[str, int]
    runs: int | None
    ids: tuple[str, ...]


async def forget(context: IntakeContext, customer: str) -> Erasure:
    """Deletes everything about a customer, first in the database, so that no workflow has anything to go on with.

    It may be repeated, for what Temporal holds if it was away.

    Raises:
        UnknownCustomerError: neither the database nor Temporal has heard of the customer.
    """
    async with context.store.reading() as session:
        present = await session.run_sync(aliases.present_id, customer)
        ids = (present, *await aliases.of_customer(session, present))
    try:
        rows = await erasure.forget(context.store, present)
        rows["import_files"] = sum([await _forget_uploads(context, each) for each in ids])
    except UnknownCustomerError:
        rows = {}
    if rows:
        said = Entry(int(context.wall()), actor(), Kind.CUSTOMER_FORGOTTEN, details={"rows": sum(rows.values())})
        await context.store.write(partial(audit.record, entry=said))
    await remove_leftovers(context)
    runs = [await context.journey_client.forget(each) for each in ids]  # journeys run under the ids that they began as
    if not rows and not any(runs):
        async with context.store.reading() as session:
            raise UnknownCustomerError(customer, await customers.ids(session))
    return Erasure(rows, None if None in runs else sum(filter(None, runs)), ids)


async def preview(context: IntakeContext, customer: str) -> Erasure:
    """Returns what `forget` would delete from the database; nothing is deleted, and Temporal isn't asked.

    Raises:
        UnknownCustomerError: there is no such customer.
    """
    async with context.store.reading() as session:
        present = (await customer_of(session, customer)).id
        ids = (present, *await aliases.of_customer(session, present))
        rows = await erasure.count(session, present)
    uploads = [{(row.number, row.kind) for row in await rows_with(context, _is_cell(each))} for each in ids]
    return Erasure({**rows, "import_files": sum(map(len, uploads))}, None, ids)


def _is_cell(customer: str) -> Callable[[str], bool]:
    return lambda cell: cell.strip() == customer


async def _forget_uploads(context: IntakeContext, customer: str) -> int:
    """Removes uploaded files in which a cell is the customer's id; returns how many imports had some."""
    numbers = await forget_in_imports(context, _is_cell(customer), json.dumps(customer))
    if numbers and context.store.is_sqlite:
        await erasure.empty_log(context.store)
    return len(numbers)
