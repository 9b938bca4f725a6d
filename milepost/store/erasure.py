"""Forgetting a customer: deletes everything that the store holds about the company and its people."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from milepost.store import files
from milepost.store.database import Store
from milepost.store.errors import UnknownCustomerError
from milepost.store.file_tables import FileRow
from milepost.store.personal_data import of_customer
from milepost.store.table_types import table_of
from milepost.store.tables import METADATA, CustomerRow


async def forget(store: Store, customer: str) -> dict[str, int]:
    """Deletes a customer with contacts, journeys, tasks, messages, answers and facts; returns the rows of each table.

    The workflow and its history are in Temporal: the caller deletes them first, so that nothing is written again.
    On SQLite the freed pages are overwritten and the write-ahead log is emptied; backups are the operator's.

    Raises:
        UnknownCustomerError: no customer has this id.
    """
    async with store.transaction() as session:
        if store.is_sqlite:
            await (await session.connection()).exec_driver_sql("PRAGMA secure_delete=ON")
        counts = await count(session, customer)
        if not counts["customers"]:
            raise UnknownCustomerError(customer)
        await session.run_sync(files.leave_those, _files_of(customer))
        await session.execute(delete(CustomerRow).where(CustomerRow.id == customer))
    if store.is_sqlite:
        await empty_log(store)
    return counts


def _files_of(customer: str) -> ColumnElement[bool]:
    condition = of_customer(table_of(FileRow), customer)
    assert condition is not None
    return condition


async def count(session: AsyncSession, customer: str) -> dict[str, int]:
    """Returns how many rows of each table `forget` deletes; none of customers where no customer has this id."""
    counts = {}
    for table in METADATA.sorted_tables:
        condition = of_customer(table, customer)
        if condition is not None:
            counts[table.name] = await session.scalar(select(func.count()).select_from(table).where(condition)) or 0
    return counts


async def empty_log(store: Store) -> None:
    """Writes SQLite's write-ahead log into its database and empties it, so that it holds nothing older."""
    async with store.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
