"""Imports that people follow on pages, on Temporal's development server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from milepost.channels.recorder import RecordingChannel
from milepost.intake import import_runs, uploads
from milepost.intake.intake import Intake
from milepost.intake.uploads import UploadedFile
from milepost.store import customers, imports, journeys
from milepost.store.import_tables import ImportRow
from milepost.store.imports import ImportStatus
from milepost.wire.book_import import workflow_id
from tests.workflows.real_server import intake_at, real_client
from tests.workflows.rig import LINKS, eventually
from worker import make_worker

COUNT = 200
ROW = "c{0},Customer {0},America/New_York,pilot,csm=ana@vendor.example"
BOOK = UploadedFile("book.csv", "\n".join(["id,name,timezone,tier,team", *map(ROW.format, range(COUNT))]).encode())


@pytest.fixture
async def client(real_server: None) -> AsyncIterator[Client]:
    async with real_client() as connected:
        yield connected


@pytest.fixture
async def intake(sqlite_url: str, client: Client) -> AsyncIterator[Intake]:
    async with intake_at(sqlite_url, client, days_a_second=0.01) as opened:
        yield opened


def worker_of(client: Client, intake: Intake) -> Worker:
    context = intake.context
    return make_worker(client, context.store, RecordingChannel(), LINKS, journey_clock=context.clock)


async def row_of(intake: Intake, number: int) -> ImportRow:
    async with intake.context.store.reading() as session:
        return await imports.get(session, number)


def becomes(intake: Intake, number: int, status: ImportStatus) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return (await row_of(intake, number)).status == status

    return ask


async def looked_at(intake: Intake) -> int:
    number = (await uploads.receive(intake.context, "form", BOOK, None, by="ana@vendor.example")).number
    assert await uploads.look(intake.context, number)
    await eventually(becomes(intake, number, ImportStatus.LOOKED))
    return number


async def is_whole(intake: Intake, number: int) -> None:
    """Every row was saved and counted once."""
    row = await row_of(intake, number)
    assert row.account is not None
    assert (row.done, row.account["counts"]["imported"], row.account["counts"]["enrolled"]) == (COUNT,) * 3
    async with intake.context.store.reading() as session:
        assert len(await customers.ids(session)) == COUNT + 1
        assert len(await journeys.running(session)) == COUNT


async def test_another_worker_goes_on_where_one_was_stopped(
    client: Client, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, reached = imports.begin_batch, asyncio.Event()
    loop = asyncio.get_running_loop()

    def second_batch(*args: object, position: int, **more: object) -> object:
        if position > 1:
            loop.call_soon_threadsafe(reached.set)
            raise ConnectionError("the machine is gone")
        return real(*args, position=position, **more)  # type: ignore[arg-type]

    async with worker_of(client, intake):
        number = await looked_at(intake)
        with monkeypatch.context() as patch:
            patch.setattr(imports, "begin_batch", second_batch)
            await uploads.go(intake.context, number, intake.now())
            await asyncio.wait_for(reached.wait(), 30)
    assert (await row_of(intake, number)).done == import_runs.BATCH

    async with worker_of(client, intake):
        await client.get_workflow_handle(workflow_id(number)).result()

    assert (await row_of(intake, number)).status == ImportStatus.DONE
    await is_whole(intake, number)


async def test_an_import_that_temporal_has_lost_is_started_by_the_sweeper(client: Client, intake: Intake) -> None:
    number = (await uploads.receive(intake.context, "form", BOOK, None, by=None)).number
    await uploads.look(intake.context, number)
    await client.get_workflow_handle(workflow_id(number)).terminate("as if it were lost")
    async with worker_of(client, intake):
        await intake.sweeper.recover()
        await eventually(becomes(intake, number, ImportStatus.LOOKED))
        await uploads.go(intake.context, number, intake.now())
        await eventually(becomes(intake, number, ImportStatus.DONE), within=60)

    await is_whole(intake, number)


async def test_temporal_holds_nothing_of_an_import_but_numbers(client: Client, intake: Intake) -> None:
    async with worker_of(client, intake):
        number = await looked_at(intake)
        handle = client.get_workflow_handle(workflow_id(number))
        await handle.result()

    history = (await handle.fetch_history()).to_json()
    assert '"signal' not in history
    for word in ("Customer", "vendor.example", "book.csv", "c17"):
        assert word not in history
