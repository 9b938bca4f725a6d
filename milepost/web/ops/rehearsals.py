"""The pages of rehearsals: start one with the book of an import, see how far it is, and how it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from milepost import limits
from milepost.store import imports, maps, rehearsals
from milepost.store.errors import RehearsalRunsError
from milepost.store.rehearsal_account import RehearsalAccount
from milepost.store.rehearsals import RehearsalStatus
from milepost.text import count_of
from milepost.web import forms
from milepost.web.form_values import Line, Number, Token
from milepost.web.identity import Acting, Looking, Person, is_local
from milepost.web.ops.import_view import person
from milepost.web.pages import render_aside, shell
from milepost.web.rehearsal import MOST_CONCERNS
from milepost.web.rehearsal_runs import NothingToRehearseError, RehearsalOrder
from milepost.web.services import Served, Services
from milepost.web.upload_form import MEGABYTE, UPLOAD

REHEARSALS = "/ops/rehearsals"
PER_PAGE = 20
STATUS = {
    RehearsalStatus.RUNNING: "runs",
    RehearsalStatus.CANCELLING: "stops",
    RehearsalStatus.DONE: "done",
    RehearsalStatus.STOPPED: "cancelled",
    RehearsalStatus.FAILED: "failed",
    RehearsalStatus.LOST: "ended with Milepost",
}
LOST = "The program that ran it has ended, and the rehearsal with it. What is shown is from shortly before."
router = APIRouter(prefix=REHEARSALS, include_in_schema=False)
_START, _CANCEL = "rehearsal", "cancel-rehearsal"
_LIVE_EVERY = 2  # seconds
_MOST_DAYS, _MOST_PEOPLE = 1000, 9
_DAYS = 90
Before = Annotated[int | None, Query(ge=1, le=limits.POSITION)]
Book = Annotated[int, Query(ge=1, le=limits.POSITION)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a rehearsal; `complaints` are by field."""

    days: str = str(_DAYS)
    people: str = "0"
    complaints: dict[str, str] = field(default_factory=dict)
    running: int | None = None


# All of them.


@router.get("")
async def listed(request: Request, served: Served, viewer: Looking, before: Before = None) -> Response:
    """All rehearsals, the latest first, and the books that can be rehearsed."""
    async with served.store.reading() as session:
        rows = await rehearsals.latest(session, limit=PER_PAGE + 1, before=before)
        books = [row for row in await imports.latest(session, limit=PER_PAGE) if row.status in imports.IN_PREPARATION]
    wall = served.intake.context.wall()
    page = {
        "rows": [(row, book, rehearsals.status_of(row, wall)) for row, book in rows[:PER_PAGE]],
        "books": books if before is None else [],
        "older": rows[PER_PAGE - 1][0].number if len(rows) > PER_PAGE else None,
        "is_first": before is None,
        "status": STATUS,
        "person": person,
        "form": forms.token(served, viewer.session, UPLOAD) if viewer else None,
        "most": limits.UPLOAD // MEGABYTE,
    }
    around = shell(request, served, viewer, "Rehearsals", "customers", zone=await served.zone())
    return await render_aside("ops/rehearsals.html", page, around)


# A new one.


@router.get("/new")
async def new(request: Request, served: Served, viewer: Looking, book: Book) -> Response:
    """The form that starts a rehearsal of a book."""
    return await _form(request, served, viewer, book, Typed())


async def _form(request: Request, served: Services, viewer: Person | None, number: int, typed: Typed) -> Response:
    async with served.store.reading() as session:
        book = await imports.get(session, number)
        titles = sorted((await maps.titles(session)).values())
    page = {
        "book": book,
        "can_be": book.status in imports.IN_PREPARATION,
        "maps": titles,
        "typed": typed,
        "form": forms.token(served, viewer.session, _START, str(number)) if viewer else None,
        "most_days": _MOST_DAYS,
        "most_people": _MOST_PEOPLE,
    }
    around = shell(request, served, viewer, f"Rehearse {book.file}", "customers", zone=await served.zone())
    response = await render_aside("ops/rehearse.html", page, around)
    response.status_code = 409 if typed.running else 422 if typed.complaints else 200
    return response


@router.post("")
async def start(
    request: Request, served: Served, person: Acting, *, form: Token, days: Line = "", people: Line = ""
) -> Response:
    """Starts a rehearsal; what is wrong comes back with what was typed."""
    sent = forms.read(served, person.session, form, _START)
    number = int(sent.subject[0])
    typed = Typed(days, people, dict(_complaints(days, people)))
    if typed.complaints:
        return await _form(request, served, person, number, typed)
    order = RehearsalOrder(number, int(days), int(people), sent.id, person.address)
    try:
        rehearsal = await served.rehearsals.start(order)
    except RehearsalRunsError as error:
        return await _form(request, served, person, number, Typed(days, people, {"form": error.message}, error.number))
    except NothingToRehearseError as error:
        complaint = f"{error.message} {error.hint or ''}".strip()
        return await _form(request, served, person, number, Typed(days, people, {"form": complaint}))
    return RedirectResponse(f"{REHEARSALS}/{rehearsal}", 303)


def _complaints(days: str, people: str) -> Any:
    for name, value, least, most in (("days", days, 1, _MOST_DAYS), ("people", people, 0, _MOST_PEOPLE)):
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            yield name, f"Write a whole number from {least} to {most}."


# One of them.


@router.get("/{number}")
async def shown(request: Request, served: Served, viewer: Looking, number: Number) -> Response:
    """How far a rehearsal is, or how it went."""
    async with served.store.reading() as session:
        row = await rehearsals.get(session, number)
        book = await imports.get(session, row.import_number)
        titles = await maps.titles(session)
    status = rehearsals.status_of(row, served.intake.context.wall())
    account = RehearsalAccount.from_json(row.account) if row.account else None
    at_work = status in rehearsals.AT_WORK
    page = {
        "row": row,
        "book": book,
        "status": status,
        "words": STATUS[status],
        "problem": row.problem or (LOST if status is RehearsalStatus.LOST else None),
        "is_at_work": at_work,
        "account": account,
        "mails": _mails(account, titles),
        "concerns": account.concerns[:MOST_CONCERNS] if account else (),
        "entered": (row.account or {}).get("entered"),
        "refused": (row.account or {}).get("refused", []),
        "is_removed": bool((row.account or {}).get("removed")),
        "percent": min(100, 100 * row.played // max(row.days, 1)),
        "address": row.address if at_work and is_local(request) else None,
        "elsewhere": _port(row.address) if at_work else None,
        "form": forms.token(served, viewer.session, _CANCEL, str(number)) if viewer else None,
        "can_go_on": book.status in imports.IN_PREPARATION,
        "person": person,
        "count_of": count_of,
    }
    live_every, zone = _LIVE_EVERY if at_work else None, await served.zone()
    title = f"Rehearsal of {book.file}"
    around = shell(request, served, viewer, title, "customers", zone=zone, live_every=live_every)
    return await render_aside("ops/rehearsal.html", page, around)


def _mails(account: RehearsalAccount | None, titles: dict[str, str]) -> list[tuple[str, str, int]]:
    if account is None:
        return []
    return [(name, titles.get(map_id, map_id), sent) for (map_id, name), sent in sorted(account.mails.items())]


def _port(address: str | None) -> int | None:
    return urlsplit(address).port if address else None


@router.post("/{number}/cancel")
async def cancel(served: Served, person: Acting, number: Number, form: Token) -> Response:
    """Stops a rehearsal; its account so far is kept."""
    if forms.read(served, person.session, form, _CANCEL).subject != (str(number),):
        raise forms.FormRefusedError
    await served.store.write(lambda session: rehearsals.cancel(session, number))
    return RedirectResponse(f"{REHEARSALS}/{number}", 303)
