"""Taking part in the demo: its clock on every page of colleagues, and being a colleague or a customer.

Only the demo's clock can be steered, and only the demo's people can be played; everywhere else the forms are refused.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from milepost import limits
from milepost.actor import acts
from milepost.explain import local_time
from milepost.intake import links
from milepost.planner.state import State
from milepost.planner.zones import is_zone
from milepost.store import customers, demo_example, journeys
from milepost.store.clock import KeptClock, NotSteerableError, Pace
from milepost.store.followed_clock import FollowedClock
from milepost.store.sessions import Way
from milepost.web.demo_bar import once_taken_text, others_text, pace_text
from milepost.web.form_values import Onward
from milepost.web.identity import Looking, Person, is_open, safe_onward
from milepost.web.problems import ProblemError
from milepost.web.services import Served, Services
from milepost.web.sign_in import begin_session, let_in

router = APIRouter(prefix="/demo", include_in_schema=False)
SOMEBODY = "somebody on this machine"
Who = Annotated[str, Form(max_length=limits.ADDRESS)]


@router.get("/clock")
async def clock(served: Served, _: Looking, zone: str = "") -> Response:
    """The journeys' time and pace at this moment, which the bar shows without a new page."""
    kept, wall = _clock(served).kept, served.intake.context.wall()
    now = local_time.time_of(served.now(), zone if is_zone(zone) else await served.zone())
    sentences = {"others": others_text(kept, wall), "once_taken": once_taken_text(kept, wall)}
    return JSONResponse({"now": now, "pace": pace_text(kept, wall), "waits": kept.waits(wall), **sentences})


@router.post("/clock")
async def steer(served: Served, viewer: Looking, pace: Annotated[Pace, Form()], onward: Onward = "/") -> Response:
    """Slows, stops, steps or hurries the clock, for all journeys."""
    _acts(viewer)
    await _clock(served).change(lambda kept: kept.steered(pace, served.intake.context.wall()))
    return RedirectResponse(safe_onward(onward), 303)


@router.post("/take-over")
async def take_over(request: Request, served: Served, viewer: Looking, who: Who) -> Response:
    """Leaves a colleague or a customer to the visitor, slows time, and opens their desk or their plan."""
    _acts(viewer)
    journey_clock = _clock(served)
    if "@" in who:
        address = await _colleague(served, who)
        await journey_clock.change(partial(_taken, colleague=address, wall=served.intake.context.wall()))
        return await _as_colleague(request, served, address)
    customer, contact = await _customer(served, who)
    await journey_clock.change(partial(_taken, customer=customer, wall=served.intake.context.wall()))
    if not is_open(served, request):
        return RedirectResponse(f"/ops/customers/{quote(customer)}/plan", 303)
    return await plan_of(served, viewer, customer, contact)


@router.post("/give-back")
async def give_back(served: Served, viewer: Looking, who: Who, onward: Onward = "/") -> Response:
    """Lets the demo play somebody again; once nobody is left to visitors, time goes on as before unless it stands."""
    _acts(viewer)
    await _clock(served).change(partial(_given_back, who=who, wall=served.intake.context.wall()))
    return RedirectResponse(safe_onward(onward), 303)


async def plan_of(served: Services, viewer: Person | None, customer: str, contact: str) -> Response:
    """Opens a contact's plan itself, with a link made for this, where people are played."""
    by = viewer.address if viewer else SOMEBODY
    row = await links.make(served.intake.context, customer, contact, by=by)
    return RedirectResponse(f"/plan/{served.links.token(row.id)}", 303)


def _taken(kept: KeptClock, *, wall: float, colleague: str | None = None, customer: str | None = None) -> KeptClock:
    colleagues = kept.colleagues | ({colleague} if colleague else set())
    taken = replace(kept, colleagues=colleagues, customers=kept.customers | ({customer} if customer else set()))
    return taken.steered(Pace.SLOW, wall) if kept.is_too_fast(wall) else taken


def _given_back(kept: KeptClock, *, wall: float, who: str) -> KeptClock:
    left = replace(kept, colleagues=kept.colleagues - {who.lower()}, customers=kept.customers - {who})
    is_last = kept.is_anybody_taken and not left.is_anybody_taken
    return left.steered(Pace.AS_BEFORE, wall) if is_last and not kept.asked.stands(wall) else left


def _clock(served: Services) -> FollowedClock:
    """Returns the demo's clock.

    Raises:
        NotSteerableError: this isn't a demo.
    """
    if served.demo is None:
        raise NotSteerableError
    return served.demo


def _acts(viewer: Person | None) -> None:
    acts(viewer.address if viewer else SOMEBODY)


async def _colleague(served: Services, who: str) -> str:
    address = who.strip().lower()
    async with served.store.reading() as session:
        if address not in await customers.colleagues(session):
            raise ProblemError(404, "unknown_colleague", f"Nobody here has the address {who!r}.", "Choose a colleague.")
    return address


async def _customer(served: Services, who: str) -> tuple[str, str]:
    """Returns the customer's id and the address of its contact who is asked for a result, or of the first one.

    Raises:
        UnknownCustomerError: there is no such customer.
        ProblemError: nobody is on an open plan.
    """
    async with served.store.reading() as session:
        row = await customers.get_row(session, who)
        journey = await journeys.latest_of(session, row.id)
        asked = await demo_example.asked_of(session, row.id)
    contacts = State.from_json(journey.state).customer.contacts if journey and journey.ended_at is None else ()
    if not contacts:
        raise ProblemError(409, "no_open_journey", f"{row.name} has no open plan.", "Take over another customer.")
    return row.id, asked if asked in [each.email for each in contacts] else contacts[0].email


async def _as_colleague(request: Request, served: Services, address: str) -> Response:
    """Leads to the desk; whoever may choose who to be is this colleague from now on."""
    desk = f"/desk/{quote(address)}"
    if not is_open(served, request):
        return RedirectResponse(desk, 303)
    secret = await served.store.write(partial(begin_session, address=address, way=Way.MACHINE, served=served))
    return let_in(served, secret, desk)
