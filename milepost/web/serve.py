"""Runs the web application: opens, serves and closes it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import structlog
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.service import RPCError

from milepost import limits
from milepost.devserver.data_folder import address_of
from milepost.devserver.ports import check_port
from milepost.files.kept_files import kept_files
from milepost.intake.context import brand_of
from milepost.intake.intake import Intake
from milepost.settings import Settings
from milepost.store.database import check, open_store
from milepost.store.followed_clock import follow, followed
from milepost.temporal.connection import TemporalAddress, connect
from milepost.temporal.task_queues import SEEN_WITHIN, pollers
from milepost.translations.languages import languages_in
from milepost.web.app import create_app
from milepost.web.services import Services
from milepost.web.slow_clients import DeadlineProtocol
from milepost.wire.journey import TASK_QUEUE

log = structlog.get_logger()
STOP_WITHIN = 5  # seconds
_PATIENCE = timedelta(seconds=2)


async def serve(
    settings: Settings, place: TemporalAddress | None = None, *, on_ready: Callable[[str], None] = lambda _: None
) -> None:
    """Serves until SIGINT or SIGTERM; requests in progress are finished first.

    `on_ready` gets the address once the application answers. Temporal may be away: facts are kept for later.

    Raises:
        PortTakenError: somebody else listens there.
        StoreUnreachableError: the database doesn't answer.
        TemporalSettingsError: the settings of Temporal can't be read.
    """
    port = check_port(settings.port, "the web application", "--port", host=settings.host)
    at_port = settings.model_copy(update={"port": port})
    async with opened(at_port, place) as app:
        spare_collections()
        await Server(app, at_port, lambda: on_ready(at_port.links_begin_with)).serve()


def spare_collections() -> None:
    """Keeps all that a process has for good out of later collections of garbage, in which no request is answered."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def opened(settings: Settings, place: TemporalAddress | None = None) -> AsyncIterator[FastAPI]:
    """Opens the application on the settings' database and Temporal, which may be away.

    Raises:
        StoreUnreachableError: the database doesn't answer.
        TemporalSettingsError: the settings of Temporal can't be read.
        NoSuchFolderError: the folder of translations isn't there.
        CatalogueError: translations of the folder can't be used.
        LogoError: the company's logo can't be used.
    """
    languages_in(settings.languages)  # refuses now what can't be used
    async with open_store(settings.database, durable=settings.durable) as store:
        await check(store)
        client = await _client(settings, place)
        runs = await followed(store)
        intake = Intake(
            store,
            client,
            runs,
            languages_folder=settings.languages,
            grace=settings.grace,
            files=kept_files(settings),
            brand=brand_of(settings),
        )
        await intake.context.compiled_maps.warm_up()
        log.info("web application is open", address=settings.links_begin_with, speed=runs.current.speed)
        app = create_app(settings, store, intake, temporal=lambda: _answers(client), workers=lambda: _workers(client))
        services: Services = app.state.services
        await services.rehearsals.note_lost()
        following = asyncio.create_task(follow(runs))
        try:
            yield app
        finally:
            following.cancel()
            await services.rehearsals.close()
            await services.candidates.close()


async def _client(settings: Settings, place: TemporalAddress | None) -> Client:
    return await connect(
        place or address_of(settings),
        identity=f"web-{os.getpid()}@{socket.gethostname()}",
        lazy=True,
    )


async def _answers(client: Client) -> bool:
    try:
        return await client.service_client.check_health(timeout=_PATIENCE)
    except (RPCError, RuntimeError):
        return False


async def _workers(client: Client) -> list[str]:
    """Returns the names of the workers that asked for work just now.

    Raises:
        RPCError: Temporal doesn't answer.
    """
    since = time.time() - SEEN_WITHIN.total_seconds()
    return sorted(each.identity for each in await pollers(client, TASK_QUEUE) if each.last_access_time.seconds > since)


class Server(uvicorn.Server):
    """Serves an application on the host and port of the settings; calls `on_ready` once it answers."""

    def __init__(self, app: FastAPI, settings: Settings, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=STOP_WITHIN,
            lifespan="off",
            http=DeadlineProtocol,
            h11_max_incomplete_event_size=limits.HEADERS,
            limit_concurrency=limits.CONNECTIONS,
        )
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops on signals. Uvicorn itself would signal the process again at the end, which cuts the closing short."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
