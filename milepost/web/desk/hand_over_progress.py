"""A hand-over that goes on: how far it is, and what became of it. Its page can be closed and opened again."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.intake.hand_over_runs import result_of
from milepost.store import hand_over_orders
from milepost.store.hand_over_tables import HandOverOrderRow
from milepost.web.doors import NotInBookError
from milepost.web.form_values import Number
from milepost.web.identity import Looking, Person, refuse_others
from milepost.web.pages import render_aside, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/hand-over/{number}", include_in_schema=False)
_LIVE_EVERY = 2  # seconds


async def may_see(served: Services, viewer: Person | None, order: HandOverOrderRow) -> bool:
    """Returns whether somebody may see a hand-over: their own, or one of a colleague whose day they may look at."""
    if viewer is not None and viewer.address == order.ordered_by:
        return True
    try:
        await refuse_others(served, viewer, colleague=order.former)
    except NotInBookError:
        return False
    return True


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """How far a hand-over is and, at its end, who stayed and why."""
    async with served.store.reading() as session:
        order = await hand_over_orders.get(session, number)
        progress = await hand_over_orders.progress(session, number)
    if not await may_see(served, viewer, order):
        await refuse_others(served, viewer, colleague=order.former)
    goes_on = order.ended_at is None
    page = {
        "order": order,
        "progress": progress,
        "failed": (await result_of(served.intake.context, number)).failed,
        "goes_on": goes_on,
        "is_away": goes_on and not await served.temporal(),
    }
    live_every = _LIVE_EVERY if goes_on else None
    around = shell(request, served, viewer, "Hand over", "desk", zone=await served.zone(), live_every=live_every)
    return await render_aside("desk/hand_over_progress.html", page, around)
