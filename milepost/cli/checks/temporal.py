"""Checks of Temporal, of the workers that ask it for work, and of its clock."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.service import RPCError

from milepost.devserver.data_folder import address_of
from milepost.errors import MilepostError
from milepost.intake.check import Check, failed, ok, warning
from milepost.settings import Settings
from milepost.temporal.connection import connect
from milepost.temporal.task_queues import SEEN_WITHIN, clock_offset, pollers
from milepost.text import listing
from milepost.wire.journey import TASK_QUEUE

_TOLERANCE = 2.0  # seconds; reminders are due to the minute
_TOO_FAR = 60.0  # seconds


async def check_temporal(settings: Settings) -> list[Check]:
    """Checks that Temporal answers, that a worker asks it for work, and that its clock and ours agree."""
    try:
        client = await connect(address_of(settings), identity=f"doctor-{os.getpid()}@{socket.gethostname()}")
        offset = await clock_offset(client)
        return [
            ok("Temporal", f"{client.service_client.config.target_host} answers, namespace {client.namespace!r}."),
            await _check_workers(client, offset or 0.0),
            _check_clock(offset),
        ]
    except MilepostError as error:
        return [failed("Temporal", error.message, error.hint)]
    except RPCError as error:
        return [failed("Temporal", f"It refuses: {error.message}.", "Check the namespace and the permissions.")]


async def _check_workers(client: Client, offset: float) -> Check:
    since = datetime.now(UTC).timestamp() + offset - SEEN_WITHIN.total_seconds()
    names = sorted(each.identity for each in await pollers(client, TASK_QUEUE) if each.last_access_time.seconds > since)
    if names:
        return ok("Workers", f"{listing(names, most=3)} asked for work in the last {SEEN_WITHIN.seconds} seconds.")
    text = f"None has asked for work in the last {SEEN_WITHIN.seconds} seconds."
    return failed("Workers", text, "Start `milepost up` or `milepost worker`.")


def _check_clock(offset: float | None) -> Check:
    if offset is None:
        return warning("Clock", "It can't be told how far this machine's clock is from Temporal's.")
    if abs(offset) <= _TOLERANCE:
        return ok("Clock", "This machine's clock and Temporal's agree.")
    text = f"This machine's clock is {abs(offset):.0f} seconds {'behind' if offset > 0 else 'ahead of'} Temporal's."
    return (failed if abs(offset) > _TOO_FAR else warning)("Clock", text, "Let NTP set the clocks of both machines.")
