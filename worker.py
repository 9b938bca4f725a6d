"""The worker: runs workflows and activities against a Temporal server. This is where everything is put together.

`python worker.py` starts one, `python worker.py --health` tells whether one on this machine is at work. The database
must have the tables of this version; `milepost worker` and `milepost up` see to that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker, WorkflowRunner

from activities.book_import import ImportActivities
from activities.deliveries import DeliveryActivities
from activities.failures import NamelessFailures
from activities.hand_over import HandOverActivities
from activities.journey import NO_GRACE, JourneyActivities
from activities.rollout import RolloutActivities
from milepost.brand.brand import UNBRANDED, Brand
from milepost.channels.links import LinkSigner
from milepost.channels.protocol import Channel
from milepost.channels.registry import channel_for
from milepost.devserver.data_folder import address_of
from milepost.event_loop import run
from milepost.files.kept_files import kept_files
from milepost.intake.context import brand_of, retention_of
from milepost.intake.desk_messenger import DeskMessenger
from milepost.intake.intake import Intake
from milepost.intake.mailbox_reader import MailboxReader, imap_server
from milepost.intake.sync.runner import SyncRunner
from milepost.planner.clock import REAL_TIME, JourneyClock
from milepost.settings import Settings, load
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store, check, open_store
from milepost.store.failures import cause_of
from milepost.store.followed_clock import FollowedClock, follow, followed
from milepost.temporal.connection import TemporalAddress, connect
from milepost.temporal.exporter import serve
from milepost.temporal.logs import write_logs
from milepost.temporal.process_exit import run_and_leave
from milepost.temporal.search_attributes import register_search_attributes
from milepost.temporal.task_queues import SEEN_WITHIN, pollers
from milepost.translations.languages import languages_in
from milepost.wire.journey import TASK_QUEUE
from workflows.book_import import BookImport
from workflows.customer_journey import CustomerJourney
from workflows.hand_over import HandOver
from workflows.rollout import Rollout

log = structlog.get_logger()
STOP_WITHIN = timedelta(seconds=5)
CACHED_WORKFLOWS = 1000  # the SDK's own figure; those that are not cached are replayed when they have something to do
NO_SANDBOX = UnsandboxedWorkflowRunner()  # docs/decisions/0030-no-sandbox-in-production.md


def make_worker(
    client: Client,
    store: Store,
    channel: Channel,
    links: LinkSigner,
    *,
    compiled_maps: CompiledMaps | None = None,
    journey_clock: JourneyClock | FollowedClock = REAL_TIME,
    languages_folder: Path | None = None,
    grace: timedelta = NO_GRACE,
    reply_address: str | None = None,
    brand: Brand = UNBRANDED,
    task_queue: str = TASK_QUEUE,
    interceptors: Sequence[Interceptor] = (),
    cached_workflows: int = CACHED_WORKFLOWS,
    workflow_runner: WorkflowRunner = NO_SANDBOX,
) -> Worker:
    """A worker with all workflows and activities; `async with` runs it."""
    maps = compiled_maps or CompiledMaps(store)
    journey = JourneyActivities(store, maps, grace)
    intake = Intake(
        store, client, journey_clock, compiled_maps=maps, task_queue=task_queue, languages_folder=languages_folder
    )
    rollout, book_import = RolloutActivities(intake.context), ImportActivities(intake)
    hand_overs = HandOverActivities(intake.context)
    languages = languages_in(languages_folder)
    deliveries = DeliveryActivities(store, maps, channel, links, languages, reply_address=reply_address, brand=brand)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[CustomerJourney, Rollout, BookImport, HandOver],
        activities=[journey.advance, deliveries.deliver, rollout.take_batch, book_import.go_on, hand_overs.hand_over],
        workflow_runner=workflow_runner,
        interceptors=[NamelessFailures(), *interceptors],
        max_cached_workflows=cached_workflows,
        graceful_shutdown_timeout=STOP_WITHIN,
    )


async def run_worker(
    settings: Settings, address: TemporalAddress | None = None, *, on_ready: Callable[[], None] = lambda: None
) -> None:
    """Work until SIGINT or SIGTERM asks to stop, or until cancelled; running tasks are finished first.

    Raises:
        StoreUnreachableError: the database doesn't answer.
        TemporalUnreachableError: Temporal doesn't answer.
        SearchAttributesMissingError: the namespace lacks them, and we may not add them.
        ChannelMisconfiguredError: the settings of the channel are incomplete.
        NoSuchFolderError: the folder of translations isn't there.
        CatalogueError: translations of the folder can't be used.
    """
    channel = channel_for(settings)
    languages_in(settings.languages)  # refuses now what can't be used
    links = LinkSigner(settings.signing_key(), settings.links_begin_with)
    async with open_store(settings.database, durable=settings.durable) as store:
        await check(store)
        client = await _connect(settings, address)
        await register_search_attributes(client)
        runs = await followed(store)
        compiled_maps = CompiledMaps(store)
        await compiled_maps.warm_up()
        retention = retention_of(settings)
        intake = Intake(
            store,
            client,
            runs,
            compiled_maps=compiled_maps,
            retention=retention,
            files=kept_files(settings),
            brand=brand_of(settings),
        )
        async with make_worker(
            client,
            store,
            channel,
            links,
            compiled_maps=compiled_maps,
            languages_folder=settings.languages,
            journey_clock=runs,
            grace=settings.grace,
            reply_address=settings.reply_address,
            brand=brand_of(settings),
        ):
            on_ready()
            log.info("worker is at work", namespace=client.namespace, channel=channel.name, speed=runs.current.speed)
            await _work_until_stopped(follow(runs), *_beside_temporal(intake, channel, settings))
        log.info("worker has stopped")


def _beside_temporal(intake: Intake, channel: Channel, settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """Returns what a worker does that Temporal doesn't order."""
    return [
        intake.sweeper.run(),
        SyncRunner(intake, settings).run(),
        MailboxReader(intake.context, imap_server(settings), settings.imap_every).run(),
        DeskMessenger(intake.context, channel, settings).run(),
    ]


async def is_at_work(settings: Settings, address: TemporalAddress | None = None) -> bool:
    """Whether a worker on this machine has asked Temporal for work within the last 90 seconds."""
    client = await _connect(settings, address)
    since = datetime.now(UTC) - SEEN_WITHIN
    return any(
        poller.identity.endswith(_machine()) and poller.last_access_time.ToDatetime(UTC) > since
        for poller in await pollers(client, TASK_QUEUE)
    )


async def _connect(settings: Settings, address: TemporalAddress | None) -> Client:
    return await connect(
        address or address_of(settings),
        identity=f"worker-{os.getpid()}{_machine()}",
    )


def _machine() -> str:
    return f"@{socket.gethostname()}"


async def _work_until_stopped(*work: Coroutine[Any, Any, None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await stop.wait()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def main() -> int:
    """Run a worker or, with `--health`, look for one; returns the exit code."""
    if sys.argv[1:] not in ([], ["--health"]):
        sys.stderr.write("Usage: python worker.py [--health]; See also `milepost worker --help`.\n")
        return 2
    try:
        settings = load()
        if sys.argv[1:]:
            write_logs(settings)
            return 0 if asyncio.run(is_at_work(settings)) else 1
        write_logs(settings, serve(settings.worker_metrics) if settings.worker_metrics else None)
        run(run_worker(settings))
    except Exception as error:  # noqa: BLE001 - the last place where it can be reported
        words = cause_of(error) if isinstance(error, DBAPIError) else str(error)
        sys.stderr.write(f"Error: {words or type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    run_and_leave(lambda: sys.exit(main()))
