"""The client of journeys' workflows: it starts them and sends them facts. Every call may be repeated safely."""

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
from milepost.store.messages import MessageStatus
from milepost.store.tables import JourneyRow, MessageRow
from milepost.wire.journey import (
    DEFAULT_MAX_HISTORY,
    DELIVERY_LASTS,
    JOURNEY,
    TAKE_FACT,
    TASK_QUEUE,
    Delivery,
    FactSignal,
    JourneyInput,
    workflow_id,
)

log = structlog.get_logger()
RPC_TIMEOUT = timedelta(seconds=5)


class SignalResult(StrEnum):
    """The result of a signal to a journey's workflow."""

    YES = "yes"
    AWAY = "away"  # Temporal didn't answer; the sweeper tries again
    ENDED = "ended"  # the journey has ended


class JourneyClient:
    """Starts and signals the workflows of journeys in the store. Without a client, Temporal is away."""

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
        """Starts the journey's workflow from its row, unless it runs already; tells whether it runs now."""
        if self._client is None:
            return False
        workflow_input = await self._input(journey, wall)
        try:
            await self._client.start_workflow(
                JOURNEY,
                workflow_input,
                id=workflow_id(journey.customer_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                rpc_timeout=RPC_TIMEOUT,
            )
        except (RPCError, RuntimeError) as error:
            log.warning("journey not started, Temporal is away", journey=journey.id, why=str(error))
            return False
        return True

    async def send_fact(self, journey: str, customer: str, fact: dict[str, Any], wall: float) -> SignalResult:
        """Signals a fact to the journey; if its workflow is gone, starts that from the row first."""
        result = await self._signal(journey, customer, fact)
        if result is not SignalResult.ENDED:
            return result
        # The row is read after the workflow was found to be gone, so it holds the state at its end.
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
            await handle.signal(TAKE_FACT, FactSignal(journey, fact), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return SignalResult.ENDED
            log.warning("fact waits, Temporal is away", journey=journey, why=error.message)
            return SignalResult.AWAY
        except RuntimeError as error:  # a lazy client that can't connect
            log.warning("fact waits, Temporal is away", journey=journey, why=str(error))
            return SignalResult.AWAY
        return SignalResult.YES

    async def _input(self, journey: JourneyRow, wall: float) -> JourneyInput:
        """Returns the workflow's input: the journey's row, and the messages that haven't been sent yet."""
        unsent = select(MessageRow.message).where(
            MessageRow.journey_id == journey.id, MessageRow.status == MessageStatus.QUEUED
        )
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
