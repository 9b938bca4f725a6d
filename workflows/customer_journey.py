"""One customer's journey: advance, deliver, sleep. Every decision is made inside `advance`, which keeps it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

from temporalio import workflow

from activities.deliveries import DeliveryActivities
from activities.journey import JourneyActivities
from milepost.planner.clock import JourneyClock
from milepost.planner.instants import text
from milepost.wire.activities import AdvanceOrder, DeliveryOrder
from milepost.wire.journey import (
    DELIVERY_LASTS,
    JOURNEY,
    NUDGE,
    SET_CLOCK,
    STATUS,
    Delivery,
    JourneyInput,
    JourneyReport,
)
from milepost.wire.search_attributes import shown
from workflows.retry_policies import (
    ADVANCE_RETRY,
    ADVANCE_TIMEOUT,
    DELIVERY_ATTEMPT_TIMEOUT,
    DELIVERY_HEARTBEAT_TIMEOUT,
    DELIVERY_RETRY,
    RUNS,
    blocked_for,
)
from workflows.wake_timer import WakeTimer


@workflow.defn(name=JOURNEY)
class CustomerJourney:
    """The clock of a journey. What it does hangs on its input, its timer, its nudges and the answers of `advance`."""

    @workflow.init
    def __init__(self, given: JourneyInput) -> None:
        self._carried = replace(given, in_flight=[])
        self._nudged = given.nudged
        self._in_flight: dict[tuple[str, str], Delivery] = {}
        self._wake_timer = WakeTimer()
        self._advances = 0
        self._blocked = 0
        self._try_again_at: float | None = None
        self._ended = False

    @workflow.run
    async def run(self, given: JourneyInput) -> None:
        for delivery in given.in_flight:
            self._send(delivery)
        while not self._is_over():
            if self._may_continue():
                workflow.continue_as_new(
                    replace(self._carried, nudged=self._nudged, in_flight=list(self._in_flight.values()))
                )
            if self._is_due():
                await self._advance()
            else:
                await self._sleep()
        self._wake_timer.stop()

    @workflow.signal(name=NUDGE)
    def nudge(self) -> None:
        """Look into the inbox."""
        self._nudged = True

    @workflow.signal(name=SET_CLOCK)
    def set_clock(self, clock: JourneyClock) -> None:
        """Use a later clock from now on: the demo stood still, or runs at another speed."""
        if clock.replaces(self._carried.clock):
            self._carried = replace(self._carried, clock=clock)

    @workflow.query(name=STATUS)
    def status(self) -> JourneyReport:
        """What the journey is doing."""
        return JourneyReport(
            journey=self._carried.journey,
            n=self._carried.n,
            now=self._carried.clock.journey_of(workflow.time()),
            wake_at=self._carried.wake_at,
            in_flight=sorted(delivery.message for delivery in self._in_flight.values()),
            ended=self._ended,
            blocked=self._blocked > 0,
        )

    async def _advance(self) -> None:
        """Let the journey take in what waits for it and come up to now: one decision, kept in the database."""
        self._nudged = False
        self._advances += 1
        carried = self._carried
        advanced = await workflow.execute_local_activity_method(
            JourneyActivities.advance,
            AdvanceOrder(carried.journey, carried.n + 1, carried.clock.journey_of(workflow.time()), carried.clock),
            start_to_close_timeout=ADVANCE_TIMEOUT,
            retry_policy=ADVANCE_RETRY,
        )
        self._carried = replace(self._carried, journey=advanced.journey, n=advanced.n, wake_at=advanced.wake_at)
        if advanced.clock is not None:
            self._carried = replace(self._carried, clock=advanced.clock)
        self._ended = advanced.ended
        self._blocked = self._blocked + 1 if advanced.blocked else 0
        self._try_again_at = workflow.time() + blocked_for(self._blocked) if self._blocked else None
        workflow.set_current_details(self._details())
        if advanced.seen is not None:
            workflow.upsert_search_attributes(shown(advanced.seen))
        for message in advanced.deliver:
            self._send(Delivery(carried.journey, message, workflow.time() + DELIVERY_LASTS))

    async def _sleep(self) -> None:
        """Sleep until there is something to do."""
        clock = self._carried.clock
        self._wake_timer.set(self._wakes_at())
        await workflow.wait_condition(
            lambda: (
                self._nudged
                or self._wake_timer.rang
                or self._carried.clock != clock
                or self._may_continue()
                or self._is_over()
            ),
        )

    def _wakes_at(self) -> float | None:
        """The wall clock, in seconds since 1970, of the next advance that nobody has to ask for."""
        if self._try_again_at is not None:
            return self._try_again_at
        at = self._carried.wake_at
        if at is None:
            return None
        wall = self._carried.clock.wall_of(at)
        return None if math.isinf(wall) else wall

    def _details(self) -> str:
        """What Temporal's own pages show of the journey."""
        at = self._carried.wake_at
        ahead = "ended" if self._ended else "next by itself: " + ("nothing" if at is None else text(at))
        blocked = "; it cannot be planned, `milepost show` says why" if self._blocked else ""
        return f"{self._carried.journey}, advance {self._carried.n}; {ahead}{blocked}"

    def _send(self, delivery: Delivery) -> None:
        """Start a delivery and wait for nothing: a mail server that is down holds up no journey."""
        key = (delivery.journey, delivery.message)
        if key not in self._in_flight:
            self._in_flight[key] = delivery
            asyncio.create_task(self._deliver(delivery))  # noqa: RUF006 - the workflow's loop keeps its tasks

    async def _deliver(self, delivery: Delivery) -> None:
        """See one message out. That it failed for good is a fact, which waits in the inbox then."""
        delivered = await workflow.execute_activity_method(
            DeliveryActivities.deliver,
            DeliveryOrder(delivery.journey, delivery.message, self._carried.clock, delivery.give_up_at),
            start_to_close_timeout=DELIVERY_ATTEMPT_TIMEOUT,
            heartbeat_timeout=DELIVERY_HEARTBEAT_TIMEOUT,
            retry_policy=DELIVERY_RETRY,
        )
        self._nudged = self._nudged or not delivered
        del self._in_flight[delivery.journey, delivery.message]

    def _is_over(self) -> bool:
        """Whether the customer has no open journey, nothing waits for the last one, and all messages are out."""
        return self._ended and not self._in_flight and not self._nudged and self._carried.wake_at is None

    def _is_due(self) -> bool:
        """Whether to advance: by journey time, as `advance` goes by that and the wall clock may round otherwise."""
        if self._nudged:
            return True
        if self._try_again_at is not None:
            return self._try_again_at <= workflow.time()
        at = self._carried.wake_at
        return at is not None and at <= self._carried.clock.journey_of(workflow.time())

    def _may_continue(self) -> bool:
        """Whether to continue as new: there were many advances, and nothing is in hand that this would interrupt.

        Advances are counted, as a replay may cut the history into other pieces than those it was made in.
        """
        runs = RUNS if self._in_flight else 1
        return not self._ended and self._advances >= self._carried.max_advances * runs
