"""Advancing a journey: take in what waits, plan, and write the plan, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from temporalio import activity

from milepost import metrics
from milepost.calendar_data import calendar_data
from milepost.planner.clock import REAL_TIME
from milepost.planner.commands import Command, RetryMessage, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import MailSwitch
from milepost.planner.facts import MailSwitched, to_json
from milepost.planner.ids import began_as
from milepost.planner.instants import Instant
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.store import calendar_data as data_of_others
from milepost.store import clock, inbox, journeys, mail_switches, messages, undo_points
from milepost.store.advance_plan import plan_and_write
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import StoreUnreachableError
from milepost.store.inbox import NewFact, Recipient, WaitingFact
from milepost.store.journeys import LockedJourney
from milepost.wire.activities import Advanced, AdvanceOrder, Seen

log = structlog.get_logger()
LONGEST_WHY = 2000  # characters
_NEVER_SWITCHED = {"mail_held": False, "mail_free": [], "mail_hold": 0}
NO_GRACE = timedelta()
"""Nothing can be undone, and no message waits for that: scenarios."""
_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError, StoreUnreachableError)
"""Errors that mean that the database can't be used; they say nothing about the journey."""


class JourneyActivities:
    """Advances journeys. An order may come as often as it likes: each advance is made once."""

    def __init__(self, store: Store, compiled_maps: CompiledMaps, grace: timedelta = NO_GRACE) -> None:
        self._store = store
        self._compiled_maps = compiled_maps
        self._grace = int(grace.total_seconds())
        self._known_data: set[str | None] = {None}

    @activity.defn
    async def advance(self, order: AdvanceOrder) -> Advanced:
        """Makes the journey's advance of that number, or tells of the last one if it has been made already.

        A journey that can't be planned is left as it is; its row shows the reason. It is freed by its end or by a move
        to another version: if either waits, it is applied before the facts that the plan failed on.
        """
        with metrics.timed(metrics.ADVANCES) as labels:
            labels["outcome"] = "failed"
            advanced = await self._advance_or_block(order)
            labels["outcome"] = "blocked" if advanced.blocked else "done"
        return advanced

    async def _advance_or_block(self, order: AdvanceOrder) -> Advanced:
        try:
            return await self._write(order, self._advance)
        except _AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with this journey, people must see it
            # The row has the reason; a log must not, as an error's text may name people.
            log.error("journey cannot be advanced", journey=order.journey, error=type(error).__name__)  # noqa: TRY400
            return await self._free_or_block(order, f"{type(error).__name__}: {error}"[:LONGEST_WHY])

    async def _free_or_block(self, order: AdvanceOrder, why: str) -> Advanced:
        try:
            return await self._write(order, partial(self._advance, frees=True))
        except _AWAY:
            raise
        except Exception:  # noqa: BLE001 - nothing that waits frees it
            return await self._write(order, partial(_block, why=why))

    async def _write(self, order: AdvanceOrder, advance: Callable[[AdvanceOrder, Session], Advanced]) -> Advanced:
        """Advances by the clock that the store has at this moment; a demo's may have changed since the order.

        Whatever the order goes by, no journey runs ahead of that clock.
        """
        if order.clock == REAL_TIME:
            return await self._store.write(partial(advance, order))
        wall = activity.info().started_time.timestamp()

        def by_its_clock(session: Session) -> Advanced:
            kept = clock.find(session)
            if kept is None or not kept.can_change:
                return advance(order, session)
            now = min(order.now, kept.clock.journey_of(wall))
            advanced = advance(replace(order, now=now), session)
            runs_by = kept.clock if kept.waits(wall) else kept.asked
            return advanced if runs_by == order.clock else replace(advanced, clock=runs_by)

        return await self._store.write(by_its_clock)

    def _advance(self, order: AdvanceOrder, session: Session, *, frees: bool = False) -> Advanced:
        journey = journeys.lock(session, order.journey)
        if journey is None:
            log.info("journey is forgotten", journey=order.journey)
            return Advanced(order.journey, order.n, ended=True)
        self._switch_mail(session, journey, order)
        waiting = inbox.waiting_for(session, journey.id)
        until = max(order.now, journey.clock)
        taken = [each for each in waiting if each.at <= until]
        if order.n <= journey.revision or not (taken or journey.is_due(order.now)):
            return self._told(session, order, journey, waiting)
        self._compare_data(session, journey, order.now)
        plan = plan_and_write(session, self._compiled_maps, journey, taken, order.now, frees=frees)
        result = plan.result
        self._keep_undoable(session, journey, taken, plan.acted_at, result)
        in_step = order.n == journey.revision + 1
        seen, seen_before = _seen(plan.compiled_map, result.state), _seen(plan.compiled_map, plan.before)
        return Advanced(
            journey.id,
            result.state.revision,
            wake_at=_earliest(result.wake_at, [each for each in waiting if each.at > until]),
            deliver=_ordered(result.commands) if in_step else messages.queued(session, journey.id),
            ended=result.state.ended,
            seen=None if in_step and plan.before.begun and seen == seen_before else seen,
        )

    def _keep_undoable(
        self,
        session: Session,
        journey: LockedJourney,
        taken: Sequence[WaitingFact],
        acted_at: Mapping[str, Instant],
        result: Plan,
    ) -> None:
        """Lets people undo what they just did: for the grace, the state before it is kept and messages wait."""
        if journey.planned_with not in (None, calendar_data()):
            undo_points.forget(session, journey.id)
        told_at = {acted_at[each.fact.id] for each in taken if each.fact is not None and undo_points.is_undoable(each)}
        if told_at and self._grace:
            until = max(told_at) + self._grace_of(session, [each.source for each in taken])
            undo_points.keep(session, journey.id, journey.state, result, told_at=told_at, until=until)

    def _grace_of(self, session: Session, sources: Collection[str]) -> int:
        """Returns for how many seconds of journey time what came from these sources can be undone."""
        if undo_points.CLICKS.isdisjoint(sources):
            return self._grace
        return clock.load(session).grace_of(self._grace)

    def _switch(self, session: Session, journey: LockedJourney) -> dict[str, Any]:
        """Returns what the state is to say: whether mail is held, what goes all the same, how many holds there were."""
        map_id = journey.state["map"]
        counts = mail_switches.in_force(session, journey.customer, map_id)
        switch, free = counts.switch, list[str]()
        if switch.first is not None:
            digests = self._compiled_maps.message_digests(session, journey.state["version"])
            free = mail_switches.free_templates(session, map_id, switch, digests)
        return {"mail_held": switch.is_held, "mail_free": free, "mail_hold": counts.hold}

    def _switch_mail(self, session: Session, journey: LockedJourney, order: AdvanceOrder) -> None:
        """Tells the journey, as a fact, if the switch of its mail was turned since its last plan.

        A hold counts from where the journey stands, so that nothing leaves that fell due meanwhile. What is let go is
        let go now: its contact's hours are those of this moment, not of the one at which it began to wait.
        """
        if journey.ended_at is not None or order.n <= journey.revision:
            return
        now = self._switch(session, journey)
        if journey.revision == 0:  # before anything happens, so before any fact
            journey.state.update(now)
            return
        before = {**_NEVER_SWITCHED, **{name: journey.state[name] for name in now if name in journey.state}}
        if now == before:
            return
        holds_more = now["mail_held"] and (not before["mail_held"] or now["mail_hold"] > before["mail_hold"])
        recipient = Recipient(journey.customer, journey.id, journey.state["version"])
        fact = MailSwitched(
            id=f"mail_switched/{journey.id}/{order.n}",
            at=journey.clock if holds_more else max(journey.clock, order.now),
            by="milepost",
            to=MailSwitch.HELD if now["mail_held"] else MailSwitch.FREE,
            free=now["mail_free"] or None,
            hold=now["mail_hold"] or None,
        )
        inbox.record(session, [NewFact(recipient, to_json(fact), "mail")], fact.at, received_at=order.now)

    def _compare_data(self, session: Session, journey: LockedJourney, now: Instant) -> None:
        """Says once that others plan, or planned before, with other zones and holidays than this process."""
        if {calendar_data(), journey.planned_with} <= self._known_data:
            return
        other = data_of_others.record(session, now)
        if other not in self._known_data:
            log.warning(
                "planning with other zones and holidays than those of last time", now=calendar_data(), last=other
            )
        self._known_data |= {calendar_data(), journey.planned_with, other}

    def _told(
        self, session: Session, order: AdvanceOrder, journey: LockedJourney, waiting: Sequence[WaitingFact]
    ) -> Advanced:
        """Says how far the journey has come: there is nothing to do, or Temporal knows less than the database."""
        ended = journey.ended_at is not None
        wake_at = _earliest(journey.wake_at, waiting)
        following = _following(session, journey) if ended and wake_at is None else None
        deliver = messages.queued(session, journey.id)
        if order.n == journey.revision + 1 and following is None:
            return Advanced(journey.id, journey.revision, wake_at, deliver, ended=ended)
        if following is not None:
            return Advanced(following, 0, order.now, deliver)
        state = State.from_json(journey.state)
        seen = _seen(self._compiled_maps.load(session, state.version), state)
        return Advanced(journey.id, journey.revision, wake_at, deliver, ended=ended, seen=seen)


def _following(session: Session, journey: LockedJourney) -> str | None:
    """Returns the open journey that the workflow of one that has ended goes on with, unless another workflow has it."""
    following = journeys.open_id(session, journey.customer)
    return following if following and began_as(following) == began_as(journey.id) else None


def _block(order: AdvanceOrder, session: Session, *, why: str) -> Advanced:
    """Shows people what otherwise only the worker's log would say."""
    journeys.mark_blocked(session, order.journey, order.now, why)
    return Advanced(order.journey, order.n - 1, blocked=True)


def _ordered(commands: Sequence[Command]) -> list[str]:
    return [command.message for command in commands if isinstance(command, SendMessage | RetryMessage)]


def _earliest(wake_at: Instant | None, waiting: Sequence[WaitingFact]) -> Instant | None:
    return min([*(each.at for each in waiting), *([] if wake_at is None else [wake_at])], default=None)


def _seen(compiled_map: CompiledMap, state: State) -> Seen:
    return Seen(
        map=state.map,
        stages=[stage for stage in compiled_map.stages if state.stage(stage).is_open],
        risk=any(each.play.kind == "risk" and state.play(play).is_open for play, each in compiled_map.plays.items()),
    )
