"""The page of one customer: its head with what can be done, and a tab for each question that people come with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from milepost.explain import local_time
from milepost.explain.contract import renewal_of, value_of
from milepost.explain.overview import CustomerOverview, JourneyOverview
from milepost.explain.owner import owner_of
from milepost.explain.sentences import Wording
from milepost.planner.silence import silences_at
from milepost.store import aliases
from milepost.store.customer_overview import customer_overview
from milepost.translations.reader import ENGLISH
from milepost.web import forms, undo
from milepost.web.customer_rows import standing
from milepost.web.health_trend import health_trend
from milepost.web.identity import Looking, Person, book_of
from milepost.web.ops import customer_history, customer_now, customer_people, customer_results
from milepost.web.ops.act_choices import choices
from milepost.web.ops.asked_form import AskedForm, asked_form
from milepost.web.ops.customer_acts import Offered, offered
from milepost.web.ops.customer_tabs import HISTORY, NOW, PEOPLE, RESULTS, TABS, tab_address
from milepost.web.ops.customer_view import CustomerView
from milepost.web.pages import render_aside, shell
from milepost.web.portal.stage_rail import RailStage, stage_rail
from milepost.web.problems import Problem, ProblemError
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
_VALUES = {
    NOW: customer_now.values,
    RESULTS: customer_results.values,
    PEOPLE: customer_people.values,
    HISTORY: customer_history.values,
}
"""What each tab shows."""
_FIELDS = {("requested", "date"): "due", ("requested", "address"): "email", ("note", "note"): "text"}
"""The fields whose words in problems aren't their names, by act."""


@dataclass(frozen=True, slots=True)
class RefusedAct:
    """The form of an act that was refused: what was typed in it, why, and the form of a step if it has one."""

    key: str
    typed: FormData
    problem: Problem
    asked: AskedForm | None = None

    @property
    def wrong(self) -> str:
        """The field that the problem is about, where its code says so."""
        what = self.problem.code.removesuffix("_missing")
        return _FIELDS.get((self.key, what), what)


@router.get("/customers/{customer}")
async def page(
    request: Request,
    served: Served,
    viewer: Looking,
    customer: str,
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """One customer: `tab` is what is shown, `act` the form below the head, `journey` an earlier journey.

    Of the history `kind` shows one kind of entries, and `before` older ones. `step` is whose form is to be filled in.
    """
    return await customer_page(request, served, viewer, customer, before=before)


async def customer_page(
    request: Request,
    served: Services,
    viewer: Person | None,
    customer: str,
    *,
    before: int | None = None,
    refused: RefusedAct | None = None,
) -> Response:
    """Returns the page; with the form that was `refused`, as it was filled in.

    Raises:
        ProblemError: why it was refused, where its act is offered no longer.
    """
    wanted = request.query_params
    tab = wanted.get("tab") or (HISTORY if wanted.get("kind") or before is not None else NOW)
    tab = tab if tab in TABS else NOW
    async with served.store.reading() as session:
        overview = await customer_overview(
            session,
            served.compiled_maps,
            customer,
            served.now(),
            journey=wanted.get("journey"),
            allow_unreadable=True,
        )
        if overview.customer.id != customer:  # an earlier id
            return RedirectResponse(f"{tab_address(overview.customer.id)}?{request.url.query}", 303)
        around = shell(request, served, viewer, overview.customer.name, "customers", zone=overview.zone)
        acts = offered(overview, around["may"], refused.key if refused else wanted.get("act", ""))
        if refused and acts.chosen is None:  # it makes no sense any more
            problem = refused.problem
            raise ProblemError(problem.status, problem.code, problem.message, problem.hint)
        view = CustomerView(served, session, viewer, overview, tab, wanted.get("kind", ""), before)
        values = {
            **await _head(session, served, viewer, overview),
            **await _VALUES[tab](view),
            **await _act(view, acts, refused, wanted.get("step", "")),
        }
    values |= {"tab": tab, "tabs": {key: (title, _tab(view, key)) for key, title in TABS.items()}}
    if viewer is not None:
        lines = await undo.of_customer(served, customer, viewer.session, overview.zone)
        around |= {"undo": lines, "undo_action": "/desk/undo", "undo_next": tab_address(customer, tab)}
    return await render_aside(f"ops/customer_{tab}.html", values, around, refused.problem.status if refused else 200)


async def _act(view: CustomerView, acts: Offered, refused: RefusedAct | None, step: str) -> dict[str, Any]:
    """Returns what stands in the form of the act that was chosen."""
    asked = refused.asked if refused else None
    act, viewer, journey = acts.chosen, view.viewer, view.journey
    if asked is None and act is not None and act.key == "step-form" and viewer and journey:
        step = str(refused.typed.get("step", "")) if refused else step
        asked = await asked_form(view.served, view.session, viewer, journey, step)
    return {
        "acts": acts,
        "choices": await choices(view.served, view.session, act, view.overview) if viewer else {},
        "typed": refused.typed if refused else FormData(),
        "problem": refused.problem if refused else None,
        "wrong": refused.wrong if refused else None,
        "asked": asked,
    }


def _tab(view: CustomerView, tab: str) -> str:
    """Returns the address of a tab; it stays with the journey that is looked at."""
    journeys, journey = view.overview.journeys, view.overview.journey
    earlier = {"journey": journey.record.id} if journey and journey.record != journeys[0] else {}
    return tab_address(view.overview.customer.id, tab, **earlier)


async def _head(
    session: AsyncSession, served: Services, viewer: Person | None, overview: CustomerOverview
) -> dict[str, Any]:
    """Returns what stands on top of every tab."""
    customer, journey = overview.customer, overview.journey
    day = renewal_of(customer.attributes)
    return {
        "overview": overview,
        "say": journey.say if journey else Wording(zone=overview.zone),
        "standing": standing,
        "running": journey if journey and not journey.has_ended and journey.compiled_map else None,
        "silent_since": _silent_since(journey),
        "earlier_ids": await aliases.of_customer(session, customer.id),
        "trend": await health_trend(session, customer.id, overview.health, overview.zone),
        "renewal": local_time.date_text(day) if day else None,
        "value": value_of(customer.attributes),
        "owner": owner_of(customer.team, journey.compiled_map if journey else None),
        "book": await book_of(session, served, viewer),
        "rail": await asyncio.to_thread(_rail, journey),
        "place": ", ".join(part for part in (customer.country, overview.zone.replace("_", " ")) if part),
        "form": forms.token(served, viewer.session, "customer", customer.id) if viewer else None,
        "mail_form": forms.token(served, viewer.session, "mail") if viewer else None,
        "taken": served.intake.context.files,
    }


def _silent_since(journey: JourneyOverview | None) -> str | None:
    """Returns since which day the customer has been silent, as the list of customers counts them; None: isn't."""
    silences = silences_at(journey.state, journey.now) if journey is not None else []
    return local_time.due_day_of(silences[0].since, journey.zone) if journey is not None and silences else None


def _rail(journey: JourneyOverview | None) -> list[RailStage]:
    if journey is None or journey.compiled_map is None:
        return []
    return stage_rail(journey.compiled_map, journey.state, journey.entries, ENGLISH, journey.zone)
