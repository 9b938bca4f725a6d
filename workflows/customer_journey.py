"""One customer's journey: take facts, advance, deliver, sleep. Every decision is made inside `advance`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.deliveries import DeliveryActivities
from activities.journey import JourneyActivities
from milepost.planner.clock import JourneyClock
from milepost.wire.activities import AdvanceOrder, DeliveryFailure, DeliveryOrder
from milepost.wire.journey import (
    DELIVERY_LASTS,
    JOURNEY,
    SET_CLOCK,
    STATUS,
    TAKE_FACT,
    Delivery,
    FactSignal,
    JourneyInput,
    JourneyReport,
)
from milepost.wire.search_attributes import shown
from workflows.fact_inbox import FactInbox
from workflows.retry_policies import (
    ADVANCE_RETRY,
    ADVANCE_TIMEOUT,
    DELIVERY_ATTEMPT_TIMEOUT,
    DELIVERY_RETRY,
    HISTORIES,
    root_of,
)
from workflows.wake_timer import WakeTimer


@workflow.defn(name=JOURNEY)
class CustomerJourney:
    """The durable loop around the planner; its state is the planner's, and nothing is decided here."""

    @workflow.init
    def __init__(self, given: JourneyInput) -> None:
        self._given = given
        self._inbox = FactInbox(given.waiting, given.wake_at)
        self._wake_timer = WakeTimer()
        self._in_flight: dict[str, Delivery] = {}
        self._ended = False
        self._advanced_in = 0

    @workflow.run
    async def run(self, given: JourneyInput) -> None:
        for delivery in given.in_flight:
            self._send(delivery)
        while not self._is_over():
            if self._may_continue():
                workflow.continue_as_new(self._carried_over())
            if self._is_due():
                await self._advance()
            else:
                await self._sleep()
        self._wake_timer.stop()

    @workflow.signal(name=TAKE_FACT)
    def take_fact(self, signal: FactSignal) -> None:
        """Take in a fact; one whose `at` is still ahead waits until then. Those for another journey come again."""
        if signal.journey == self._given.journey:
            self._inbox.add(signal.fact)

    @workflow.signal(name=SET_CLOCK)
    def set_clock(self, clock: JourneyClock) -> None:
        """Use another clock from now on: the demo stood still, or runs at another speed."""
        self._given = replace(self._given, clock=clock)

    @workflow.query(name=STATUS)
    def status(self) -> JourneyReport:
        """What the journey is doing."""
        return JourneyReport(
            journey=self._given.journey,
            version=self._given.version,
            revision=int(self._given.state.get("revision", 0)),
            now=self._now(),
            next=self._inbox.next,
            waiting=len(self._inbox),
            in_flight=sorted(self._in_flight),
            ended=self._ended,
        )

    async def _advance(self) -> None:
        """Take in the facts that are due and bring the journey up to now: one decision, kept in the history."""
        now = self._now()
        facts = self._inbox.take(now)
        given = self._given
        self._advanced_in = workflow.info().get_current_history_length()
        advanced = await workflow.execute_local_activity_method(
            JourneyActivities.advance,
            AdvanceOrder(given.journey, given.version, given.state, facts, now),
            start_to_close_timeout=ADVANCE_TIMEOUT,
            retry_policy=ADVANCE_RETRY,
        )
        self._given = replace(self._given, version=advanced.version, state=advanced.state, seen=advanced.seen)
        self._inbox.wake_at, self._ended = advanced.wake_at, advanced.ended
        if advanced.seen != given.seen:
            workflow.upsert_search_attributes(shown(advanced.seen))
        for message in advanced.deliveries:
            self._send(Delivery(message, workflow.time() + DELIVERY_LASTS))

    async def _sleep(self) -> None:
        """Sleep until the next instant at which there is something to do, or until there is something else to do."""
        at, clock = self._inbox.next, self._given.clock
        self._wake_timer.set(None if at is None else clock.wall_of(at))
        await workflow.wait_condition(
            lambda: (
                self._wake_timer.rang
                or (self._inbox.next, self._given.clock) != (at, clock)
                or self._may_continue()
                or self._is_over()
            ),
        )

    def _send(self, delivery: Delivery) -> None:
        """Start a delivery and wait for nothing: a mail server that is down holds up no journey."""
        if delivery.message not in self._in_flight:
            self._in_flight[delivery.message] = delivery
            asyncio.create_task(self._deliver(delivery))  # noqa: RUF006 - the workflow's loop keeps its tasks

    async def _deliver(self, delivery: Delivery) -> None:
        """See one message out. A failure for good is a fact, so that somebody reaches the person otherwise."""
        try:
            await workflow.execute_activity_method(
                DeliveryActivities.deliver,
                DeliveryOrder(self._given.journey, delivery.message, self._given.clock),
                start_to_close_timeout=DELIVERY_ATTEMPT_TIMEOUT,
                schedule_to_close_timeout=timedelta(seconds=max(1, delivery.give_up_at - workflow.time())),
                retry_policy=DELIVERY_RETRY,
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            await self._record_failure(delivery, root_of(failed))
        del self._in_flight[delivery.message]

    async def _record_failure(self, delivery: Delivery, why: str) -> None:
        fact = await workflow.execute_local_activity_method(
            DeliveryActivities.record_failure,
            DeliveryFailure(self._given.journey, self._given.customer, delivery.message, why, self._now()),
            start_to_close_timeout=ADVANCE_TIMEOUT,
            retry_policy=ADVANCE_RETRY,
        )
        self._inbox.add(fact)

    def _is_over(self) -> bool:
        """Whether the journey has ended, its last messages are out, and facts that came meanwhile are taken in."""
        return self._ended and not self._in_flight and self._inbox.next is None

    def _may_continue(self) -> bool:
        """Whether to continue as new: the history is long, and nothing is in hand that this would interrupt."""
        info = workflow.info()
        if self._ended:
            return False
        if self._in_flight:
            return info.get_current_history_length() > self._given.max_history * HISTORIES
        return info.get_current_history_length() > self._given.max_history or info.is_continue_as_new_suggested()

    def _carried_over(self) -> JourneyInput:
        deliveries = list(self._in_flight.values())
        return replace(self._given, wake_at=self._inbox.wake_at, waiting=self._inbox.facts, in_flight=deliveries)

    def _is_due(self) -> bool:
        """Whether there is something to take in, in a workflow task that has not advanced the journey yet.

        A worker that dies forgets what it did since the task began, while the store keeps it: one advance can be done
        again, two cannot.
        """
        if self._advanced_in == workflow.info().get_current_history_length():
            return False
        return self._inbox.next is not None and self._inbox.next <= self._now()

    def _now(self) -> int:
        return self._given.clock.journey_of(workflow.time())
