"""Reads everything about one customer, once, for `milepost.explain.overview`."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain.overview import CustomerOverview, JourneyOverview, JourneyRecord
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.state import State
from milepost.planner.timeline import MapChanged
from milepost.store import customers, facts, journeys, maps, messages, outcomes, timeline
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.rows import record_of
from milepost.store.tables import JourneyRow


async def customer_overview(
    session: AsyncSession,
    compiled_maps: CompiledMaps,
    customer: str,
    now: Instant,
    *,
    zone: str | None = None,
    journey: str | None = None,
    allow_unreadable: bool = False,
) -> CustomerOverview:
    """Reads a customer, by any of its ids, with its journeys, and one of them whole: `journey`, else the latest.

    `now` is in journey time. `zone` is the time zone of sentences; None: the customer's own.

    Raises:
        UnknownCustomerError: no customer has this id.
        UnreadableVersionError: this Milepost can't read the journey's map; not with `allow_unreadable`.
    """
    record = await customers.get(session, customer)
    row = await customers.get_row(session, record.id)
    rows = await journeys.of_customer(session, record.id)
    zone = zone or record.timezone
    journey_row = next((each for each in rows if each.id == journey), rows[0] if rows else None)
    overview = None
    if journey_row is not None:
        compiled_map = await _compiled(compiled_maps, journey_row.version, allow_unreadable=allow_unreadable)
        overview = await _journey(session, journey_row, compiled_map, now, zone)
    return CustomerOverview(
        record,
        row.health,
        row.unmatched_why,
        now,
        zone,
        tuple(record_of(JourneyRecord, each) for each in rows),
        overview,
    )


async def _compiled(compiled_maps: CompiledMaps, version: str, *, allow_unreadable: bool) -> CompiledMap | None:
    return await (compiled_maps.find if allow_unreadable else compiled_maps.of)(version)


async def _journey(
    session: AsyncSession, row: JourneyRow, compiled_map: CompiledMap | None, now: Instant, zone: str
) -> JourneyOverview:
    versions = await maps.versions(session, row.map)
    moves = await facts.of_journey(session, row.customer_id, row.id, MapChanged.kind)
    return JourneyOverview(
        record=record_of(JourneyRecord, row),
        state=State.from_json(row.state),
        compiled_map=compiled_map,
        versions={each.hash: each.number for each in versions},
        is_current=any(each.hash == row.version and each.current for each in versions),
        movers={(fact.at, fact.data["version"]): fact.told_by for fact in moves},
        entries=tuple(timeline.entry_of(each) for each in await timeline.of_journey(session, row.id)),
        outcomes=tuple(await outcomes.of_journey(session, row.id)),
        pending=tuple(
            fact.data for fact in await facts.pending_of(session, [row.customer_id]) if fact.journey_id == row.id
        ),
        now=now,
        zone=zone,
        undelivered=await messages.undelivered(session, row.id),
    )
