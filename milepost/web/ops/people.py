"""Colleagues: the list with names, roles and teams, and the form about one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import Response

from milepost import limits
from milepost.customer import address_key, name_of
from milepost.intake import people
from milepost.intake.errors import LastAdminError, UnnamedPersonError
from milepost.intake.people import PersonChange
from milepost.numbers import AmbiguousNumberError, NotANumberError, read_number
from milepost.roles import Role
from milepost.store import customers
from milepost.store.people import PersonRow
from milepost.web import forms
from milepost.web.doors import needed_for
from milepost.web.form_values import Address, Line, Token, Value
from milepost.web.identity import Acting, Looking, Person, book_of
from milepost.web.pages import back_to, render, shell
from milepost.web.services import Served

ADDRESS = "/ops/people"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
_FORM = "person"
Wanted = Annotated[str, Query(max_length=limits.ADDRESS)]


@dataclass(frozen=True, slots=True)
class ColleagueLine:
    """A colleague; `is_told` says that the name was told, and not spelled by the address."""

    address: str
    name: str
    is_told: bool
    role: str | None = None
    team: str | None = None
    hours_per_week: float | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed of a colleague."""

    address: str = ""
    name: str = ""
    role: str = ""
    team: str = ""
    hours: str = ""
    booking_link: str = ""


async def typed(
    *,
    address: Address = "",
    name: Line = "",
    role: Line = "",
    team: Line = "",
    hours: Line = "",
    booking_link: Value = "",
) -> Typed:
    """Returns what was typed."""
    return Typed(address, name, role, team, hours, booking_link)


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking, address: Wanted = "") -> Response:
    """All who are on a team or of whom something was told, by name; the form is about `address`."""
    return await _page(request, served, viewer, Typed(address.strip()))


@router.post("")
async def tell(
    request: Request, served: Served, person: Acting, form: Token, told: Annotated[Typed, Depends(typed)]
) -> Response:
    """A colleague is called so, and may do that, from now on."""
    forms.read(served, person.session, form, _FORM)
    try:
        change: PersonChange = {"role": told.role, "team": told.team, "hours_per_week": _hours(told.hours)}
        change["booking_link"] = told.booking_link
        if told.name:
            change["name"] = told.name
        await people.change(served.intake.context, told.address, **change)
    except (UnnamedPersonError, LastAdminError) as refused:
        return await _page(request, served, person, told, refused)
    return back_to(ADDRESS, "named")


@router.post("/left")
async def left(
    request: Request,
    served: Served,
    person: Acting,
    form: Token,
    *,
    address: Address = "",
    returns: Annotated[bool, Form()] = False,
) -> Response:
    """A colleague has left, and is signed out; or is one again."""
    forms.read(served, person.session, form, _FORM)
    try:
        await people.change(served.intake.context, address, left=not returns)
    except (UnnamedPersonError, LastAdminError) as refused:
        return await _page(request, served, person, Typed(address), refused)
    return back_to(ADDRESS, "returned" if returns else "left")


def _hours(written: str) -> float | None:
    try:
        return float(read_number(written)) if written else None
    except (NotANumberError, AmbiguousNumberError):
        message = f"{written!r} isn't a number of hours."
        raise UnnamedPersonError("hours", message, "Write one such as 32 or 32.5.") from None


async def _page(
    request: Request,
    served: Served,
    viewer: Person | None,
    typed: Typed,
    problem: UnnamedPersonError | LastAdminError | None = None,
) -> Response:
    told = {row.address: row for row in await people.listed(served.intake.context)}
    async with served.store.reading() as session:
        on_teams = {address_key(each) for each in await customers.colleagues(session)}
        book = await book_of(session, served, viewer)
    lines = [_line(each, told.get(each)) for each in on_teams | set(told)]
    may = viewer is not None and viewer.role.includes(needed_for("POST", ADDRESS))
    page = {
        "book": book,
        "lines": sorted(lines, key=lambda line: (line.has_left, line.name.casefold(), line.address)),
        "typed": typed if problem else _as_told(typed.address, told.get(address_key(typed.address))),
        "chosen": _line(address_key(typed.address), told.get(address_key(typed.address))) if typed.address else None,
        "roles": tuple(Role),
        "problem": problem,
        "has_admin": bool(served.settings.admins) or any(line.role == Role.ADMIN for line in lines),
        "form": forms.token(served, viewer.session, _FORM) if viewer and may else None,
    }
    around = shell(request, served, viewer, "People", "people", zone=await served.zone())
    return render("ops/people.html", page, around, 422 if problem else 200)


def _line(address: str, row: PersonRow | None) -> ColleagueLine:
    if row is None:
        return ColleagueLine(address, name_of(address), is_told=False)
    name = row.name or name_of(address)
    return ColleagueLine(
        address, name, bool(row.name), row.role, row.team, row.hours_per_week, has_left=row.left_at is not None
    )


def _as_told(address: str, row: PersonRow | None) -> Typed:
    if row is None:
        return Typed(address)
    hours = "" if row.hours_per_week is None else f"{row.hours_per_week:g}"
    return Typed(address, row.name, row.role or "", row.team or "", hours, row.booking_link or "")
