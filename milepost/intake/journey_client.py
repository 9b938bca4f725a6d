"""The client of journeys' workflows: it starts and nudges them. Every call may be repeated safely."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from milepost.planner.clock import JourneyClock
from milepost.planner.ids import began_as
from milepost.store.followed_clock import FollowedClock
from milepost.wire import book_import, hand_over, rollout
from milepost.wire.journey import (
    DEFAULT_MAX_ADVANCES,
    FIRST_JOURNEY,
    JOURNEY,
    NUDGE,
    TASK_QUEUE,
    JourneyInput,
    workflow_id,
)

log = structlog.get_logger()
RPC_TIMEOUT = timedelta(seconds=5)


class JourneyClient:
    """Nudges the workflows of journeys, and starts those that don't run. Without a client, Temporal is away.

    `is_away` tells whether the last call failed.
    """

    def __init__(
        self,
        client: Client | None,
        clock: JourneyClock | FollowedClock,
        *,
        task_queue: str = TASK_QUEUE,
        max_advances: int = DEFAULT_MAX_ADVANCES,
    ) -> None:
        self._client = client
        self._clock = clock
        self._task_queue = task_queue
        self._max_advances = max_advances
        self.is_away = client is None

    async def nudge(self, journey: str) -> bool:
        """Lets a journey look into its inbox, and starts its workflow if it doesn't run.

        Tells whether Temporal took that; if it didn't, the sweeper tries again.
        """
        return await self._is_reached(journey, self._nudge(journey))

    async def start(self, journey: str) -> bool:
        """Starts the workflow of a journey; one that runs for the customer's last journey is nudged, and goes on.

        Tells whether Temporal took that; if it didn't, the sweeper tries again.
        """
        return await self._is_reached(journey, self._start(journey))

    async def start_rollout(self, number: int) -> bool:
        """Starts the workflow of a rollout, unless it runs; tells whether Temporal took that."""
        return await self._is_running(rollout.ROLLOUT, rollout.RolloutInput(number), rollout.workflow_id(number))

    async def start_import(self, number: int) -> bool:
        """Starts the workflow of an import, unless it runs; tells whether Temporal took that."""
        given = book_import.ImportInput(number)
        return await self._is_running(book_import.IMPORT, given, book_import.workflow_id(number))

    async def start_hand_over(self, number: int) -> bool:
        """Starts the workflow of a hand-over, unless it runs; tells whether Temporal took that."""
        given = hand_over.HandOverInput(number)
        return await self._is_running(hand_over.HAND_OVER, given, hand_over.workflow_id(number))

    async def _is_running(self, workflow: str, given: object, name: str) -> bool:
        return await self._is_reached(name, self._start_once(workflow, given, name))

    async def _start_once(self, workflow: str, given: object, name: str) -> None:
        with suppress(WorkflowAlreadyStartedError):
            await self._connected().start_workflow(
                workflow,
                given,
                id=name,
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )

    async def _is_reached(self, journey: str, call: Coroutine[Any, Any, None]) -> bool:
        try:
            await call
        except (RPCError, RuntimeError) as error:  # RuntimeError: there is no client, or a lazy one can't connect
            if not self.is_away:
                log.warning("journeys cannot be nudged, Temporal is away", journey=journey, why=str(error))
            self.is_away = True
        else:
            self.is_away = False
        return not self.is_away

    async def _nudge(self, journey: str) -> None:
        try:
            await self._signal(journey)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            await self._start(journey)

    async def _start(self, journey: str) -> None:
        try:
            await self._connected().start_workflow(
                JOURNEY,
                JourneyInput(journey, clock=self._clock.current, max_advances=self._max_advances),
                id=workflow_id(began_as(journey)),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            await self._signal(journey)

    async def _signal(self, journey: str) -> None:
        handle = self._connected().get_workflow_handle(workflow_id(began_as(journey)))
        await handle.signal(NUDGE, rpc_timeout=RPC_TIMEOUT)

    def _connected(self) -> Client:
        if self._client is None:
            raise RuntimeError("no Temporal server is known")
        return self._client

    async def count_running(self) -> tuple[int, int] | None:
        """Counts running journeys, and those of Milepost's first version; None if Temporal's search doesn't answer."""
        if self._client is None:
            return None
        try:
            ours, first = [
                (await self._client.count_workflows(_running(kind), rpc_timeout=RPC_TIMEOUT)).count
                for kind in (JOURNEY, FIRST_JOURNEY)
            ]
        except (RPCError, RuntimeError):
            return None
        return ours, first

    async def running(self) -> set[str] | None:
        """Returns what the running journeys began as, as far as Temporal's search knows; None if it can't tell."""
        return await self._found(JOURNEY)

    async def end_first_runs(self) -> int:
        """Ends the runs of Milepost's first version, so that their journeys can start anew; returns how many."""
        customers = await self._found(FIRST_JOURNEY) or set()
        for customer in customers:
            assert self._client is not None
            with suppress(RPCError):  # it is over already
                await self._client.get_workflow_handle(workflow_id(customer)).terminate(
                    "Milepost keeps journeys in its database now", rpc_timeout=RPC_TIMEOUT
                )
        return len(customers)

    async def forget(self, customer: str) -> int | None:
        """Lets Temporal end the customer's run and delete all runs with their histories; returns how many.

        Temporal takes some seconds for a run that was going on, and a minute or so for those that were over. None: it
        is away, or doesn't let us.
        """
        name = workflow_id(customer)
        quoted = name.replace("'", "''")
        try:
            runs = self._connected().list_workflows(f"WorkflowId = '{quoted}'", rpc_timeout=RPC_TIMEOUT)
            return sum([await self._delete(name, run.run_id) async for run in runs])
        except (RPCError, RuntimeError) as error:
            log.warning("a customer's history cannot be deleted", why=str(error))
            return None

    async def _delete(self, workflow: str, run: str) -> bool:
        client = self._connected()
        execution = WorkflowExecution(workflow_id=workflow, run_id=run)
        request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
        try:
            await client.workflow_service.delete_workflow_execution(request, timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False  # the search still lists it, but it is gone
        return True

    async def _found(self, workflow_type: str) -> set[str] | None:
        if self._client is None:
            return None
        try:
            runs = self._client.list_workflows(_running(workflow_type), page_size=1000, rpc_timeout=RPC_TIMEOUT)
            return {run.id.removeprefix(workflow_id("")) async for run in runs}
        except (RPCError, RuntimeError) as error:
            log.warning("running journeys cannot be listed", why=str(error))
            return None


def _running(workflow_type: str) -> str:
    return f"WorkflowType = '{workflow_type}' AND ExecutionStatus = 'Running'"
