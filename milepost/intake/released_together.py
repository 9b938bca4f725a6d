"""Mail that was released in one order, and can be taken back in one: each release is undone for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from milepost.intake.context import IntakeContext
from milepost.intake.release_counts import order_of
from milepost.intake.undo import undo_fact
from milepost.planner.fact_errors import RefusedError
from milepost.planner.instants import Instant
from milepost.store import undo_points
from milepost.store.undo_points import UndoableRelease

MOST_UNDONE = 500
"""Releases that are undone at once; then there is a next time."""


@dataclass(frozen=True, slots=True)
class ReleasedTogether:
    """What somebody released in one order and can still be undone, until the first of them no longer can.

    `until` is None while their journeys have yet to take them in.
    """

    order: str
    by: str | None
    at: Instant
    until: Instant | None
    releases: tuple[UndoableRelease, ...]


@dataclass(frozen=True, slots=True)
class ReleaseUndone:
    """What became of undoing one release: `refused` says why it can't be undone."""

    customer: str
    message: str
    refused: RefusedError | None = None


async def released_together(context: IntakeContext) -> list[ReleasedTogether]:
    """Returns the orders whose releases can be undone now, the latest first."""
    async with context.store.reading() as session:
        releases = await undo_points.releases(session, context.now())
    by_order: dict[str, list[UndoableRelease]] = {}
    for each in releases:
        order = order_of(each.fact, each.message)
        if order is not None:
            by_order.setdefault(order, []).append(each)
    orders = [_together(order, theirs) for order, theirs in by_order.items()]
    return sorted(orders, key=lambda each: (each.at, each.order), reverse=True)


async def undo_order(context: IntakeContext, order: str, *, by: str) -> list[ReleaseUndone]:
    """Undoes the releases of one order that still can be; returns what became of each."""
    found = next((each for each in await released_together(context) if each.order == order), None)
    return [await _undo(context, each, by) for each in (found.releases if found else ())[:MOST_UNDONE]]


async def _undo(context: IntakeContext, release: UndoableRelease, by: str) -> ReleaseUndone:
    try:
        await undo_fact(context, release.customer, release.fact, by=by)
    except RefusedError as refused:
        return ReleaseUndone(release.customer, release.message, refused)
    return ReleaseUndone(release.customer, release.message)


def _together(order: str, releases: Sequence[UndoableRelease]) -> ReleasedTogether:
    until = min((each.until for each in releases if each.until is not None), default=None)
    return ReleasedTogether(order, releases[0].by, releases[0].at, until, tuple(releases))
