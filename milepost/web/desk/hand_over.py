"""Hand over, for good or for days: a form, and what would move. `hand_over_progress` shows what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.explain import local_time
from milepost.explain.people_names import colleague_name
from milepost.intake import absences, hand_over_runs
from milepost.intake.absences import NewAbsence
from milepost.intake.errors import AbsenceRefusedError, NotTheirCustomersError, UnknownColleagueError
from milepost.intake.hand_over import HandOver, HandOverPreview, preview
from milepost.language.attribute_values import parse_date
from milepost.planner.fact_errors import InvalidFactError, RefusedError, UnknownRoleError
from milepost.store import customers, hand_over_orders
from milepost.store.errors import UnknownCustomerError
from milepost.text import storable
from milepost.web import forms
from milepost.web.desk.absence_notes import AwayNote
from milepost.web.desk.hand_over_progress import may_see
from milepost.web.form_values import Token
from milepost.web.identity import Acting, Looking, Person, refuse_others
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/hand-over", include_in_schema=False)
_FORM = "hand-over"
_LATEST = 5  # hand-overs that the page leads to
SHOWN = 20
"""Tasks that the page lists; it counts the others."""
_FIELDS: tuple[tuple[type[RefusedError], str], ...] = (
    (UnknownColleagueError, "former"),
    (UnknownCustomerError, "customers"),
    (NotTheirCustomersError, "customers"),
    (UnknownRoleError, "role"),
    (AbsenceRefusedError, "last_day"),
)
"""The fields that refusals are about; those about addresses and days are told apart by what was typed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed. Without a last day it is for good."""

    former: str = ""
    to: str = ""
    role: str = ""
    customers: str = ""
    first_day: str = ""
    last_day: str = ""
    introduce: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        most = {"customers": limits.TEXT}
        return cls(
            **{
                name: storable(str(values.get(name, ""))).strip()[: most.get(name, limits.ADDRESS)]
                for name in cls.__dataclass_fields__
            }
        )

    @property
    def is_for_days(self) -> bool:
        return bool(self.first_day or self.last_day)

    @property
    def ids(self) -> tuple[str, ...] | None:
        """The customers that were named, with commas, spaces or lines between."""
        return tuple(dict.fromkeys(self.customers.replace(",", " ").split())) or None

    def hand_over(self) -> HandOver:
        introduce = self.introduce == "yes" and not self.is_for_days
        return HandOver(self.former, self.to, (self.role,) if self.role else None, self.ids, introduce)

    def absence(self) -> NewAbsence | None:
        """The absence, if it is one; None where the last day isn't a date."""
        last = parse_date(self.last_day)
        if last is None:
            return None
        return NewAbsence(self.former, self.to, last, parse_date(self.first_day), self.role or None, self.ids)

    def missing(self) -> dict[str, str]:
        """What can be said without asking the database."""
        found = {name: "Write a mail address." for name in ("former", "to") if "@" not in getattr(self, name)}
        if self.is_for_days and parse_date(self.last_day) is None:
            found["last_day"] = "Write the last day, such as 2027-01-03; without days it is for good."
        if self.first_day and parse_date(self.first_day) is None:
            found["first_day"] = "Write a date, such as 2026-12-21."
        return found


def _field_of(error: RefusedError, typed: Typed) -> str:
    for kind, field in _FIELDS:
        if isinstance(error, kind):
            return field
    if isinstance(error, InvalidFactError) and "day" in error.message:
        return "last_day"
    return "former" if error.message.startswith(repr(typed.former)) else "to"


@router.get("")
async def ask(request: Request, served: Served, viewer: Looking) -> Response:
    """The form; with people in the address, what would move."""
    typed = Typed.of(request.query_params)
    if not (typed.former and typed.to):
        return await _page(request, served, viewer, typed, {})
    await refuse_others(served, viewer, colleague=typed.former)
    return await _look(request, served, viewer, typed)


@router.post("")
async def go(request: Request, served: Served, person: Acting, form: Token) -> Response:
    """Notes an absence, or begins a hand-over: what isn't done at once goes on behind a page of its own."""
    form_id = forms.read(served, person.session, form, _FORM).id
    typed = Typed.of(await request.form())
    problems = typed.missing()
    await refuse_others(served, person, colleague=typed.former)
    try:
        if not problems and (wish := typed.absence()) is not None:
            await absences.record(served.intake.context, wish, by=person.address, source="desk")
            return back_to("/desk/away", "away")
        if not problems:
            return await _begin(served, typed.hand_over(), form_id, person)
    except RefusedError as refused:
        problems = {_field_of(refused, typed): _words(refused)}
    return await _page(request, served, person, typed, problems)


async def _begin(served: Services, wish: HandOver, form_id: str, person: Person) -> Response:
    """Hands the first customers over, and lets a worker go on with the others."""
    context = served.intake.context
    number = await hand_over_runs.order(context, wish, form=form_id, by=person.address, source="desk")
    step = await hand_over_runs.hand_over_next(context, number)
    if not step.is_over:
        await context.journey_client.start_hand_over(number)
    result = await hand_over_runs.result_of(context, number)
    if not step.is_over or result.failed:
        return RedirectResponse(f"{router.prefix}/{number}", 303)
    return back_to(f"/desk/{wish.to.lower()}", "handed_over" if result.done else "nothing_to_hand_over")


def _words(error: RefusedError) -> str:
    return " ".join(part for part in (error.message, error.hint) if part)


async def _look(request: Request, served: Services, viewer: Person | None, typed: Typed) -> Response:
    """Shows what would move, or what is wrong."""
    if problems := typed.missing():
        return await _page(request, served, viewer, typed, problems)
    try:
        wish = typed.absence()
        absence = await absences.check(served.intake.context, wish) if wish else None
        shown = await preview(served.intake.context, typed.hand_over())
    except RefusedError as refused:
        return await _page(request, served, viewer, typed, {_field_of(refused, typed): _words(refused)})
    note = AwayNote.of(absence) if absence else None
    return await _page(request, served, viewer, typed, {}, shown=shown, note=note)


async def _page(
    request: Request,
    served: Services,
    viewer: Person | None,
    typed: Typed,
    problems: Mapping[str, str],
    *,
    shown: HandOverPreview | None = None,
    note: AwayNote | None = None,
) -> Response:
    zone = await served.zone()
    async with served.store.reading() as session:
        colleagues = await customers.colleagues(session)
        orders = await hand_over_orders.latest(session, limit=_LATEST)
    compiled_maps = await served.compiled_maps.readable()
    roles = {name: role.title for each in compiled_maps for name, role in each.map.roles.items()}
    if typed == Typed() and viewer is not None:
        typed = Typed(former=viewer.address)
    page = {
        "typed": asdict(typed),
        "problems": problems,
        "colleagues": colleagues,
        "roles": roles,
        "form": forms.token(served, viewer.session, _FORM) if viewer else None,
        "shown": shown and _shown(shown, roles, zone),
        "note": note,
        "orders": [order for order in orders if await may_see(served, viewer, order)],
    }
    around = shell(request, served, viewer, "Hand over", "desk", zone=zone)
    response = await render_aside("desk/hand_over.html", page, around)
    response.status_code = 422 if problems else 200
    return response


def _shown(shown: HandOverPreview, roles: Mapping[str, str], zone: str) -> dict[str, Any]:
    """What would move, in words."""
    lines = [
        {
            "customer": line.task.customer_id,
            "name": line.customer_name,
            "title": line.task.title,
            "due": local_time.due_day_of(line.task.due_at, zone) if line.task.due_at is not None else "no date",
            "effort": local_time.effort_text(line.task.effort_minutes) if line.task.effort_minutes else "",
        }
        for line in shown.tasks[:SHOWN]
    ]
    names = {each.customer: each.name for each in shown.customers}
    meetings = [
        {
            "name": names[each.customer],
            "title": each.title,
            "due": local_time.due_day_of(each.due_at, zone) if each.due_at is not None else "no date",
        }
        for each in shown.meetings
    ]
    load = shown.load
    return {
        "former": colleague_name(shown.hand_over.former),
        "to": colleague_name(shown.hand_over.to),
        "customers": [{"id": each.customer, "name": each.name, "agreed": len(each.agreed)} for each in shown.customers],
        "roles": [(roles.get(role, role), many) for role, many in shown.roles.items()],
        "tasks": len(shown.tasks),
        "effort": local_time.effort_text(shown.minutes) if shown.minutes else "",
        "lines": lines,
        "meetings": meetings,
        "maps": shown.maps,
        "load": load,
        "load_effort": local_time.effort_text(load.minutes) if load.minutes else "",
        "away": AwayNote.of(shown.away) if shown.away else None,
        "introduce": shown.hand_over.introduce,
        "without_introduction": shown.without_introduction,
    }
