"""Reaching a journey's workflow: starting it, telling it facts. Everything here may be done twice."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import select
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from milepost.planner.clock import JourneyClock
from milepost.store import facts, journeys
from milepost.store.database import Store
from milepost.store.errors import UnknownJourneyError
from milepost.store.tables import JourneyRow, MessageRow
from milepost.wire.journey import (
    DEFAULT_MAX_HISTORY,
    DELIVERY_LASTS,
    JOURNEY,
    TAKE_FACT,
    TASK_QUEUE,
    Delivery,
    JourneyInput,
    Telling,
    workflow_id,
)

log = structlog.get_logger()
PATIENCE = timedelta(seconds=5)


class SignalResult(StrEnum):
    """What came of an attempt to tell a journey something."""

    YES = "yes"
    AWAY = "away"  # Temporal did not answer; the sweeper tries again
    ENDED = "ended"  # there is nobody left to tell


class JourneyClient:
    """The way from the store to the journeys' workflows. Without a client, Temporal is away."""

    def __init__(
        self,
        store: Store,
        client: Client | None,
        clock: JourneyClock,
        *,
        task_queue: str = TASK_QUEUE,
        max_history: int = DEFAULT_MAX_HISTORY,
    ) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._task_queue = task_queue
        self._max_history = max_history

    async def start(self, journey: JourneyRow, wall: float) -> bool:
        """Start the journey's workflow from the store's mirror, unless the customer's workflow runs; True: one runs."""
        if self._client is None:
            return False
        given = await self._input(journey, wall)
        try:
            await self._client.start_workflow(
                JOURNEY,
                given,
                id=workflow_id(journey.customer_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=PATIENCE,
            )
        except (RPCError, RuntimeError) as error:
            log.warning("journey is not started, Temporal is away", journey=journey.id, why=str(error))
            return False
        return True

    async def tell(self, journey: str, customer: str, fact: dict[str, Any], wall: float) -> SignalResult:
        """Signal a fact. A journey whose workflow is not there is started from the store's mirror first."""
        reached = await self._signal(journey, customer, fact)
        if reached is not SignalResult.ENDED:
            return reached
        # The workflow was seen to be gone before the row is read, so the row says how it stood at its end.
        async with self._store.transaction() as session:
            try:
                row = await journeys.get(session, journey)
            except UnknownJourneyError:
                return SignalResult.ENDED
            if row.ended_at is not None:
                await facts.mark_kept(session, customer, [fact["id"]], self._clock.journey_of(wall))
                return SignalResult.ENDED
        return await self._signal(journey, customer, fact) if await self.start(row, wall) else SignalResult.AWAY

    async def _signal(self, journey: str, customer: str, fact: dict[str, Any]) -> SignalResult:
        if self._client is None:
            return SignalResult.AWAY
        handle = self._client.get_workflow_handle(workflow_id(customer))
        try:
            await handle.signal(TAKE_FACT, Telling(journey, fact), rpc_timeout=PATIENCE)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return SignalResult.ENDED
            log.warning("fact waits, Temporal is away", journey=journey, why=error.message)
            return SignalResult.AWAY
        except RuntimeError as error:  # a lazy client that cannot connect
            log.warning("fact waits, Temporal is away", journey=journey, why=str(error))
            return SignalResult.AWAY
        return SignalResult.YES

    async def _input(self, journey: JourneyRow, wall: float) -> JourneyInput:
        """What the workflow starts from: the mirror, and the messages that are not out yet."""
        unsent = select(MessageRow.message).where(MessageRow.journey_id == journey.id, MessageRow.status == "queued")
        async with self._store.reading() as session:
            messages = list(await session.scalars(unsent.order_by(MessageRow.at, MessageRow.message)))
        return JourneyInput(
            journey=journey.id,
            customer=journey.customer_id,
            version=journey.version,
            state=journey.state,
            wake_at=journey.wake_at if journey.revision else journey.started_at,
            clock=self._clock,
            in_flight=[Delivery(message, wall + DELIVERY_LASTS) for message in messages],
            max_history=self._max_history,
        )
