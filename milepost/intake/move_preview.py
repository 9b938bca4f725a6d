"""Previews moving the open journeys of one version to another, each by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.store import journeys
from milepost.versions import Move
from milepost.versions.move_counts import move_of


async def preview_moves(
    session: AsyncSession, old: CompiledMap, new: CompiledMap, now: Instant
) -> AsyncIterator[tuple[Move, str]]:
    """Yields what moving at `now` would do to each open journey on the old version, with the customer's time zone.

    They are streamed, ordered by journey, so that memory doesn't grow with their number.
    """
    async for customer, state in journeys.on_version(session, old.version):
        yield move_of(customer, state, old, new, now), state["customer"]["timezone"]
