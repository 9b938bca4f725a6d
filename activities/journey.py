"""Advancing a journey: plan, and write the plan to the store, as one recorded decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from milepost.planner import facts as planner_facts
from milepost.planner.commands import Command, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Fact, MapChanged
from milepost.planner.instants import Instant, text
from milepost.planner.plan import Plan, plan
from milepost.planner.state import State
from milepost.planner.timeline import Entry
from milepost.store import facts as fact_rows
from milepost.store import journeys
from milepost.store.advance import write_plan
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.errors import StaleRevisionError, UnknownJourneyError, UnknownVersionError
from milepost.wire.activities import Advanced, AdvanceOrder, Seen

log = structlog.get_logger()
LONGEST_WHY = 2000  # characters
_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)
"""Errors that mean that the database doesn't answer; they say nothing about the journey."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Facts that are planned together, on one version of the map, up to `until`."""

    compiled_map: CompiledMap
    facts: list[Fact]
    until: Instant


class JourneyActivities:
    """Advances journeys. Running `advance` again, even with more facts, leaves the same rows."""

    def __init__(self, store: Store, compiled_maps: CompiledMaps) -> None:
        self._store = store
        self._compiled_maps = compiled_maps

    @activity.defn
    async def advance(self, order: AdvanceOrder) -> Advanced:
        """Plan from the order's state and facts, and make the store's rows equal to the result.

        A journey that can't be planned is freed by a move to another version, or by its end: if either was recorded
        meanwhile, it is applied before the facts that the plan failed on.

        Raises:
            Exception: planning failed; the journey's row shows the error until an attempt succeeds.
        """
        try:
            return await self._advance(order)
        except _AWAY:
            raise
        except Exception as error:
            await self._note_blocked(order, error)
            freeing = await self._freeing(order)
            if freeing is None:
                raise
            return await self._advance(order, freeing)

    async def _advance(self, order: AdvanceOrder, freeing: Fact | None = None) -> Advanced:
        before = State.from_json(order.state)
        facts = list(_readable(order.facts))
        if freeing is None:
            legs = await self._legs(before, facts, order.now)
        else:
            facts = [freeing, *(fact for fact in facts if fact.id != freeing.id)]
            version = freeing.version if isinstance(freeing, MapChanged) else before.version
            legs = [Leg(await self._compiled_maps.of(version), facts, order.now)]
        result, compiled_map = _plan_legs(before, legs), legs[-1].compiled_map
        try:
            async with self._store.transaction() as session:
                await write_plan(session, order.journey, before, result, compiled_map)
                await _mark_taken(session, before, facts)
                if freeing is not None:
                    await fact_rows.correct_time(session, before.customer.id, freeing.id, freeing.at)
        except UnknownJourneyError:
            log.info("journey is forgotten", journey=order.journey)
            return _over(order)
        except StaleRevisionError as stale:
            return await self._after(order, stale)
        return _advanced(compiled_map, result)

    async def _after(self, order: AdvanceOrder, stale: StaleRevisionError) -> Advanced:
        """Catch up with a later attempt at this plan; end this run if later plans have been written."""
        (stored_revision, clock), (own_revision, _) = stale.stored, stale.late
        if stored_revision > own_revision:
            log.warning("journey is run elsewhere, this run ends", journey=order.journey, why=str(stale))
            return _over(order)
        return await self._advance(replace(order, now=clock))

    async def _note_blocked(self, order: AdvanceOrder, error: Exception) -> None:
        """Show people what otherwise only the worker's log would say."""
        log.error("journey cannot be advanced", journey=order.journey, why=repr(error))
        why = f"{type(error).__name__}: {error}"[:LONGEST_WHY]
        with suppress(SQLAlchemyError, OSError):
            async with self._store.transaction() as session:
                await journeys.mark_blocked(session, order.journey, order.state.get("revision", 0), order.now, why)

    async def _freeing(self, order: AdvanceOrder) -> Fact | None:
        """The recorded fact that frees a blocked journey (its end, or a move), dated at the journey's clock."""
        state = State.from_json(order.state)
        async with self._store.reading() as session:
            pending = await fact_rows.pending_of(session, [state.customer.id])
        ways_out = [
            planner_facts.from_json({**row.data, "at": text(state.clock)})
            for row in pending
            if row.journey_id == order.journey
            and (row.kind == "ended" or (row.kind == "map_changed" and row.data["version"] != state.version))
        ]
        return ways_out[-1] if ways_out else None

    async def _legs(self, state: State, facts: list[Fact], now: Instant) -> list[Leg]:
        """Cut the facts where the map changes: what comes before happens on the old version."""
        compiled_map = await self._compiled_maps.of(state.version)
        legs = []
        gathered: list[Fact] = []
        for fact in facts:
            changed = await self._map_after(compiled_map, fact)
            if changed is not None:
                at = max(state.clock, min(fact.at, now))
                same_instant = any(earlier.at >= at for earlier in gathered)
                legs.append(Leg(compiled_map, gathered, at if same_instant else at - 1))
                compiled_map, gathered = changed, []
            gathered.append(fact)
        return [*legs, Leg(compiled_map, gathered, now)]

    async def _map_after(self, compiled_map: CompiledMap, fact: Fact) -> CompiledMap | None:
        """The map that the fact moves the journey to; None for the same one, or one that the planner refuses."""
        if not isinstance(fact, MapChanged) or fact.version == compiled_map.version:
            return None
        try:
            return await self._compiled_maps.of(fact.version)
        except UnknownVersionError:
            return None


async def _mark_taken(session: AsyncSession, before: State, facts: list[Fact]) -> None:
    """Mark the facts as delivered, and correct when they acted: a journey doesn't go back for one that came late.

    A fact that arrives twice, by a signal and by the sweeper, acted when it first arrived.
    """
    customer = before.customer.id
    first_time = await fact_rows.mark_delivered(session, customer, [fact.id for fact in facts])
    for fact in facts:
        if fact.at < before.clock and fact.id in first_time:
            await fact_rows.correct_time(session, customer, fact.id, before.clock)


def _readable(facts: Iterable[Mapping[str, Any]]) -> Iterator[Fact]:
    for fact in facts:
        try:
            yield planner_facts.from_json(fact)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("fact is unreadable and left out", fact=fact.get("id"), why=str(error))


def _plan_legs(state: State, legs: list[Leg]) -> Plan:
    """All legs as one plan with one revision, so that they are written, or rewritten, together."""
    commands: tuple[Command, ...] = ()
    timeline: tuple[Entry, ...] = ()
    revision = state.revision + 1
    for leg in legs:
        result = plan(leg.compiled_map, state, leg.facts, leg.until)
        state, commands, timeline = result.state, commands + result.commands, timeline + result.timeline
    state.revision = revision
    return Plan(state, commands, timeline, result.wake_at)


def _over(order: AdvanceOrder) -> Advanced:
    return Advanced(order.version, order.state, [], None, ended=True)


def _advanced(compiled_map: CompiledMap, result: Plan) -> Advanced:
    return Advanced(
        version=result.state.version,
        state=result.state.to_json(),
        deliveries=[command.message for command in result.commands if isinstance(command, SendMessage)],
        wake_at=result.wake_at,
        ended=result.state.ended,
        seen=_seen(compiled_map, result.state),
    )


def _seen(compiled_map: CompiledMap, state: State) -> Seen:
    return Seen(
        map=state.map,
        stages=[stage for stage in compiled_map.stages if state.stage(stage).is_open],
        risk=any(each.play.kind == "risk" and state.play(play).is_open for play, each in compiled_map.plays.items()),
    )
