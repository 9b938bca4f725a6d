"""The forms with which a customer says more about a step than that it is done: help, another date or person, a note."""

from __future__ import annotations

import re

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from milepost.customer import ADDRESS_PATTERN
from milepost.explain import local_time
from milepost.language.attribute_values import parse_date
from milepost.planner.enums import Wish
from milepost.planner.situation import Situation
from milepost.planner.written_facts import WrittenFact, WrittenPerson
from milepost.translations.reader import translatable
from milepost.web import forms
from milepost.web.form_values import Address, Line, Text, Token
from milepost.web.pages import back_to, render_for
from milepost.web.portal.actions import PlanForm
from milepost.web.portal.conversation import NOTE, SAY, SayForm
from milepost.web.portal.plan_link import mark_used
from milepost.web.portal.shared_plan import Plan
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])
_CLOSED = translatable("This was done or closed in the meantime, so nothing was sent. What you typed is still here.")


@router.post("/{token}/say")
async def say(
    request: Request,
    served: Served,
    token: str,
    form: Token,
    *,
    due: Line = "",
    name: Line = "",
    email: Address = "",
    note: Text = "",
) -> Response:
    """The customer says something about a step; a form with mistakes comes back with all that was typed."""
    sent = await PlanForm.read(request, served, token, form, SAY)
    await mark_used(served, sent.opened)
    said = SayForm(sent.form.subject[2], due, name, email, note)
    said.wrong.update(_wrong(sent, said))
    if said.wrong:
        page = {"plan": await Plan.of(served, sent.opened), "step": sent.step, "said": said}
        return render_for(served, sent.opened.reader, "portal/say.html", page, status=422)
    customer, by = sent.opened.state.customer.id, sent.opened.contact.email
    told = await forms.record_fact(served, sent.form, customer, _fact(sent.step.id, said), by=by, source="portal")
    is_asked = told == "noted" and said.wish != NOTE
    return back_to(sent.opened.path, "asked" if is_asked else told)


def _wrong(sent: PlanForm, said: SayForm) -> dict[str, str]:
    """Returns what is wrong with a form, by field, in the reader's words."""
    translated, complaints = sent.opened.reader.gettext, {}
    record = sent.opened.state.step(sent.step.id)
    is_present = record.is_open and sent.form.subject[1] == str(record.occurrence)
    if said.wish in (Wish.DATE, Wish.PERSON) and not is_present:
        complaints["form"] = translated(_CLOSED)
    if said.wish == Wish.DATE:
        day = parse_date(said.due)
        calendar = Situation.of(sent.opened.compiled_map, sent.opened.state, sent.served.now()).calendar_of(sent.step)
        if day is None:
            complaints["due"] = translated("Please choose a day.")
        elif day < local_time.local(sent.served.now(), calendar.timezone).date():
            complaints["due"] = translated("That day is past. Please choose a later one.")
    if said.wish == Wish.PERSON and not said.name:
        complaints["name"] = translated("Please write who does it.")
    if said.wish == Wish.PERSON and not re.fullmatch(ADDRESS_PATTERN, said.email):
        complaints["email"] = translated("Please write a mail address, such as sam@company.com.")
    if said.wish == NOTE and not said.note:
        complaints["note"] = translated("Please write something.")
    return complaints


def _fact(step: str, said: SayForm) -> WrittenFact:
    if said.wish == NOTE:
        return WrittenFact(note=said.note, about=step)
    return WrittenFact(
        requested=step,
        wish=said.wish,
        due=said.due if said.wish == Wish.DATE else None,
        person=WrittenPerson(name=said.name, email=said.email) if said.wish == Wish.PERSON else None,
        note=said.note or None,
    )
