"""Who is away and who stands in: the list of absences, with forms that change and end them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.errors import MilepostError
from milepost.explain.people_names import colleague_name
from milepost.intake import absences
from milepost.intake.absences import AbsenceChange
from milepost.language.attribute_values import parse_date
from milepost.planner.fact_errors import RefusedError
from milepost.store import absences as stored
from milepost.store import books, customers
from milepost.web import forms
from milepost.web.desk.absence_notes import AwayNote
from milepost.web.form_values import Address, Line, Token
from milepost.web.identity import Acting, Looking, Person, book_of, refuse_others
from milepost.web.pages import back_to, render, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/away", include_in_schema=False)
_FORM = "absence"
Number = Annotated[int, Path(ge=1, le=limits.POSITION)]


@router.get("")
async def away(
    request: Request,
    served: Served,
    viewer: Looking,
    person: Annotated[str, Query(max_length=limits.ADDRESS)] = "",
) -> Response:
    """Absences that run or are to come, or those in which a `person` is away or stands in."""
    return await _page(request, served, viewer, about=person.strip())


@router.post("/{number}/end")
async def end(served: Served, person: Acting, number: Number, form: Token) -> Response:
    """Somebody is back early, or isn't away after all: the tasks come back at once."""
    forms.read(served, person.session, form, _FORM)
    await _refuse_others(served, person, number)
    await absences.end(served.intake.context, number, by=person.address, source="desk")
    return back_to("/desk/away", "back")


@router.post("/{number}/change")
async def change(
    request: Request,
    served: Served,
    person: Acting,
    number: Number,
    form: Token,
    *,
    delegate: Address = "",
    first_day: Line = "",
    last_day: Line = "",
) -> Response:
    """Somebody else stands in, or the days are others."""
    forms.read(served, person.session, form, _FORM)
    await _refuse_others(served, person, number)
    typed = {"delegate": delegate, "first_day": first_day, "last_day": last_day}
    first, last = parse_date(first_day), parse_date(last_day)
    if first is None or last is None:
        return await _page(
            request, served, person, number=number, typed=typed, problem="Write both days, such as 2026-12-21."
        )
    wish = AbsenceChange(delegate or None, first, last)
    try:
        await absences.change(served.intake.context, number, wish, by=person.address, source="desk")
    except RefusedError as refused:
        return await _page(request, served, person, number=number, typed=typed, problem=_words(refused))
    return back_to("/desk/away", "noted")


async def _refuse_others(served: Services, person: Person, number: int) -> None:
    """Lets somebody on whose own absence it is, or their team's; who stands in for a person has the person's book, too.

    Raises:
        NotInBookError: it is somebody else's.
    """
    async with served.store.reading() as session:
        absence = await stored.get(session, number)
    await refuse_others(served, person, colleague=absence.person)


def _words(error: MilepostError) -> str:
    return " ".join(part for part in (error.message, error.hint) if part)


async def _page(
    request: Request,
    served: Served,
    viewer: Person | None,
    *,
    about: str = "",
    number: int | None = None,
    typed: dict[str, str] | None = None,
    problem: str | None = None,
) -> Response:
    """Shows the list, or only what is `about` a person.

    `problem` is what is wrong with what was `typed` about the absence of this number.
    """
    now = served.now()
    async with served.store.reading() as session:
        listed = await stored.listed(session, now, person=about or None)
        colleagues = await customers.colleagues(session)
        book = await book_of(session, served, viewer)
        known = await books.among(session, book, {name for each in listed for name in each.customers or ()})
    lines = [
        {
            "note": AwayNote.of(each, known),
            "may_change": book.is_of(each.person),
            "status": each.status(now),
            "zone": each.timezone.replace("_", " "),
            "told_by": each.told_by and colleague_name(each.told_by),
            "typed": typed
            if each.number == number and typed
            else {
                "delegate": each.delegate,
                "first_day": each.first_day.isoformat(),
                "last_day": each.last_day.isoformat(),
            },
            "problem": problem if each.number == number else None,
        }
        for each in listed
    ]
    form = forms.token(served, viewer.session, _FORM) if viewer else None
    page = {"lines": lines, "form": form, "colleagues": colleagues, "book": book, "about": about}
    around = shell(request, served, viewer, "Away", "desk", zone=await served.zone())
    return render("desk/away.html", page, around, 422 if problem else 200)
