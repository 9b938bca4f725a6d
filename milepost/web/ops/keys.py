"""The keys with which programs use the API: the list with their last use, and forms that make one and end one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from milepost.intake import keys
from milepost.intake.keys import KeyRefusedError, MadeKey
from milepost.planner.instants import Instant
from milepost.scopes import Scope
from milepost.store import keys as stored
from milepost.web import forms
from milepost.web.form_values import Line, Token
from milepost.web.identity import Acting, Person
from milepost.web.pages import back_to, render, shell
from milepost.web.services import Served, Services

ADDRESS = "/ops/keys"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
_FORM = "key"
SCOPES = {
    Scope.READ: "look at everything",
    Scope.TELL: "report facts, bounces and replies, undo; agreements and files",
    Scope.CUSTOMERS: "save, import, merge and rename customers, begin journeys, set mail preferences",
    Scope.MAIL: "hold, release and send mail; links to plans",
    Scope.PEOPLE: "name colleagues and give roles, hand over, record absences",
}
"""What each scope lets a program do, in the words of the form."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed of a new key."""

    name: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a form: the key that was made, or why none was."""

    made: MadeKey | None = None
    typed: Typed = field(default_factory=Typed)
    problem: KeyRefusedError | None = None


@router.get("")
async def shown(request: Request, served: Served, person: Acting) -> Response:
    """All keys with what they may do and when they were used."""
    return await _page(request, served, person, _Outcome())


@router.post("")
async def make(
    request: Request,
    served: Served,
    person: Acting,
    form: Token,
    *,
    name: Line = "",
    scopes: Annotated[list[str], Form(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Makes a key and shows it, this once: it is stored nowhere, so this page can't be reached by reloading."""
    forms.read(served, person.session, form, _FORM)
    taken = [each for each, _ in served.settings.named_api_keys()]
    try:
        made = await keys.make(served.intake.context, name, scopes, by=person.address, taken=taken)
    except KeyRefusedError as refused:
        return await _page(request, served, person, _Outcome(typed=Typed(name, tuple(scopes)), problem=refused))
    return await _page(request, served, person, _Outcome(made))


@router.post("/end")
async def end(served: Served, person: Acting, form: Token, name: Line) -> Response:
    """Ends a key for good."""
    forms.read(served, person.session, form, _FORM)
    await keys.end(served.intake.context, name, by=person.address)
    return back_to(ADDRESS, "key_ended")


async def _page(request: Request, served: Services, person: Person, outcome: _Outcome) -> Response:
    page = {
        "stored": await keys.listed(served.intake.context),
        "configured": await _configured(served),
        "scopes": SCOPES,
        "made": outcome.made,
        "typed": outcome.typed,
        "problem": outcome.problem,
        "form": forms.token(served, person.session, _FORM),
    }
    around = shell(request, served, person, "Keys", "people", zone=await served.zone())
    return render("ops/keys.html", page, around, 422 if outcome.problem else 200)


async def _configured(served: Services) -> dict[str, Instant | None]:
    """Returns the names of the keys in the settings, with their last use."""
    names = [name for name, _ in served.settings.named_api_keys()]
    async with served.store.reading() as session:
        used = await stored.used(session, names)
    return {name: used.get(name) for name in names}
