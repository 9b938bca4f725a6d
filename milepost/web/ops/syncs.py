"""Books in step: what is read from where, what became of the last runs, who vanished, and reading one now."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.intake.sync import books
from milepost.intake.sync.books import BookStatus
from milepost.store.sync_tables import SyncRunRow
from milepost.store.syncs import RunStatus
from milepost.web import forms
from milepost.web.form_values import Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.pages import back_to, render_aside, shell
from milepost.web.services import Served, Services

ADDRESS = "/ops/syncs"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
STATUS = {
    RunStatus.RUNNING: "goes on",
    RunStatus.DONE: "taken in",
    RunStatus.UNCHANGED: "nothing had changed",
    RunStatus.REFUSED: "not believed",
    RunStatus.AWAY: "source away",
    RunStatus.STOPPED: "stopped",
}
COUNTS = {
    "new": "new",
    "changed": "changed",
    "enrolled": "journeys began",
    "unmatched": "without a map that fits",
    "refused": "refused",
    "vanished": "vanished",
    "missing": "missing",
    "returned": "back again",
    "doubles": "left out, as another row counts",
    "alike": "maybe there already under another id",
    "forgotten": "left out, as they were forgotten",
}
_FORM = "sync"
_ACCEPT = "accept vanished"
_LIVE_EVERY = 5  # seconds
_SHOWN = 50  # customers who vanished


@router.get("")
async def shown(request: Request, served: Served, viewer: Looking) -> Response:
    """All books, by name, each with its last runs and who vanished from it."""
    statuses = await books.statuses(served.intake)
    context = served.intake.context
    async with served.store.reading() as session:
        needed = {each["name"]: each["needed"] for each in await books.brief(session, context.wall())}
    page: dict[str, Any] = {
        "books": [
            (
                each,
                needed.get(each.row.name),
                forms.token(served, viewer.session, _FORM, each.row.name) if viewer else None,
                _accept_form(served, viewer, each),
            )
            for each in statuses
        ],
        "status": STATUS,
        "counts": COUNTS,
        "most": _SHOWN,
        "rows_of": _rows_of,
        "of": context.clock.journey_of,
    }
    live_every = _LIVE_EVERY if any(_is_at_work(each, context.wall()) for each in statuses) else None
    zone = await served.zone()
    around = shell(request, served, viewer, "Books in step", "customers", zone=zone, live_every=live_every)
    return await render_aside("ops/syncs.html", page, around)


def _rows_of(run: SyncRunRow | None) -> tuple[list[Any], list[Any]]:
    """Returns the rows that a run didn't take in, and those of new customers who may be there already."""
    problems = run.problems or [] if run else []
    alike = [each for each in problems if each.get("kind") == "alike"]
    return [each for each in problems if each not in alike], alike


def _accept_form(served: Services, viewer: Person | None, status: BookStatus) -> str | None:
    """Returns the token with which those may vanish who were missing when the book wasn't believed."""
    missing = status.last.counts.get("missing") if status.last else None
    if viewer is None or not missing or status.row.accepted_vanished is not None:
        return None
    return forms.token(served, viewer.session, _ACCEPT, status.row.name, str(missing))


def _is_at_work(status: BookStatus, wall: float) -> bool:
    is_wanted = status.row.next_at is not None and status.row.next_at <= wall
    return is_wanted or (status.last is not None and status.last.status == RunStatus.RUNNING)


@router.post("/run")
async def run(served: Served, person: Acting, form: Token) -> Response:
    """Lets a worker read the book as soon as it can."""
    (name,) = forms.read(served, person.session, form, _FORM).subject
    await books.run_soon(served.intake, name)
    return back_to(ADDRESS, "read_soon", name)


@router.post("/accept")
async def accept(served: Served, person: Acting, form: Token) -> Response:
    """Lets a worker read the book as soon as it can, and take it in though as many are missing as then."""
    name, missing = forms.read(served, person.session, form, _ACCEPT).subject
    await books.run_soon(served.intake, name, accepted_vanished=int(missing))
    return back_to(ADDRESS, "read_soon", name)
